"""A run as tables on a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

PEOPLE_BUSY = 0.8
"""Share of a core from which on the bench itself may be what holds a rate down."""


def show_kafka_bench(console: Console, found: Mapping[str, Any]) -> None:
    """Print what was measured, and under which conditions."""
    if found["ours"]:
        console.print(_contest(found))
    if any(pace["people_busy"] > PEOPLE_BUSY for pace in found["ours"]):
        console.print(
            "the bench's own people were as busy as one core allows: the services may do more than they heard"
        )
    if found["latency"]:
        console.print(_latency(found["latency"]))
    _show_troubles(console, found)
    if found["profile"]:
        console.print(_profile(found["profile"]))
    for sentence in found["failed"]:
        console.print(f"not measured: {sentence}", markup=False)
    console.print(
        f"{found['machine']}; Python {found['python']}; {found['settings']}; load average {found['load']}", style="dim"
    )


def _contest(found: Mapping[str, Any]) -> Table:
    table = _table("inbound topics to decisions, on the same records", "", "events/s", "ours is", "what it does")
    for pace in found["ours"]:
        busy = ", ".join(f"{service} {share:.0%}" for service, share in pace["busy"].items())
        table.add_row(
            f"Commonweal, {pace['matching_workers']} matching",
            f"{pace['events_per_s']:,}",
            "",
            f"matches; {busy} of a core",
        )
    for name, rival in found["rivals"].items():
        ratio = found[f"ratio_to_{name}"]
        times = "" if ratio is None else f"{ratio:,} times it"
        table.add_row(name, f"{rival['events_per_s']:,}", times, rival["settings"])
    return table


WAITS = {
    "": "first proposal",
    "first_chance": "… at the first chance",
    "answered": "its decision",
    "journalled": "… in the journal",
}


def _latency(waits: list[dict[str, Any]]) -> Table:
    headings = ("of the highest rate", "events/s", "to", "asks", "p50 ms", "p99 ms", "p99.9 ms", "keeps up")
    table = _table("from ask to proposal, open loop, rounds every 2,000 ms", *headings)
    for wait in waits:
        for key, to in WAITS.items():
            found = wait[key] if key else wait
            counts = (f"{found[name]:,}" for name in ("asks", "p50_ms", "p99_ms", "p999_ms"))
            table.add_row(
                "" if key else f"{wait['share']:.0%}",
                "" if key else f"{wait['rate']:,}",
                to,
                *counts,
                "" if key else "yes" if wait["is_drained"] else "no",
            )
    return table


def _show_troubles(console: Console, found: Mapping[str, Any]) -> None:
    backlog = found["backlog"]
    if backlog is not None:
        peaks = ", ".join(f"{service} {peak:,} MB" for service, peak in backlog["peak_mb"].items())
        console.print(
            f"a backlog of {backlog['events']:,} events: {backlog['seconds']:,} s, {backlog['events_per_s']:,} events/s; "
            f"at most {peaks}"
        )
    for restart in found["recovery"]:
        console.print(
            f"SIGKILL at {restart['open_asks']:,} open asks: decided again after {restart['seconds']:,} s "
            f"({restart['restored_s']:,} s of these to restore), {restart['peak_mb']:,.0f} MB at most"
        )
    if found["failover_s"] is not None:
        console.print(f"SIGKILL of one of two: the other one decides for all after {found['failover_s']:,} s")
    if found["handover_s"] is not None:
        console.print(f"SIGTERM of one of two: the other one decides for all after {found['handover_s']:,} s")
    board = found["board"]
    if board is not None:
        console.print(f"the board in PostgreSQL: {board['rows_per_s']:,} rows/s, {board['rows']:,} rows")


def _profile(rows: list[dict[str, Any]]) -> Table:
    table = _table("the matching worker's processor time", "own", "with callees", "function")
    for row in rows:
        table.add_row(f"{row['own_share']:.1%}", f"{row['with_callees_share']:.1%}", row["function"])
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in {"", "to", "what it does", "function"} else "right")
    return table
