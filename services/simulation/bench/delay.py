"""How long an ask waits for its first proposal while events come at a given rate, whatever the engine does meanwhile.

Arrivals keep their schedule: an ask that comes while the engine is busy waits, and its wait counts from when it was due
(open loop, no coordinated omission). Log time is the queue's own clock, which goes on by what each block really took on
the wall and stands still while the bench writes events and listens; where nothing waits it goes to the next cut at once.
"""

from dataclasses import dataclass

from schemas.decisions import DecisionBlock
from schemas.facts import AskListed, Proposed
from services.simulation.bench.pace import Chunk, Running
from services.simulation.bench.traffic import BLOCK_EVENTS_MAX

CUT_MS = 20
"""What has come is cut into a block this often, and at once where a block was full."""
WARM_UP_S = 3


@dataclass(frozen=True, slots=True)
class Delay:
    """Milliseconds from an ask's scheduled arrival until the bytes of its first proposal are there."""

    rate: float
    """Events a second."""
    seconds: float
    asks: int
    """Asks that had a proposal within the run; the first seconds are left out."""
    p50_ms: float
    p99_ms: float
    busy: float
    """Share of the time the engine was at work."""


def measure_delay(running: Running, rate: float, seconds: float) -> Delay:
    """Let events come at `rate` for so many seconds."""
    start_ms, clock_ms, sent = running.now_ms, 0.0, 0
    waits: list[float] = []
    came: dict[str, int] = {}
    chunk = Chunk()
    while clock_ms < seconds * 1_000:
        due = min(int(clock_ms * rate / 1_000) - sent, BLOCK_EVENTS_MAX)
        if due < 1:
            clock_ms += CUT_MS
            continue
        began_ms, before_s = clock_ms, chunk.wall_s
        since_ms, until_ms = (start_ms + int(count / rate * 1_000) for count in (sent, sent + due))
        written = running.traffic.block(since_ms, until_ms, due)
        decided = running.decide(written, start_ms + int(clock_ms), due, chunk)
        clock_ms += (chunk.wall_s - before_s) * 1_000
        sent += due
        waits += waited(decided.block, came, start_ms + clock_ms, start_ms + WARM_UP_S * 1_000)
        clock_ms = max(clock_ms, began_ms + CUT_MS) if due < BLOCK_EVENTS_MAX else clock_ms
    waits.sort()
    p50_ms, p99_ms = (waits[len(waits) * percent // 100] if waits else 0.0 for percent in (50, 99))
    return Delay(rate, seconds, len(waits), p50_ms, p99_ms, chunk.wall_s / seconds)


def waited(decided: DecisionBlock, came: dict[str, int], now_ms: float, since_ms: int) -> list[float]:
    """How long each ask waited that was proposed here for the first time; `came` keeps those that wait on.

    Args:
        since_ms: asks that came before are left out.
    """
    waits = []
    for fact in decided.facts:
        if isinstance(fact, AskListed):
            came[fact.ask.ask] = fact.ask.opened_ms
        elif isinstance(fact, Proposed):
            came_ms = came.pop(fact.ask, None)
            if came_ms is not None and came_ms >= since_ms:
                waits.append(now_ms - came_ms)
    return waits
