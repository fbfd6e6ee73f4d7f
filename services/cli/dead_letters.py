"""`commonweal dead-letters`: what could not be used, and sending it in again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import AllowLeap, print_json, refuse_usage
from services.cli.board_to_read import database_of_workers
from services.cli.data_folder import DEFAULT, AsJson, DataFolder
from services.cli.log_to_read import AnyFolder, OnKafka, log_to_read
from services.cli.workers_settings import folder_of_workers

if TYPE_CHECKING:
    from services.embedded import ReplayedLetter
    from services.runtime.dead_letters import DeadLetters, Letter

app = typer.Typer(no_args_is_help=True, help="Dead letters: what arrived and could not be used. Nothing vanishes.")
LISTED = 50
Place = Annotated[str, typer.Argument(metavar="LETTER", help="Its place, as `list` shows it: 3/17.")]
Places = Annotated[list[str] | None, typer.Argument(metavar="LETTER...", help="Their places, as `list` shows them.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Only those of this reason, such as `unknown-need`.")]
Every = Annotated[bool, typer.Option("--all", help="All that were never sent in again.")]
Count = Annotated[int, typer.Option("--max", min=1, max=10_000, help="How many to list at most.")]
After = Annotated[str | None, typer.Option("--after", help="Go on after this place.", metavar="LETTER")]


def register(root: typer.Typer) -> None:
    """Mount the commands."""
    root.add_typer(app, name="dead-letters")


@app.command("list")
def list_letters(
    data: AnyFolder = DEFAULT,
    reason: Reason = None,
    after: After = None,
    count: Count = LISTED,
    kafka: OnKafka = False,
    as_json: AsJson = False,
) -> None:
    """List what could not be used: where it lay, and why, without what it said.

    Example: `commonweal dead-letters list --data city --reason unknown-need`
    """
    with _listing(data, kafka=kafka) as letters:
        found = list(_listed(letters, reason, None if after is None else _place(after), count))
    if as_json:
        print_json([_document(letter) for letter in found])
        return
    for letter in found:
        typer.echo(f"{_name(letter)}  {letter.reason}  {letter.origin}{_mark(letter)}\n    {letter.sentence}")
    typer.echo(_foot(found, f"--data {data}" + " --kafka" * kafka, count))


@app.command("show")
def show_letter(
    context: typer.Context, place: Place, data: AnyFolder = DEFAULT, kafka: OnKafka = False, as_json: AsJson = False
) -> None:
    """Print one, with the bytes as they arrived: they may name somebody, so mind who is looking.

    The bytes can be read for 14 days; then their key is destroyed. With --kafka, the keys are those in the database that
    the workers share.

    Example: `commonweal dead-letters show 3/17 --data city`
    """
    with _opening(folder_of_workers(context, data) if kafka else data, kafka=kafka) as letters:
        opened = letters.show(*_place(place))
    letter, raw = opened.letter, None if opened.raw is None else opened.raw.decode("utf-8", "replace")
    if as_json:
        print_json(_document(letter) | {"raw": raw})
        return
    typer.echo(f"{_name(letter)}  {letter.reason}  {letter.origin}{_mark(letter)}\n    {letter.sentence}\n")
    typer.echo("its key was destroyed, and the bytes with it" if raw is None else raw)


@app.command("replay")
def replay_letters(
    places: Places = None,
    data: DataFolder = DEFAULT,
    reason: Reason = None,
    every: Every = False,
    allow_leap: AllowLeap = False,
    as_json: AsJson = False,
) -> None:
    """Send letters in again, as they arrived and from whom they came, once what was wrong with them is mended.

    What is refused once more becomes a dead letter of its own. Stop `commonweal up` first.

    Exit code 0 when all came in, 1 when some were refused or can no longer be read, 2 when the command or the folder
    is not right.

    Example: `commonweal dead-letters replay --reason unknown-community --data city`
    """
    from services.embedded import Embedded, replay_dead_letters

    if not (places or reason or every):
        raise refuse_usage("say which: their places, --reason CODE or --all")
    with Embedded.open(data) as embedded:
        embedded.go_on(leap_allowed=allow_leap)
        wanted = [_place(place) for place in places or []]
        done = replay_dead_letters(embedded, wanted or None, reason=reason)
        embedded.settle()
    refused = [one for one in done if one.why is not None]
    if as_json:
        print_json([{"letter": one.name, "admitted": one.why is None, "why": one.why} for one in done])
    else:
        _tell(done, refused)
    if refused:
        raise typer.Exit(1)


def _tell(done: list["ReplayedLetter"], refused: list["ReplayedLetter"]) -> None:
    typer.echo(f"sent in again: {len(done):,}, of which {len(done) - len(refused):,} came in")
    for one in refused:
        typer.echo(f"{one.name}: {one.why}", err=True)


@contextmanager
def _listing(data: Path, *, kafka: bool) -> Iterator["DeadLetters"]:
    from services.runtime.dead_letters import DeadLetters

    with log_to_read(data, kafka=kafka) as log:
        yield DeadLetters(log, None)


@contextmanager
def _opening(data: Path, *, kafka: bool) -> Iterator["DeadLetters"]:
    from services.embedded import DataFolder as Folder
    from services.runtime.dead_letters import DeadLetters
    from services.runtime.sealing_keys import SealingKeys

    with log_to_read(data, kafka=kafka) as log:
        if not kafka:
            yield DeadLetters(log, SealingKeys(Folder(data).keys))
            return
        with database_of_workers(data) as engine:
            from services.runtime.database import DatabaseSealingKeys

            yield DeadLetters(log, DatabaseSealingKeys(engine))


def _listed(
    letters: "DeadLetters", reason: str | None, after: tuple[int, int] | None, count: int
) -> Iterator["Letter"]:
    from services.embedded import letters_of

    found = letters_of(letters, reason=reason, after=after)
    for _, letter in zip(range(count), found, strict=False):
        yield letter


def _place(text: str) -> tuple[int, int]:
    partition, slash, offset = text.partition("/")
    if not (slash and partition.isdecimal() and offset.isdecimal()):
        raise refuse_usage(f"`{text}` is no place of a dead letter; `dead-letters list` shows them, such as 3/17")
    return int(partition), int(offset)


def _name(letter: "Letter") -> str:
    return f"{letter.partition}/{letter.offset}"


def _mark(letter: "Letter") -> str:
    return "  (sent in again)" if letter.replayed_ms is not None else ""


def _foot(found: list["Letter"], where: str, count: int) -> str:
    if len(found) == count:
        return f"there may be more: --after {_name(found[-1])}"
    if not found:
        return "no dead letters"
    return f"`commonweal dead-letters show {_name(found[-1])} {where}` prints one"


def _document(letter: "Letter") -> dict[str, object]:
    from dataclasses import asdict

    return {"letter": _name(letter)} | asdict(letter)
