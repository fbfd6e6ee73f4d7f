"""`commonweal replay`: the state folded anew from what was recorded."""

import typer

from services.cli.arguments import print_json
from services.cli.data_folder import DEFAULT, AsJson
from services.cli.log_to_read import AnyFolder, OnKafka, log_to_read


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("replay")(replay)


def replay(data: AnyFolder = DEFAULT, kafka: OnKafka = False, as_json: AsJson = False) -> None:
    """Fold all recorded decisions from the beginning and print the hash of the state they lead to.

    Nothing is decided anew and nothing is written. Two folders with the same history have the same `state_hash`, on
    any machine and version; `commonweal up` may be running meanwhile.

    Exit code 0 when the decisions are whole, 2 when they are not as they were written, or there is no log.

    Example: `commonweal replay --data city --json`
    """
    from dataclasses import asdict

    from services.embedded import replay as fold

    with log_to_read(data, kafka=kafka) as log:
        replayed = fold(log)
    if as_json:
        partitions = [asdict(one) for one in replayed.partitions]
        print_json({"state_hash": replayed.state_hash, "partitions": partitions})
        return
    for one in replayed.partitions:
        names = ", ".join(one.communities) or "no community yet"
        behind = f", {one.undecided:,} more not decided yet" if one.undecided else ""
        typer.echo(f"partition {one.partition} ({names}): {one.decided:,} decisions{behind}, state {one.state_hash}")
    typer.echo(f"state_hash {replayed.state_hash}")
