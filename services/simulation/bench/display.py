"""A bench as a table on a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

HEADINGS = ("open", "side", "events/s", "wall", "µs each", "reading", "facts", "at end", "B/ask")
CAPTION = (
    "events/s by the processor's time, wall: by the clock; reading: decoding the same blocks alone; facts: of an event; "
    "at end: open asks; B/ask: memory of an open ask with its offers, members and proposals"
)


def show_bench(console: Console, found: Mapping[str, Any]) -> None:
    """Print what was measured, and under which conditions."""
    console.print(_table("density stays the same, the area grows", found["rows"]))
    if found["fixed_area"]:
        console.print(_table("the area stays the same, density grows", found["fixed_area"]))
    console.print(CAPTION, style="dim")
    console.print(
        f"{found['events_per_s']:,} events/s at {found['events_per_s_open']:,} open asks; "
        f"an event costs {found['cost_growth']} times as much at the largest size as at the smallest"
    )
    for row in found["rows"]:
        if row["naive"] is not None:
            console.print(f"the scanning index, {row['open']:,} open asks: {row['naive']['events_per_s']:,} events/s")
    if found["recovery_s"] is not None:
        largest = found["rows"][-1]
        console.print(
            f"at {largest['open']:,} open asks a snapshot takes {largest['snapshot_s']:,} s "
            f"({largest['snapshot_mb']:,} MB), a start from it {largest['recovery_s']:,} s with "
            f"{largest['recovery_tail_facts']:,} facts to fold, {largest['recovery_peak_mb']:,} MB at most"
        )
    latency = found["latency"]
    if latency is not None:
        console.print(
            f"from ask to proposal at {latency['rate']:,} events/s, open loop: half within {latency['p50_ms']:,} ms, "
            f"99 of 100 within {latency['p99_ms']:,} ms, rounds every 2,000 ms; busy {100 * latency['busy']:.0f} %"
        )
    console.print(f"Python {found['python']}; {found['settings']}", style="dim")
    console.print(f"left out: {found['left_out']}", style="dim")


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            f"{row['open']:,}",
            f"{row['side_m'] / 1_000:,.1f} km",
            f"{row['events_per_s']:,}",
            f"{row['wall_events_per_s']:,}",
            f"{row['us_per_event']:,.1f}",
            f"{row['reading_events_per_s']:,}",
            f"{row['facts_per_event']:.1f}",
            f"{row['open_at_end']:,}",
            f"{row['bytes_per_open_ask']:,}",
        )
    return table
