"""What a run found, for programs: the figures that are held against what was promised, and everything behind them."""

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.simulation.bench_kafka.asking import Percentiles
from services.simulation.bench_kafka.board_rows import BoardRows
from services.simulation.bench_kafka.rival_runs import RIVALS
from services.simulation.bench_kafka.run import Found, KafkaBench
from services.simulation.bench_kafka.throughput import UNDECIDED_MAX, Pace, Wait

SETTINGS = (
    "one broker, one process per service, all on this machine; policy as shipped; ours: live, people answer what was "
    f"really proposed and are silent in a town where {UNDECIDED_MAX} events wait; rivals: the same records, as often "
    "over as it takes to tell, read from the beginning; first tenth left out, stamps of the output topics"
)
QUOTED_SHARE = 0.5
"""Latency is quoted at half the highest rate."""


def figures_of(bench: KafkaBench, found: Found) -> dict[str, Any]:
    """Everything that was measured, rounded; None where it was not."""
    ours = None if found.pace is None else round(found.pace.rate.events_per_s)
    quoted = next((wait for wait in found.waits if wait.share == QUOTED_SHARE), None)
    return {
        "events_per_s": ours,
        **{f"ratio_to_{rival.name}": _ratio(ours, found, rival.name) for rival in RIVALS},
        "p50_ms": None if quoted is None else round(quoted.proposed.p50_ms),
        "p99_ms": None if quoted is None else round(quoted.proposed.p99_ms),
        "machine": machine(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "python": sys.version.split()[0],
        "settings": SETTINGS,
        "events": bench.events,
        "towns": {"towns": bench.region.towns, "open_asks": bench.region.open_asks, "seed": bench.region.seed},
        "ours": [_pace(pace) for pace in ([found.pace] if found.pace else []) + found.more],
        "rivals": {
            rival.name: {
                "events_per_s": round(found.rivals[rival.name].rate.events_per_s),
                "outputs": found.rivals[rival.name].outputs,
                "settings": rival.settings,
            }
            for rival in RIVALS
            if rival.name in found.rivals
        },
        "latency": [_wait(wait) for wait in found.waits],
        "backlog": None if found.caught_up is None else _backlog(found),
        "recovery": [_rounded(asdict(restart)) for restart in found.restarts],
        "failover_s": None if found.failover_s is None else round(found.failover_s, 1),
        "handover_s": None if found.handover_s is None else round(found.handover_s, 1),
        "board": None if found.board is None else _board(found.board),
        "profile": found.profile,
        "failed": found.failed,
    }


def machine() -> str:
    """Processor, cores and memory, as the kernel names them."""
    name = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    total = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{name}, {os.cpu_count()} cores, {total / 1_048_576:.0f} GiB"


def _ratio(ours: int | None, found: Found, rival: str) -> float | None:
    if ours is None or rival not in found.rivals or not found.rivals[rival].rate.events_per_s:
        return None
    return round(ours / found.rivals[rival].rate.events_per_s, 3)


def _pace(pace: Pace) -> dict[str, Any]:
    return {
        "matching_workers": pace.workers,
        "events_per_s": round(pace.rate.events_per_s),
        "events_per_s_per_worker": round(pace.rate.events_per_s / pace.workers),
        "events_per_cpu_s": {service: round(pace.events / spent) for service, spent in pace.cpu_s.items() if spent > 0},
        "seconds": round(pace.rate.seconds, 1),
        "refused": pace.refused,
        "busy": {service: round(spent / pace.wall_s, 2) for service, spent in pace.cpu_s.items()},
        "people_busy": round(pace.people_cpu_s / pace.wall_s, 2),
        "peak_mb": {service: round(peak) for service, peak in pace.peak_mb.items()},
    }


def _wait(wait: Wait) -> dict[str, Any]:
    return {
        "share": wait.share,
        "rate": round(wait.rate),
        **_percentiles(wait.proposed),
        "first_chance": _percentiles(wait.first_chance),
        "journalled": _percentiles(wait.journalled),
        "answered": _percentiles(wait.answered),
        "late_ms": round(wait.late_ms),
        "is_drained": wait.is_drained,
        "cpu_s": {service: round(spent, 1) for service, spent in wait.cpu_s.items()},
    }


def _percentiles(of: Percentiles) -> dict[str, int]:
    return {
        "asks": of.count,
        "p50_ms": round(of.p50_ms),
        "p99_ms": round(of.p99_ms),
        "p999_ms": round(of.p999_ms),
    }


def _backlog(found: Found) -> dict[str, Any]:
    assert found.caught_up is not None, "asked for where it was measured"
    caught_up = found.caught_up
    return {
        "events": caught_up.events,
        "events_per_s": round(caught_up.rate.events_per_s),
        "seconds": round(caught_up.seconds, 1),
        "peak_mb": {service: round(peak) for service, peak in caught_up.peak_mb.items()},
        "refused": caught_up.refused,
    }


def _board(board: BoardRows) -> dict[str, Any]:
    return {
        "rows_per_s": round(board.rows_per_s),
        "rows": board.rows,
        "seconds": round(board.seconds, 1),
        "peak_mb": round(board.peak_mb),
    }


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 1) if isinstance(value, float) else value for name, value in values.items()}


def _lines(file: str) -> list[str]:
    path = Path(file)
    return path.read_text().splitlines() if path.exists() else []
