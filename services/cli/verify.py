"""`commonweal verify`: the proof that what was decided is right."""

from typing import TYPE_CHECKING

import typer

from services.cli.arguments import print_json
from services.cli.data_folder import DEFAULT, AsJson
from services.cli.log_to_read import AnyFolder, OnKafka, log_to_read

if TYPE_CHECKING:
    from services.audit import Breach
    from services.embedded import Verified, VerifiedPartition


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("verify")(verify)


def verify(data: AnyFolder = DEFAULT, kafka: OnKafka = False, as_json: AsJson = False) -> None:
    """Prove what was decided: that nothing was changed since, that every promise was kept, that it could not be otherwise.

    The chain of hashes is followed over the bytes as they were written. An auditor that shares no code with the engine
    reads every event and every fact. What this version decided is decided again and compared byte for byte, and what
    was solved exactly is shown to be best. Nothing is written; `commonweal up` may be running meanwhile.

    Exit code 0 when nothing was found, 1 at the first broken promise, 2 when there is no log or it cannot be read.

    Example: `commonweal verify --data city --json`
    """
    from services.embedded import verify as prove

    with log_to_read(data, kafka=kafka) as log:
        found = prove(log)
    if as_json:
        print_json(_document(found))
    else:
        _print(found)
    if found.breach is not None:
        raise typer.Exit(1)


def _document(found: "Verified") -> dict[str, object]:
    from dataclasses import asdict

    from services.audit import RULES

    return {
        "clean": found.breach is None,
        "breach": None if found.breach is None else _breach(found.breach),
        "rules": len(RULES),
        "partitions": [{**asdict(one), "breach": one.breach and _breach(one.breach)} for one in found.partitions],
    }


def _breach(breach: "Breach") -> dict[str, object]:
    return {
        "partition": breach.partition,
        "offset": breach.offset,
        "fact": breach.fact,
        "rule": breach.rule.name,
        "stands": breach.stands,
        "wanted": breach.wanted,
        "sentence": breach.sentence,
    }


def _print(found: "Verified") -> None:
    from services.audit import RULES

    for one in found.partitions:
        typer.echo(_line(one))
    if found.breach is not None:
        typer.echo(found.breach.sentence, err=True)
    else:
        typer.echo(f"Nothing was found: the chain is whole, and {len(RULES)} rules are kept.")


def _line(one: "VerifiedPartition") -> str:
    names = ", ".join(one.communities) or "no community yet"
    ended = ", ".join(f"{count:,} {how}" for how, count in one.asks_ended.items()) or "none ended"
    parts = [
        f"{one.records:,} records with {one.facts:,} facts",
        f"{one.decided_again:,} decided again byte for byte",
        f"{one.solved:,} answers of the solver are best",
        f"{one.asks:,} asks: {one.asks_open:,} not ended, {ended}",
    ]
    parts += [f"{one.not_decided_again:,} of another version not decided again"] if one.not_decided_again else []
    parts += [f"{one.undecided:,} more not decided yet"] if one.undecided else []
    return f"partition {one.partition} ({names}): {'; '.join(parts)}"
