"""An address → an engine that waits, locks and reads as we want it on either database."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from services.runtime.database.errors import DatabaseUnreachable

BUSY_WAIT_MS = 30_000
"""SQLite: how long to wait for another process's change. Several workers share one file."""
CONNECT_WAIT_S = 10
STALLED_TRANSACTION_MS = 30_000
"""PostgreSQL ends a transaction whose worker said nothing for so long: a frozen one must not block its successor."""
QUERY_MS_MAX = 10_000
"""PostgreSQL ends a reader's query that takes longer: one slow page must not hold up the board."""
POOL_SIZE = 8


def connect(address: str, *, reading: bool = False) -> Engine:
    """An engine for a database; it connects when it is first used.

    Args:
        address: `sqlite:////folder/board.db` or `postgresql://user:password@host:port/database`.
        reading: each transaction sees one moment, and can change nothing.

    Raises:
        DatabaseUnreachable: the address is none of ours.
    """
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise DatabaseUnreachable("COMMONWEAL_DATABASE_URL", "it is no address of a database") from error
    kind = url.get_backend_name()
    if kind == "sqlite":
        return _sqlite(url, reading=reading)
    if kind == "postgresql":
        return _postgres(url, reading=reading)
    raise DatabaseUnreachable(named(url), f"{kind} is not supported, PostgreSQL and SQLite are")


def is_postgres(engine: Engine) -> bool:
    """Whether this is PostgreSQL; SQLite otherwise."""
    return engine.dialect.name == "postgresql"


def named(address: URL | Engine) -> str:
    """The address as it may be shown: without its password."""
    url = address.url if isinstance(address, Engine) else address
    return url.render_as_string(hide_password=True)


def _postgres(url: URL, *, reading: bool) -> Engine:
    limit = (
        f"statement_timeout={QUERY_MS_MAX}"
        if reading
        else f"idle_in_transaction_session_timeout={STALLED_TRANSACTION_MS}"
    )
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": CONNECT_WAIT_S,
                "application_name": "commonweal",
                "options": f"-c {limit} -c timezone=UTC",
            },
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise DatabaseUnreachable(named(url), "psycopg is not installed: pip install 'commonweal[kafka]'") from error
    if reading:
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def _sqlite(url: URL, *, reading: bool) -> Engine:
    engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=0, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _set_up_reader if reading else _set_up_writer)
    event.listen(engine, "begin", _begin_reading if reading else _begin_writing)
    return engine


def _set_up_writer(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin too late, and not as we want it
    for setting in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        f"busy_timeout = {BUSY_WAIT_MS}",
        "cache_size = -65536",
    ):
        connection.execute(f"PRAGMA {setting}")


def _set_up_reader(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_WAIT_MS}")
    connection.execute("PRAGMA query_only = ON")


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # or two writers would meet halfway, and one lose


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
