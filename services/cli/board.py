"""`commonweal board`: look after the board's tables."""

from pathlib import Path

import typer

from schemas.topics import TOPICS
from services.board import BoardError, BoardReader, rebuild
from services.cli.arguments import print_json, refuse_usage
from services.cli.data_folder import DEFAULT, AsJson, DataFolder, board_file, log_file, no_such_thing
from services.runtime.log import LogError, SqliteLog

app = typer.Typer(no_args_is_help=True, help="The board: the tables behind `status`, `explain` and the pages.")


def register(root: typer.Typer) -> None:
    """Mount the commands."""
    root.add_typer(app, name="board")


@app.callback()
def board() -> None:
    """The board: the tables behind `status`, `explain` and the pages."""


@app.command("rebuild")
def rebuild_board(data: DataFolder = DEFAULT, as_json: AsJson = False) -> None:
    """Make the board anew from the decisions log; it comes out row for row as it should be.

    Safe at any time: the old board stays until the new one is whole. Stop `commonweal up` first.
    The content hash is the same for every board made from the same decisions.

    Exit code 0 when the board was made, 1 when there is no log to make it from, 2 when something stands in the way.

    Example: `commonweal board rebuild --data city`
    """
    if not log_file(data).exists():
        raise no_such_thing(f"{data} holds no log; give the folder that `load`, `demo` or `up` wrote, as --data DIR")
    try:
        blocks = _rebuild(data)
        with BoardReader(board_file(data)) as reader:
            content_hash = reader.content_hash()
    except (BoardError, LogError) as error:
        raise refuse_usage(str(error)) from error
    if as_json:
        print_json({"blocks": blocks, "content_hash": content_hash})
    else:
        typer.echo(f"the board was made anew from {blocks:,} decision blocks; content hash {content_hash}")


def _rebuild(data: Path) -> int:
    from rich.console import Console

    log = SqliteLog(log_file(data), TOPICS, read_only=True)
    try:
        with Console(stderr=True).status("reading the decisions log") as display:
            done = 0

            def told(blocks: int) -> None:
                nonlocal done
                done += blocks
                display.update(f"reading the decisions log: {done:,} blocks")

            return rebuild(log, board_file(data), told=told)
    finally:
        log.close()
