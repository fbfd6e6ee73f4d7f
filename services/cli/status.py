"""`commonweal status`: how it is going, on one screen."""

from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.board import (
    BoardError,
    BoardMissing,
    BoardReader,
    ask_counts,
    communities,
    coordinator_queue,
    match_counts,
    offer_counts,
    summary,
    waiting_asks,
)
from services.cli.arguments import print_json, refuse_usage
from services.cli.data_folder import DEFAULT, AsJson, DataFolder, board_file, log_file, no_such_thing

EXAMPLES = 5
Community = Annotated[str | None, typer.Option("--community", help="One community; all of them together otherwise.")]


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("status")(status)


def status(data: DataFolder = DEFAULT, community: Community = None, as_json: AsJson = False) -> None:
    """Show what waits, what was matched and how soon, what needs a coordinator, and whether everything keeps up.

    Exit code 0 when there is a board, 1 when there is none or no such community, 2 when the command was not
    understood or something cannot be read.

    Example: `commonweal status --data city --json`
    """
    try:
        with BoardReader(board_file(data)) as board, board.snapshot():
            found = _collected(board, community, data)
    except BoardMissing as error:
        raise no_such_thing(str(error)) from error
    except BoardError as error:
        raise refuse_usage(str(error)) from error
    if as_json:
        print_json(found)
    else:
        _print(found)


def _collected(board: BoardReader, community: str | None, data: Path) -> dict[str, Any]:
    known = communities(board)
    shown = [each for each in known if community in (None, each.community)]
    if community is not None and not shown:
        names = ", ".join(each.community for each in known) or "none yet"
        raise no_such_thing(f"there is no community {community} in {data}; there are: {names}")
    waiting = waiting_asks(board, community=community, order="urgency", limit=EXAMPLES)
    queue = coordinator_queue(board, community=community, limit=EXAMPLES)
    return {
        "communities": [
            {"community": each.community, "policy": None if each.policy is None else each.policy.name} for each in shown
        ],
        "summary": summary(board, community=community).model_dump(mode="json"),
        "asks": _by_name(ask_counts(board, community=community)),
        "offers": _by_name(offer_counts(board, community=community)),
        "matches": _by_name(match_counts(board, community=community)),
        "waiting_most_urgent": [row.model_dump(mode="json") for row in waiting.rows],
        "queue_first": [row.model_dump(mode="json") for row in queue.rows],
        "partitions": _partitions(board, data),
    }


def _by_name(counts: dict[Any, int]) -> dict[str, int]:
    return {status.value: count for status, count in counts.items() if count}


def _partitions(board: BoardReader, data: Path) -> list[dict[str, Any]]:
    """Where each partition stands, and how far engine and board are behind the log."""
    from services.runtime.log import LogError, SqliteLog

    standings = {each.partition: each.model_dump(mode="json") for each in board.standings()}
    if not log_file(data).exists():
        return list(standings.values())
    try:
        log = SqliteLog(log_file(data), TOPICS, read_only=True)
    except LogError as error:
        raise refuse_usage(str(error)) from error
    try:
        for partition in sorted({*log.partitions(JOURNAL.name), *log.partitions(DECISIONS.name)}):
            row = standings.setdefault(partition, {"partition": partition, "next_source": 0})
            decided = log.next_offset(DECISIONS.name, partition)
            row["engine_behind"] = max(0, log.next_offset(JOURNAL.name, partition) - decided)
            row["board_behind"] = max(0, decided - row["next_source"])
    finally:
        log.close()
    return [standings[partition] for partition in sorted(standings)]


def _print(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    names = ", ".join(f"{each['community']} (policy {each['policy'] or 'none yet'})" for each in found["communities"])
    console.print(f"Communities: {names or 'none yet'}", markup=False)
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column()
    for name, value in _lines(found):
        table.add_row(name, value)
    console.print(table)


def _lines(found: dict[str, Any]) -> list[tuple[str, str]]:
    numbers, ends = found["summary"], found["summary"]["dead_ends"]
    rate = numbers["proposals_per_acceptance"]
    ran_out = f"{ends['never_proposed']} nobody was asked, {ends['never_accepted']} nobody accepted"
    ran_out += f", {ends['fell_short']} fell short"
    lines = [
        ("Asks", _counts(found["asks"])),
        ("Offers", _counts(found["offers"])),
        ("Matches", _counts(found["matches"])),
        (
            "Time to acceptance",
            f"median {_wait(numbers['accept_wait_median_ms'])}, p95 {_wait(numbers['accept_wait_p95_ms'])}",
        ),
        ("Proposals per acceptance", "none accepted yet" if rate is None else f"{rate:.2f}"),
        ("Asks that ran out", ran_out),
        ("For a coordinator", _counts(numbers["queue"]) if numbers["queue"] else "nothing"),
    ]
    lines += [("  " + row["why"], _queue_line(row)) for row in found["queue_first"]]
    lines += [("  waits", f"ask {row['ask']}, {row['need']}, {row['urgency']}") for row in found["waiting_most_urgent"]]
    return lines + [(f"Partition {row['partition']}", _standing(row)) for row in found["partitions"]]


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()) or "none"


def _wait(wait_ms: int | None) -> str:
    from services.board import elapsed

    return "none yet" if wait_ms is None else elapsed(wait_ms)


def _queue_line(row: dict[str, Any]) -> str:
    return f"ask {row['ask']}" if row["match"] is None else f"match {row['match']} of ask {row['ask']}"


def _standing(row: dict[str, Any]) -> str:
    text = f"board at {row['next_source']:,}"
    if "board_behind" not in row:
        return text
    return f"{text}, {row['board_behind']:,} behind the decisions; engine {row['engine_behind']:,} behind the journal"
