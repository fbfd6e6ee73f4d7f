"""The pace of an engine: journal bytes in, decision bytes out, block after block, timed in chunks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter, process_time

from schemas.journal import JOURNAL_BODY, JournalRecord
from services.matching import Engine, Sealed
from services.simulation.bench.town import START_MS
from services.simulation.bench.traffic import BLOCK_EVENTS_MAX, Traffic, block_shape


@dataclass(frozen=True, slots=True)
class Length:
    """How long is measured."""

    warm_up: int
    """Events decided before the clock counts: the first rounds find more to do than those that follow."""
    chunk: int
    """Events of a chunk."""
    chunks: int
    block_events_max: int = BLOCK_EVENTS_MAX

    @property
    def events(self) -> int:
        """All of them, measured or not, and what the last blocks bring too much."""
        return self.warm_up + self.chunk * self.chunks + self.block_events_max * (self.chunks + 1)


@dataclass(slots=True)
class Chunk:
    """Seconds of one chunk."""

    events: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    reading_cpu_s: float = 0.0
    """Of it: decoding the journal alone."""


@dataclass(slots=True)
class Pace:
    """What was measured."""

    chunks: list[Chunk] = field(default_factory=list)

    @property
    def events_per_s(self) -> float:
        """By the processor's time: of the middle chunk."""
        return median(chunk.events / chunk.cpu_s for chunk in self.chunks)

    @property
    def wall_events_per_s(self) -> float:
        """By the clock on the wall, on a machine that may do other things as well."""
        return median(chunk.events / chunk.wall_s for chunk in self.chunks)

    @property
    def reading_events_per_s(self) -> float:
        """Decoding the same blocks and nothing else."""
        return median(chunk.events / chunk.reading_cpu_s for chunk in self.chunks)


@dataclass(slots=True)
class Running:
    """An engine and the traffic it decides, and where log time stands."""

    engine: Engine
    traffic: Traffic
    now_ms: int = START_MS

    def step(self, since_ms: int, until_ms: int, count: int, chunk: Chunk) -> Sealed:
        """One block of `count` events from bytes to bytes, added to a chunk's seconds.

        Args:
            since_ms: the events come evenly after this, the last one at `until_ms`.
        """
        return self.decide(self.traffic.block(since_ms, until_ms, count), until_ms, count, chunk)

    def decide(self, written: bytes, stamp_ms: int, count: int, chunk: Chunk) -> Sealed:
        """Decide a block of the journal that was stamped then."""
        self.now_ms = stamp_ms
        began, began_cpu = perf_counter(), process_time()
        body = JOURNAL_BODY.validate_json(written)
        read_cpu = process_time()
        record = JournalRecord(offset=self.engine.next_offset, stamp_ms=stamp_ms, body=body)
        decided = self.engine.decide(record)
        chunk.cpu_s += process_time() - began_cpu
        chunk.wall_s += perf_counter() - began
        chunk.reading_cpu_s += read_cpu - began_cpu
        chunk.events += count
        self.traffic.hear(decided.block)
        return decided

    def run(self, events: int, chunk: Chunk, block_events_max: int = BLOCK_EVENTS_MAX) -> Iterator[Sealed]:
        """At least so many events, in blocks as they come, and what was decided."""
        count, span_ms = block_shape(self.traffic.where, block_events_max)
        end = chunk.events + events
        while chunk.events < end:
            yield self.step(self.now_ms, self.now_ms + span_ms, count, chunk)


def measure_pace(running: Running, length: Length) -> Pace:
    """Warm up, then measure chunk by chunk."""
    pace = Pace([Chunk() for _ in range(length.chunks)])
    for chunk, events in ((Chunk(), length.warm_up), *((chunk, length.chunk) for chunk in pace.chunks)):
        for _ in running.run(events, chunk, length.block_events_max):
            pass
    return pace
