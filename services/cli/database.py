"""`commonweal database`: the tables that the workers of the Kafka shell share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import print_json, refuse_usage
from services.cli.data_folder import DEFAULT, AsJson, no_such_thing
from services.cli.workers_settings import FOLDER_VARIABLE, WorkersFolder, settings_of_workers

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(no_args_is_help=True, help="The database of the Kafka shell: PostgreSQL, or SQLite on one machine.")

Address = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="`postgresql://user:password@host/database` or `sqlite:////folder/commonweal.db`; as for the workers, the "
        "SQLite in the data folder where it is left out.",
        envvar="COMMONWEAL_DATABASE_URL",
        show_envvar=True,
        metavar="URL",
    ),
]


def register(root: typer.Typer) -> None:
    """Mount the commands."""
    root.add_typer(app, name="database")


@app.command("upgrade")
def upgrade_database(address: Address = None, data: WorkersFolder = DEFAULT, as_json: AsJson = False) -> None:
    """Make the tables, or bring them to this version; does nothing where they are.

    All or nothing, one at a time, and safe to repeat. Stop the workers of the old version first.

    Exit code 0 when the tables are this version's, 2 when something stands in the way.

    Example: `commonweal database upgrade --database postgresql://commonweal@db/commonweal`
    """
    from services.runtime.database import upgrade
    from services.runtime.folders import made

    if not address:
        made(data, FOLDER_VARIABLE)
    with _connected(address, data) as engine:
        stood, stands = upgrade(engine)
    if as_json:
        print_json({"from": stood, "to": stands})
    elif stood == stands:
        typer.echo(f"the tables are this version's already, at revision {stands}")
    else:
        typer.echo(f"the tables were brought from {stood or 'nothing'} to revision {stands}")


@app.command("check")
def check_database(address: Address = None, data: WorkersFolder = DEFAULT) -> None:
    """Whether the tables are this version's: what every worker asks before it starts.

    Exit code 0 when they are, 1 when they are not or nobody answers.

    Example: `commonweal database check`
    """
    from services.runtime.database import DatabaseError, check

    with _connected(address, data) as engine:
        try:
            stands = check(engine)
        except DatabaseError as error:
            raise no_such_thing(str(error)) from error
    typer.echo(f"the tables are this version's, at revision {stands}")


@contextmanager
def _connected(address: str | None, data: Path) -> Iterator["Engine"]:
    try:
        from services.runtime.database import DatabaseError, connect
    except ModuleNotFoundError as error:
        raise refuse_usage(
            f"`{error.name}` is not installed; install it by `pip install 'commonweal[kafka]'`"
        ) from error
    try:
        engine = connect(address or settings_of_workers(data).database_url)
        try:
            yield engine
        finally:
            engine.dispose()
    except DatabaseError as error:
        raise refuse_usage(str(error)) from error
