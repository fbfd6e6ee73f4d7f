"""`commonweal board`: look after the board's tables."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import typer

from schemas.topics import TOPICS
from services.board import BoardError, BoardReader, rebuild
from services.cli.arguments import print_json, refuse_usage
from services.cli.data_folder import DEFAULT, AsJson, board_file, log_file, no_such_thing
from services.cli.log_to_read import AnyFolder, OnKafka, log_of_cluster
from services.cli.workers_settings import folder_of_workers, settings_of_workers
from services.runtime.log import LogError, SqliteLog

app = typer.Typer(no_args_is_help=True, help="The board: the tables behind `status`, `explain` and the pages.")


def register(root: typer.Typer) -> None:
    """Mount the commands."""
    root.add_typer(app, name="board")


@app.callback()
def board() -> None:
    """The board: the tables behind `status`, `explain` and the pages."""


@app.command("rebuild")
def rebuild_board(
    context: typer.Context,
    data: AnyFolder = DEFAULT,
    kafka: OnKafka = False,
    as_json: AsJson = False,
) -> None:
    """Make the board anew from the decisions log; it comes out row for row as it should be.

    Safe at any time: the old board stays until the new one is whole. Stop `commonweal up` first; board workers of the
    Kafka shell may go on, and wait meanwhile. The content hash is the same for every board made from the same decisions,
    wherever it stands.

    With --kafka it is made from the cluster's decisions, in the database of COMMONWEAL_DATABASE_URL (SQLite in the data
    folder where that is not set).

    Exit code 0 when the board was made, 1 when there is no log to make it from, 2 when something stands in the way.

    Example: `commonweal board rebuild --data city`
    """
    if kafka:
        blocks, content_hash = _rebuild_database(folder_of_workers(context, data))
    elif not data.is_dir():
        raise refuse_usage(f"{data} is no folder; give the one that `load`, `demo` or `up` wrote, as --data DIR")
    elif not log_file(data).exists():
        raise no_such_thing(f"{data} holds no log; give the folder that `load`, `demo` or `up` wrote, as --data DIR")
    else:
        blocks, content_hash = _rebuild_file(data)
    if as_json:
        print_json({"blocks": blocks, "content_hash": content_hash})
    else:
        typer.echo(f"the board was made anew from {blocks:,} decision blocks; content hash {content_hash}")


def _rebuild_file(data: Path) -> tuple[int, str]:
    try:
        with closing(SqliteLog(log_file(data), TOPICS, read_only=True)) as log, _counting() as told:
            blocks = rebuild(log, board_file(data), told=told)
        with BoardReader(board_file(data)) as reader:
            return blocks, reader.content_hash()
    except (BoardError, LogError) as error:
        raise refuse_usage(str(error)) from error


def _rebuild_database(data: Path) -> tuple[int, str]:
    with closing(log_of_cluster()) as log:
        from services.board.worker import DatabaseReader, rebuild_database
        from services.runtime.database import connect, ready

        settings = settings_of_workers(data)
        writing, reading = ready(settings.database_url), connect(settings.database_url, reading=True)
        try:
            with _counting() as told:
                blocks = rebuild_database(log, writing, told=told)
            return blocks, DatabaseReader(reading).content_hash()
        finally:
            writing.dispose()
            reading.dispose()


@contextmanager
def _counting() -> Iterator[Callable[[int], None]]:
    """Shows how many blocks were read."""
    from rich.console import Console

    with Console(stderr=True).status("reading the decisions log") as display:
        done = 0

        def told(blocks: int) -> None:
            nonlocal done
            done += blocks
            display.update(f"reading the decisions log: {done:,} blocks")

        yield told


@app.command("openapi")
def describe_api() -> None:
    """Print the description of the board's query API, in OpenAPI 3.1.

    Exit code 0.

    Example: `commonweal board openapi > openapi.json`
    """
    from services.board.worker import document

    print_json(document())
