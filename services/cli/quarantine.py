"""`commonweal quarantine`: step over the one event that stopped its partition."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import AllowLeap, print_json, refuse_leap, refuse_usage
from services.cli.data_folder import DEFAULT, AsJson
from services.cli.log_to_read import AnyFolder, OnKafka, log_of_cluster, log_to_read

if TYPE_CHECKING:
    from schemas.dead_letters import Quarantined
    from services.embedded import QuarantinedEvent

LIST = "list"
What = Annotated[
    str,
    typer.Argument(metavar="PARTITION/OFFSET/INDEX|list", help="The event, as the trouble names it: 3/5120/17."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why, as a code; it is recorded with the decision.")]


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("quarantine")(quarantine)


def quarantine(
    what: What,
    data: AnyFolder = DEFAULT,
    kafka: OnKafka = False,
    reason: Reason = "engine-stopped",
    allow_leap: AllowLeap = False,
    as_json: AsJson = False,
) -> None:
    """Step over one journal event that cannot be decided, so that its partition goes on; or `list` those that were.

    The others of its block are decided. Your word and the reason are recorded with the decision, and the event stays
    in the journal; once the bug is mended, whoever sent it may send it again under another id. A running
    `commonweal up` goes on at once, a matching worker on Kafka within seconds.

    Exit code 0 when it is stepped over, 1 when its partition still stands, 2 when there is no such event or the folder
    is not right.

    Example: `commonweal quarantine 3/5120/17 --reason engine-stopped --data city`
    """
    if what == LIST:
        _list(data, kafka=kafka, as_json=as_json)
        return
    refuse_leap(kafka=kafka, allow_leap=allow_leap)
    word = _word(what, reason)
    troubles = _put_on_kafka(word) if kafka else _put(data, word, leap_allowed=allow_leap)
    if as_json:
        print_json({"place": what, "reason": reason, "troubles": troubles})
    else:
        typer.echo(f"event {what} is stepped over: {reason}")
        for sentence in troubles:
            typer.echo(sentence, err=True)
    if troubles:
        raise typer.Exit(1)


def _word(place: str, reason: str) -> "Quarantined":
    from pydantic import ValidationError

    from schemas.dead_letters import Quarantined
    from services.embedded import OPERATOR
    from services.runtime.log import wall_clock

    try:
        return Quarantined(place=place, operator=OPERATOR, reason=reason, at_ms=wall_clock())
    except ValidationError:
        raise refuse_usage(
            f"`{place}` with reason `{reason}`: an event is named like 3/5120/17, a reason like engine-stopped"
        ) from None


def _put(data: Path, word: "Quarantined", *, leap_allowed: bool) -> list[str]:
    """Say it to the folder, or to the process that runs it; the troubles that are left, as far as they are known."""
    from services.embedded import DataFolder as Folder
    from services.embedded import Embedded, quarantine_there, reach
    from services.runtime.log import LogBusy

    Folder(data).expect_data()
    try:
        embedded = Embedded.open(data)
    except LogBusy:
        running = reach(Folder(data))
        if running is None:
            raise
        quarantine_there(running, word)
        return []
    with embedded:
        embedded.quarantine(word)
        embedded.go_on(leap_allowed=leap_allowed)
        embedded.settle()
        return [trouble.sentence for trouble in embedded.troubles.values()]


def _put_on_kafka(word: "Quarantined") -> list[str]:
    """Say it to the cluster; what comes of it is told by the worker that holds the partition."""
    from services.embedded import undecided_event
    from services.runtime.quarantine import Quarantine

    log = log_of_cluster()
    try:
        undecided_event(log, word.place)
        Quarantine(log).put(word)
    finally:
        log.close()
    return []


def _list(data: Path, *, kafka: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from services.embedded import quarantined_events

    with log_to_read(data, kafka=kafka) as log:
        found = list(quarantined_events(log))
    if as_json:
        print_json([asdict(one) | {"word": one.word.model_dump(mode="json")} for one in found])
        return
    for one in found:
        typer.echo(_line(one))
    if not found:
        typer.echo("no event is quarantined")


def _line(one: "QuarantinedEvent") -> str:
    done = "stepped over" if one.applied else "to be stepped over"
    return f"{one.word.place}  {one.word.reason}  {one.type} {one.uid}  {done}, said {one.word.operator}"
