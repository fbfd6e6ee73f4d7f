"""Databases for tests: SQLite files, and a real PostgreSQL, one server for all processes of a run."""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Engine

from services.runtime.database import connect, upgrade
from services.runtime.postgres import LocalPostgres, PostgresMissing

FOLDER = "COMMONWEAL_TEST_POSTGRES"
"""Where the run's server lies: said by the first process of the run, inherited by its workers."""
KINDS = ("sqlite", "postgresql")


class Opened(Protocol):
    """Connects to an address for the length of a test."""

    def __call__(self, address: str, *, reading: bool = False) -> Engine:
        """An engine."""


def name_the_folder() -> None:
    """Say where the run's server will lie, if it is wanted at all. For the first process of a run."""
    os.environ.setdefault(FOLDER, str(Path(tempfile.gettempdir()) / f"commonweal-postgres-{uuid.uuid4().hex[:12]}"))


def stop_the_server() -> None:
    """Stop the run's server, if anybody started it. For the first process of a run."""
    folder = Path(os.environ.pop(FOLDER))
    if folder.exists():
        LocalPostgres(folder).down()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> LocalPostgres:
    """The run's PostgreSQL: started by whoever wants it first. Skips where it is not installed, except in CI."""
    folder = Path(os.environ[FOLDER])
    folder.mkdir(mode=0o755, exist_ok=True)
    server = LocalPostgres(folder, durable=False)
    with _alone(folder / "starting.lock"):
        try:
            if not server.is_up:
                server.up()
        except PostgresMissing as missing:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(missing))
    return server


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


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
