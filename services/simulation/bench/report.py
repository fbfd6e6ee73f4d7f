"""What a bench found, for programs: one row per size, and the figures that are held against what was promised."""

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.simulation.bench.pace import Pace
from services.simulation.bench.recovery import MB, Recovered, measure_recovery
from services.simulation.bench.rows import NAIVE_OPEN_MAX, Order, Row, measure_row

QUOTED_OPEN = 100_000
"""The size whose pace is quoted; the next smaller one that was measured stands in for it."""
FIXED_OPEN_MAX = 100_000
SETTINGS = (
    "one process, one core; policy as shipped; blocks of up to 500 events or 10 s of log time; garbage collector as in "
    "the product: what stands at the start frozen (gc.freeze), the young looked through every 200,000 objects"
)
LEFT_OUT = "log, disk, network, board; people who offer or ask more than once; remote help"

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """Which sizes are measured, and what of them."""

    sizes: Sequence[int]
    seed: int
    events: int | None
    with_fixed: bool
    with_naive: bool
    with_delay: bool
    with_recovery: bool

    def orders(self) -> list[Order]:
        """One for each row, at constant density first."""
        quoted = quoted_open(self.sizes)
        grown = [
            Order(
                size,
                seed=self.seed,
                events=self.events,
                with_naive=self.with_naive and size <= NAIVE_OPEN_MAX,
                with_delay=self.with_delay and size == quoted,
            )
            for size in self.sizes
        ]
        if not self.with_fixed:
            return grown
        plain = [replace(order, is_fixed=True, with_naive=False, with_delay=False) for order in grown]
        return [*grown, *(order for order in plain if order.open_asks <= FIXED_OPEN_MAX)]


def quoted_open(sizes: Sequence[int]) -> int:
    """The largest size up to a hundred thousand; the smallest of all where every size is beyond."""
    return max((size for size in sizes if size <= QUOTED_OPEN), default=min(sizes))


def run_bench(bench: Bench, tell: Told) -> dict[str, Any]:
    """Measure every row in a process of its own, one after the other.

    Args:
        tell: is told what is measured now.
    """
    grown: list[dict[str, Any]] = []
    fixed: list[dict[str, Any]] = []
    for order in bench.orders():
        tell(f"{order.open_asks:,} open asks{', fixed area' if order.is_fixed else ''}")
        row, recovered = _measured(order, with_recovery=bench.with_recovery and not order.is_fixed)
        (fixed if order.is_fixed else grown).append(figures_of(row) | recovery_figures_of(row, recovered))
    return {
        "python": sys.version.split()[0],
        "cores": os.cpu_count(),
        "seed": bench.seed,
        "settings": SETTINGS,
        "left_out": LEFT_OUT,
        **summary_of(grown),
        "rows": grown,
        "fixed_area": fixed,
    }


def _measured(order: Order, *, with_recovery: bool) -> tuple[Row, Recovered | None]:
    with TemporaryDirectory(prefix="commonweal-bench-") as folder:
        kept_in = replace(order, folder=Path(folder) if with_recovery else None)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            row = process.submit(measure_row, kept_in).result()
        recovered = measure_recovery(Path(folder)) if row.kept is not None else None
    if row.kept is not None and recovered is not None:
        assert recovered.chain == row.kept.chain, "an engine that came back stands where the other one stood"
    return row, recovered


def summary_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures that are quoted."""
    smallest, largest = rows[0], rows[-1]
    quoted = next(row for row in rows if row["open"] == quoted_open([row["open"] for row in rows]))
    return {
        "events_per_s": quoted["events_per_s"],
        "events_per_s_open": quoted["open"],
        "cost_growth": round(largest["us_per_event"] / smallest["us_per_event"], 2),
        "bytes_per_open_ask": largest["bytes_per_open_ask"],
        **{name: largest[name] for name in ("snapshot_s", "recovery_s", "recovery_peak_mb")},
        "latency": quoted["latency"],
    }


def figures_of(row: Row) -> dict[str, Any]:
    """One row, rounded."""
    counts, arrived = row.counts, max(row.counts.events["ask"], 1)
    delay = row.delay
    return {
        "open": row.open_asks,
        "open_at_end": row.open_at_end,
        "side_m": row.side_m,
        **_pace_figures(row.pace),
        "facts_per_event": round(counts.facts / max(counts.all_events, 1), 2),
        "proposals_per_ask": round(counts.proposed / arrived, 2),
        "mix": dict(counts.events),
        "proposed": counts.proposed,
        "accepted": counts.accepted,
        "declined": counts.declined,
        "expired": counts.expired,
        "withdrawn": counts.withdrawn,
        "refused": counts.refused,
        "bytes_per_open_ask": round(row.bytes_per_open_ask),
        "standing_s": round(row.standing_s, 1),
        "naive": None if row.naive is None else _pace_figures(row.naive),
        "latency": None
        if delay is None
        else {
            "rate": round(delay.rate),
            "seconds": delay.seconds,
            "asks": delay.asks,
            "p50_ms": round(delay.p50_ms),
            "p99_ms": round(delay.p99_ms),
            "busy": round(delay.busy, 2),
        },
    }


def recovery_figures_of(row: Row, recovered: Recovered | None) -> dict[str, Any]:
    """How long a snapshot holds the engine up, and how it comes back; nothing where that was not measured."""
    kept = row.kept
    if kept is None or recovered is None:
        return dict.fromkeys(("snapshot_s", "snapshot_mb", "recovery_s", "recovery_peak_mb", "recovery_tail_facts"))
    return {
        "snapshot_s": round(kept.snapshot_s, 2),
        "snapshot_mb": round(kept.snapshot_bytes / MB, 1),
        "recovery_s": round(recovered.recovery_s, 2),
        "recovery_peak_mb": round(recovered.peak_bytes / MB),
        "recovery_tail_facts": kept.tail_facts,
    }


def _pace_figures(pace: Pace) -> dict[str, Any]:
    return {
        "events": sum(chunk.events for chunk in pace.chunks),
        "events_per_s": round(pace.events_per_s),
        "wall_events_per_s": round(pace.wall_events_per_s),
        "us_per_event": round(1_000_000 / pace.events_per_s, 1),
        "reading_events_per_s": round(pace.reading_events_per_s),
    }
