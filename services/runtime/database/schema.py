"""Whether the tables are of this version, and how they get there: Alembic, told what to do instead of configured."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from services.runtime.database.connecting import connect, is_postgres, named
from services.runtime.database.errors import DatabaseUnreachable, SchemaMissing, SchemaNewer, SchemaOlder

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x4357_5550
"""PostgreSQL's number of the lock under which one upgrade runs at a time."""


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the tables to this version; does nothing where they are. One process at a time, all or nothing.

    Returns:
        The revision found, None for an empty database, and the one reached.

    Raises:
        SchemaNewer: a newer Commonweal made the tables.
        DatabaseUnreachable: the database cannot be reached, or refuses.
    """
    try:
        with engine.begin() as connection:
            if is_postgres(engine):
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
            stood = _revision(connection)
            if stood is not None and stood not in _known():
                raise SchemaNewer(named(engine), stood, newest())
            command.upgrade(_config(connection), "head")
    except DBAPIError as error:
        raise DatabaseUnreachable(named(engine), _why(error)) from error
    return stood, newest()


def check(engine: Engine) -> str:
    """The revision of the tables, which is this version's.

    Raises:
        SchemaMissing, SchemaOlder, SchemaNewer: it is not, with what to do.
        DatabaseUnreachable: the database cannot be reached, or refuses.
    """
    try:
        with engine.connect() as connection:
            stands = _revision(connection)
    except DBAPIError as error:
        raise DatabaseUnreachable(named(engine), _why(error)) from error
    if stands is None:
        raise SchemaMissing(named(engine))
    if stands not in _known():
        raise SchemaNewer(named(engine), stands, newest())
    if stands != newest():
        raise SchemaOlder(named(engine), stands, newest())
    return stands


def ready(address: str) -> Engine:
    """An engine for a worker: of a database whose tables are this version's.

    A SQLite file that is not there yet is made, for on one machine there is nobody else to do it. Whatever exists is
    never changed by a mere start: `commonweal database upgrade` does, once, before the workers of the new version.

    Raises:
        SchemaMissing, SchemaOlder, SchemaNewer, DatabaseUnreachable: with what to do.
    """
    engine = connect(address)
    file = engine.url.database
    try:
        if not is_postgres(engine) and file and not Path(file).exists():
            upgrade(engine)
        check(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def newest() -> str:
    """The revision this version of Commonweal works with."""
    (head,) = ScriptDirectory(str(MIGRATIONS)).get_heads()
    return head


def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _why(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
