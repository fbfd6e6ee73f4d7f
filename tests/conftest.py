"""What holds for every test: nobody reaches beyond this machine, and Hypothesis runs by a named profile."""

import os
import sys
from typing import Any

import pytest
from hypothesis import settings

from tests.databases import (  # noqa: F401 - fixtures for whoever names them
    database_url,
    empty_database,
    opened,
    postgres,
    postgres_url,
)

LOCAL = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None}

# No deadline: a busy machine is not a failure. In CI the examples are the same each time, so red means changed code.
settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)
settings.register_profile("long", settings.get_profile("house"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "house"))


def refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook that lets sockets reach this machine only.

    Raises:
        PermissionError: a test looks up or connects to another machine; names it.
    """
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host not in LOCAL:
        raise PermissionError(f"a test reaches for {host}; tests stay on this machine: hand in what it would answer")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse the network from here on; an audit hook cannot be taken out again, which is the point."""
    del config
    sys.addaudithook(refuse_the_network)
