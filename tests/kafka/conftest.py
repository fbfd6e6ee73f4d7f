"""One real broker for all tests of a run, and for each test topics of its own on it."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.broker import BrokerBusy, LocalBroker, jars
from services.runtime.broker.locks import locked
from services.runtime.kafka import KafkaSettings, administering
from services.runtime.topics import apply

FETCH = "from services.runtime.broker import jars; jars()"
USERS_WAIT_S = 150
OURS = "commonweal-kafka-"
MEMORY = Path("/dev/shm")
ROOM = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
"""In memory where there is such a folder: Kafka waits for the disk twice for each new partition, a thousand a test."""


@pytest.fixture(scope="session")
def kafka_jars() -> Path:
    """Kafka's jars, fetched by a process of its own, since tests stay on this machine."""
    fetched = subprocess.run([sys.executable, "-c", FETCH], capture_output=True, text=True, check=False)
    if "JarsUnreachable" in fetched.stderr and not os.environ.get("CI"):
        pytest.skip(f"no Kafka here: {fetched.stderr.strip().splitlines()[-1]}")
    assert fetched.returncode == 0, fetched.stderr
    return jars()


@pytest.fixture(scope="session")
def broker(kafka_jars: Path) -> Iterator[LocalBroker]:
    """The broker of this run. All processes of the run share it, the last one that leaves stops it: never freeze it."""
    run = ROOM / f"{OURS}{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    _stop_forgotten()
    run.mkdir(exist_ok=True)
    local = LocalBroker(run / "broker", port=0)
    with locked(run / "users.lock", wait_s=USERS_WAIT_S, shared=True):
        local.up()
        yield local
    with contextlib.suppress(BrokerBusy, FileNotFoundError), locked(run / "users.lock", wait_s=0):
        local.down()
        shutil.rmtree(local.folder, ignore_errors=True)


@pytest.fixture
def own_broker(kafka_jars: Path) -> Iterator[LocalBroker]:
    """A broker for one test alone, which may freeze, kill and restart it. Not started yet."""
    local = LocalBroker(ROOM / f"{OURS}{secrets.token_hex(8)}" / "broker", port=0)
    local.folder.parent.mkdir()
    with locked(local.folder.with_name("users.lock"), wait_s=0):
        yield local
        local.down()
    shutil.rmtree(local.folder.parent, ignore_errors=True)


@pytest.fixture
def kafka(broker: LocalBroker, request: pytest.FixtureRequest) -> Iterator[KafkaSettings]:
    """A cluster as good as new: every topic there and empty, below a prefix of its own.

    A test that needs only some topics says so, which saves a second or two:
    `@pytest.mark.parametrize("kafka", [("journal", "decisions")], indirect=True)`.
    """
    bootstrap = broker.status().bootstrap
    assert bootstrap is not None
    settings = KafkaSettings(bootstrap=bootstrap, prefix=f"t{secrets.token_hex(4)}-")
    apply(settings, getattr(request, "param", None))
    yield settings
    with administering(settings, "delete topics") as admin:
        ours = [name for name in admin.list_topics() if name.startswith(settings.prefix)]
        admin.delete_topics(ours, raise_errors=False)  # one that a test deleted may still be listed


def _stop_forgotten() -> None:
    """Stop the brokers of runs that were killed before they could do it."""
    for users in ROOM.glob(f"{OURS}*/users.lock"):
        with contextlib.suppress(BrokerBusy, FileNotFoundError), locked(users, wait_s=0):  # alone: its users share it
            LocalBroker(users.with_name("broker")).down()
            shutil.rmtree(users.parent, ignore_errors=True)
