"""A running Commonweal that can be reached: the loop, its endpoint, and the word in the data folder about both."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from services.embedded.endpoint import Endpoint, listening
from services.embedded.handover import Reach
from services.embedded.running import Running
from services.embedded.settings import EmbeddedSettings
from services.embedded.shell import Embedded

TOKEN_BYTES = 32


@contextmanager
def serving(embedded: Embedded, port: int, settings: EmbeddedSettings | None = None) -> Iterator[tuple[Running, int]]:
    """Make an open shell reachable on this machine while the block runs; the block calls `run`.

    Args:
        port: 0 for any that is free.

    Yields:
        The loop, and the port it is reached at.

    Raises:
        PortTakenError: another program listens there.
    """
    running, token = Running(embedded, settings), secrets.token_urlsafe(TOKEN_BYTES)
    with listening(Endpoint(embedded.folder, running, token), port) as listened:
        Reach(pid=os.getpid(), port=listened, token=token).write(embedded.folder)
        try:
            yield running, listened
        finally:
            running.stop()
            embedded.folder.running.unlink(missing_ok=True)
