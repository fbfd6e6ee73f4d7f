"""Databases for tests: SQLite files, and a real PostgreSQL, one server for all processes of a run."""

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Engine

from services.runtime.broker.errors import BrokerBusy
from services.runtime.broker.locks import locked
from services.runtime.database import connect, upgrade
from services.runtime.postgres import LocalPostgres, PostgresError, PostgresMissing

OURS = "commonweal-postgres-"
ROOM = Path(tempfile.gettempdir())
STARTING_WAIT_S = 120
KINDS = ("sqlite", "postgresql")


class Opened(Protocol):
    """Connects to an address for the length of a test."""

    def __call__(self, address: str, *, reading: bool = False) -> Engine:
        """An engine."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[LocalPostgres]:
    """The run's PostgreSQL. All processes of the run share it, the last one that leaves stops it.

    Skips where PostgreSQL is not installed, except in CI.
    """
    folder = ROOM / f"{OURS}{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    _stop_forgotten()
    folder.mkdir(mode=0o755, exist_ok=True)
    users = folder / "users.lock"
    with locked(users, wait_s=STARTING_WAIT_S, shared=True):
        yield _up(LocalPostgres(folder, durable=False), folder)
    with contextlib.suppress(BrokerBusy, FileNotFoundError), locked(users, wait_s=0):
        LocalPostgres(folder).down()
        shutil.rmtree(folder)


def _up(server: LocalPostgres, folder: Path) -> LocalPostgres:
    with locked(folder / "starting.lock", wait_s=STARTING_WAIT_S):
        try:
            if not server.is_up:
                server.up()
        except PostgresMissing as missing:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(missing))
    return server


def _stop_forgotten() -> None:
    """Stop the servers of runs that were killed before they could do it."""
    for users in ROOM.glob(f"{OURS}*/users.lock"):
        with contextlib.suppress(BrokerBusy, FileNotFoundError, PostgresError), locked(users, wait_s=0):
            LocalPostgres(users.parent).down()
            shutil.rmtree(users.parent, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: LocalPostgres) -> str:
    """The address of an empty database of the test's own."""
    return postgres.create(f"test_{uuid.uuid4().hex}")


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'commonweal.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def database_url(empty_database: str, opened: Opened) -> str:
    """The address of a database with our tables, of each kind."""
    upgrade(opened(empty_database))
    return empty_database


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Connects to addresses, and lets go of all of them after the test."""
    engines: list[Engine] = []

    def connected(address: str, *, reading: bool = False) -> Engine:
        engines.append(connect(address, reading=reading))
        return engines[-1]

    yield connected
    for engine in engines:
        engine.dispose()
