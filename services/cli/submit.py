"""`commonweal submit`: events from a file go in by the door."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from services.cli.arguments import AllowLeap, FolderToFill, print_json, refuse_leap, refuse_usage
from services.cli.data_folder import DEFAULT, AsJson
from services.cli.files import STANDARD, reading
from services.cli.log_to_read import OnKafka

if TYPE_CHECKING:
    from services.cli.letting_in import LetIn
    from services.intake import RawEvent

File = Annotated[str, typer.Argument(metavar="FILE|-", help="JSON Lines, or CSV with --mapping; `-` reads the input.")]
Source = Annotated[
    str,
    typer.Option("--source", help="Who sends: with the event's own id it names the event for good.", metavar="NAME"),
]
MappingName = Annotated[
    str | None,
    typer.Option("--mapping", help="How a CSV file's columns become events: a shipped name or a TOML file."),
]


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("submit")(submit)


def submit(
    file: File,
    data: FolderToFill = DEFAULT,
    source: Source = "cli",
    mapping: MappingName = None,
    allow_leap: AllowLeap = False,
    kafka: OnKafka = False,
    as_json: AsJson = False,
) -> None:
    """Let events in: one CloudEvent a line, checked, located, widened, and decided.

    While `commonweal up` runs on the folder, it takes them in; otherwise they are decided before this returns, and
    time stands still until the next `submit` or `up`. With --kafka they go to the cluster's inbound topics, and its
    workers decide them. Sending the same file twice does nothing the second time.

    Exit code 0 when everything came in, 1 when something was refused (it lies among the dead letters), 2 when the
    command or the folder is not right.

    Example: `commonweal submit asks.jsonl --data city`, with lines such as

    `{"id": "c1", "data": {"type": "community.defined", "community": "riverside"}}`
    """
    from services.cli.letting_in import let_in, let_in_on_cluster

    refuse_leap(kafka=kafka, allow_leap=allow_leap)
    with reading(file, "give the path of a file of events, or - for the input") as opened:
        events = _events(file, opened, source, mapping)
        done = let_in_on_cluster(data, events) if kafka else let_in(data, events, leap_allowed=allow_leap)
    if as_json:
        print_json(_document(done))
    else:
        _tell(done, data)
    if done.troubles:
        raise typer.Exit(2)
    if done.report.rejected_total:
        raise typer.Exit(1)


def _events(file: str, opened: BinaryIO, source: str, mapping: str | None) -> Iterator["RawEvent"]:
    """The file's events, lazily; a mapping's community is defined before its rows."""
    from services.intake import RawEvent, events_in_lines, events_in_table, find_mapping, lines_of

    name = "input" if file == STANDARD else Path(file).name
    try:
        RawEvent(source, b"", name)
    except ValueError as error:
        raise refuse_usage(f"--source: {error}") from None
    if mapping is None:
        yield from events_in_lines(lines_of(opened), source=source, name=name)
        return
    found = find_mapping(mapping)
    yield RawEvent(source, found.first_event(), f"mapping {mapping}")
    yield from events_in_table(found, lines_of(opened), source=source, name=name)


def _document(done: "LetIn") -> dict[str, object]:
    return {
        "admitted": dict(done.report.admitted),
        "rejected": dict(done.report.rejected),
        "examples": list(done.report.examples),
        "handed_over": done.handed_over,
        "followed": done.followed,
        "troubles": [trouble.sentence for trouble in done.troubles],
    }


def _tell(done: "LetIn", data: Path) -> None:
    report = done.report
    typer.echo(f"admitted {report.admitted_total:,}{_by_kind(report.admitted)}")
    if done.handed_over:
        typer.echo(f"handed to {done.handed_to}")
    elif done.followed:
        typer.echo(f"what followed{_by_kind(done.followed)}")
    if report.rejected_total:
        typer.echo(f"rejected {report.rejected_total:,}{_by_kind(report.rejected)}", err=True)
        for example in report.examples:
            typer.echo(f"  {example}", err=True)
        where = f"--kafka --data {data}" if done.on_cluster else f"--data {data}"
        typer.echo(f"nothing is lost: see `commonweal dead-letters list {where}`", err=True)
    for trouble in done.troubles:
        typer.echo(trouble.sentence, err=True)


def _by_kind(counts: Mapping[str, int]) -> str:
    return ": " + ", ".join(f"{count:,} {kind}" for kind, count in counts.items()) if counts else ""
