"""The data folder, as the command line names it: where the log and the board lie, and what to say when they do not."""

from pathlib import Path
from typing import Annotated

import typer

DataFolder = Annotated[
    Path,
    typer.Option(
        "--data",
        help="The data folder: what `load`, `demo` or `up` wrote.",
        exists=True,
        file_okay=False,
        dir_okay=True,
        metavar="DIR",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of words for people.")]
DEFAULT = Path("commonweal-data")


def log_file(folder: Path) -> Path:
    """Where the log lies."""
    from services.embedded import DataFolder as Folder

    return Folder(folder).log


def board_file(folder: Path) -> Path:
    """Where the board lies."""
    from services.embedded import DataFolder as Folder

    return Folder(folder).board


def no_such_thing(sentence: str) -> typer.Exit:
    """Say on the error channel what is missing and what to try; exit code 1."""
    typer.echo(sentence, err=True)
    return typer.Exit(1)
