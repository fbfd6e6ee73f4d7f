"""`commonweal status`: how it is going, on one screen."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schemas.decisions import DecisionBlock
from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.board import (
    Board,
    ask_counts,
    communities,
    coordinator_queue,
    match_counts,
    offer_counts,
    summary,
    waiting_asks,
)
from services.cli.arguments import print_json, refuse_usage
from services.cli.board_to_read import board_to_read
from services.cli.data_folder import DEFAULT, AsJson, log_file, no_such_thing
from services.cli.log_to_read import AnyFolder, OnKafka, log_of_cluster
from services.cli.workers_settings import folder_of_workers

if TYPE_CHECKING:
    from services.runtime.log import Log

EXAMPLES = 5
Community = Annotated[str | None, typer.Option("--community", help="One community; all of them together otherwise.")]


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("status")(status)


def status(
    context: typer.Context,
    data: AnyFolder = DEFAULT,
    community: Community = None,
    kafka: OnKafka = False,
    as_json: AsJson = False,
) -> None:
    """Show what waits, what was matched and how soon, what needs a coordinator, and whether everything keeps up.

    With --kafka it is the board of the workers: in the database of COMMONWEAL_DATABASE_URL, or the SQLite in their data
    folder where that is not set.

    Exit code 0 when there is a board, 1 when there is none or no such community, 2 when the command was not
    understood or something cannot be read.

    Example: `commonweal status --data city --json`
    """
    folder = folder_of_workers(context, data) if kafka else data
    with board_to_read(folder, kafka=kafka) as board:
        found = _collected(board, community, "the cluster" if kafka else str(data))
        found["partitions"] = _on_cluster(board) if kafka else _in_folder(board, data)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _collected(board: Board, community: str | None, place: str) -> dict[str, Any]:
    known = communities(board)
    shown = [each for each in known if community in (None, each.community)]
    if community is not None and not shown:
        names = ", ".join(each.community for each in known) or "none yet"
        raise no_such_thing(f"there is no community {community} in {place}; there are: {names}")
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
    }


def _by_name(counts: dict[Any, int]) -> dict[str, int]:
    return {status.value: count for status, count in counts.items() if count}


def _in_folder(board: Board, data: Path) -> list[dict[str, Any]]:
    """Where each partition stands, and how far engine and board are behind the log."""
    from services.runtime.log import LogError, SqliteLog

    if not log_file(data).exists():
        return _standings(board)
    try:
        with closing(SqliteLog(log_file(data), TOPICS, read_only=True)) as log:
            return _behind(board, log, lambda partition: log.next_offset(DECISIONS.name, partition))
    except LogError as error:
        raise refuse_usage(str(error)) from error


def _on_cluster(board: Board) -> list[dict[str, Any]]:
    """The same beside a cluster, where a decision may stand twice; without a broker, what the board knows."""
    from services.runtime.kafka import ClusterError
    from services.runtime.log import LogError

    try:
        with closing(log_of_cluster()) as log:
            return _behind(board, log, partial(_decided, log))
    except (ClusterError, LogError) as error:
        typer.echo(f"how far behind it is cannot be told: {error}", err=True)
        return _standings(board)


def _decided(log: "Log", partition: int) -> int:
    """The journal record that is decided next."""
    end = log.next_offset(DECISIONS.name, partition)
    last = log.read(DECISIONS.name, partition, end - 1, records_max=1) if end else []
    return 1 + max((DecisionBlock.model_validate_json(one.value or b"").source for one in last), default=-1)


def _behind(board: Board, log: "Log", decided_of: Callable[[int], int]) -> list[dict[str, Any]]:
    rows = {row["partition"]: row for row in _standings(board)}
    for partition in sorted({*log.partitions(JOURNAL.name), *log.partitions(DECISIONS.name)}):
        row = rows.setdefault(partition, {"partition": partition, "next_source": 0})
        decided = decided_of(partition)
        row["engine_behind"] = max(0, log.next_offset(JOURNAL.name, partition) - decided)
        row["board_behind"] = max(0, decided - row["next_source"])
    return [rows[partition] for partition in sorted(rows)]


def _standings(board: Board) -> list[dict[str, Any]]:
    return [each.model_dump(mode="json") for each in board.standings()]


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
