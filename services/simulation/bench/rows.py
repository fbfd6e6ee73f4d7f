"""One row of the bench: a town of one size in a process of its own, so that its memory and its time are its own."""

import gc
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from schemas.codes import MatchStatus
from schemas.journal import JournalRecord, Tick
from schemas.taxonomy.load import load
from services.matching import Engine, GridIndex, NaiveIndex
from services.runtime.collector import collect_rarely
from services.simulation.bench.delay import Delay, measure_delay
from services.simulation.bench.memory import resident_bytes
from services.simulation.bench.open_proposals import Open
from services.simulation.bench.pace import Chunk, Length, Pace, Running, measure_pace
from services.simulation.bench.recovery import Kept, keep_snapshot, keep_tail
from services.simulation.bench.standing import fold_town, timeline_of
from services.simulation.bench.town import COMMUNITY, START_MS, Town
from services.simulation.bench.traffic import OFFER, TURNS, Counts, Traffic
from services.simulation.timing import Stopwatch

CHUNKS = 3
CHUNK_EVENTS_MIN = 5_000
NAIVE_LOOKS = 1_000_000
NAIVE_OPEN_MAX = 10_000
DELAY_S, DELAY_S_MIN = 25.0, 8.0
TAIL_EVENTS = 20_000
"""Decided after the snapshot, and folded when the engine comes back."""
HELPERS_SPARE = 1_000


@dataclass(frozen=True, slots=True)
class Order:
    """What a row is to measure."""

    open_asks: int
    is_fixed: bool = False
    """The area is the one of ten thousand open asks, whatever the size; otherwise it grows with the open asks."""
    seed: int = 7193
    events: int | None = None
    """Measured; None: three times what comes in a minute of log time, so that what is done each minute counts."""
    with_naive: bool = False
    with_delay: bool = False
    folder: Path | None = None
    """Where a snapshot goes, if one is to be kept."""

    @property
    def town(self) -> Town:
        """Where it happens."""
        return Town.of(self.open_asks, is_fixed=self.is_fixed)

    @property
    def length(self) -> Length:
        """How long it is measured."""
        minute = max(self.open_asks // 3, CHUNK_EVENTS_MIN)
        chunk = minute if self.events is None else max(self.events // CHUNKS, 1)
        return Length(warm_up=min(chunk, max(chunk // 3, 1_000)), chunk=chunk, chunks=CHUNKS)

    @property
    def naive_length(self) -> Length:
        """The same for the index that scans: few events, in small blocks, or nobody would wait for it."""
        chunk = max(min(NAIVE_LOOKS // self.open_asks, self.length.chunk), 10)
        return Length(warm_up=chunk, chunk=chunk, chunks=CHUNKS, block_events_max=chunk)


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one size."""

    open_asks: int
    side_m: int
    pace: Pace
    counts: Counts
    open_at_end: int
    bytes_per_open_ask: float
    """Resident, with the offers, members and open proposals that belong to an open ask."""
    standing_s: float
    """Seconds it took to draw and fold the town."""
    kept: Kept | None
    naive: Pace | None
    delay: Delay | None


def measure_row(order: Order) -> Row:
    """Measure one size. Takes the process for itself: what stands is frozen for the garbage collector."""
    stopwatch = Stopwatch()
    empty = resident_bytes()
    with stopwatch.stage("standing"):
        engine = standing_engine(Engine(load(), GridIndex), order, order.length.events + TAIL_EVENTS)
    held = resident_bytes() - empty
    running = with_traffic(engine, order)
    pace = measure_pace(running, order.length)
    counts, open_at_end = deepcopy(running.traffic.counts), running.traffic.open_asks
    kept = None if order.folder is None else _kept(running, order, order.folder)
    delay = (
        measure_delay(running, pace.events_per_s / 2, DELAY_S if order.events is None else DELAY_S_MIN)
        if order.with_delay
        else None
    )
    return Row(
        open_asks=order.open_asks,
        side_m=order.town.side_m,
        pace=pace,
        counts=counts,
        open_at_end=open_at_end,
        bytes_per_open_ask=held / order.open_asks,
        standing_s=stopwatch.seconds["standing"],
        kept=kept,
        naive=_naive(order) if order.with_naive and order.open_asks <= NAIVE_OPEN_MAX else None,
        delay=delay,
    )


def running_town(order: Order) -> Running:
    """A town of the order's size, with the traffic that goes on from there."""
    return with_traffic(standing_engine(Engine(load(), GridIndex), order, order.length.events), order)


def standing_engine(engine: Engine, order: Order, events_to_come: int) -> Engine:
    """The engine with the town folded in and its indexes built.

    What stands is frozen for the garbage collector, as after a start: it looks at what comes and goes from then on.
    """
    helpers = events_to_come * TURNS.count(OFFER) // len(TURNS) + HELPERS_SPARE
    collect_rarely()
    gc.disable()
    folding = Engine(
        engine.taxonomy, NaiveIndex
    )  # keeps no look-ups while the town is folded: they are built at its end
    fold_town(folding, timeline_of(order.town, engine.taxonomy, order.seed, helpers))
    engine.state = folding.state
    engine.apply(JournalRecord(offset=engine.next_offset, stamp_ms=START_MS, body=Tick()))
    gc.collect()
    gc.freeze()
    gc.enable()
    return engine


def with_traffic(engine: Engine, order: Order) -> Running:
    """An engine, and the people who answer what it decides."""
    traffic = Traffic(order.town, order.seed)
    matches = engine.state.communities[COMMUNITY].matches.values()
    traffic.will_answer(
        Open(match.match, match.ask, match.offerer) for match in matches if match.status is MatchStatus.proposed
    )
    return Running(engine, traffic)


def _kept(running: Running, order: Order, folder: Path) -> Kept:
    """Keep a snapshot, and what is decided for a while after it."""
    seconds, size = keep_snapshot(running.engine, folder)
    after = list(running.run(min(TAIL_EVENTS, order.length.chunk), Chunk()))
    keep_tail((decided.written for decided in after), folder)
    facts = sum(len(decided.block.facts) for decided in after)
    return Kept(seconds, size, facts, running.engine.state.chain)


def _naive(order: Order) -> Pace:
    engine = standing_engine(Engine(load(), NaiveIndex), order, order.naive_length.events)
    return measure_pace(with_traffic(engine, order), order.naive_length)
