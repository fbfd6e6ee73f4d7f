"""Arguments that several commands take alike."""

from pathlib import Path
from typing import Annotated

import typer

FolderToFill = Annotated[
    Path,
    typer.Option("--data", help="The data folder; made if it is not there.", file_okay=False, metavar="DIR"),
]
FolderIfThere = Annotated[
    Path, typer.Option("--data", help="The data folder, where there is one.", file_okay=False, metavar="DIR")
]
AllowLeap = Annotated[
    bool,
    typer.Option(
        "--allow-leap",
        help="Your word that the time since the last event really passed, where it is longer than the policy's bound.",
    ),
]


def refuse_leap(*, kafka: bool, allow_leap: bool) -> None:
    """Refuse a word about log time that a cluster's workers would not hear, rather than leave it out."""
    if kafka and allow_leap:
        raise refuse_usage(
            "--allow-leap is a word to a data folder; on a cluster give it to the community whose time is held, by "
            '`commonweal submit --kafka`: {"id": "leap-1", "data": {"type": "clock.leap_allowed", "community": "NAME", '
            '"operator": "YOU", "until_ms": UNTIL}}'
        )


def refuse_usage(sentence: str) -> typer.Exit:
    """Say on the error channel what was wrong with the command; exit code 2."""
    typer.echo(sentence, err=True)
    return typer.Exit(2)


def print_json(document: object) -> None:
    """A document for programs, on the output channel."""
    import orjson

    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
