"""A lane: one partition's inbound records on their way to its journal, while the log is a network away.

It holds what was read and not cut yet, and knows how far records came, were cut, and are done. Lanes share nothing, so
one that stands still leaves its neighbours moving.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from services.intake.blocks import Cut, Reading, cut, settled
from services.intake.inbound import INBOUND_ORDER, ReadEvent
from services.runtime.log.records import Record


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """How long and how much; times are seconds of the worker's own clock."""

    linger_s: float = 0.05
    """A record waits so long for others to share its block."""
    order_wait_s: float = 1.0
    """Records wait so long for earlier ones of another topic that is behind; then they go without them."""
    cut_records_max: int = 2_000
    """Records cut at once, per inbound topic."""
    waiting_records_max: int = 8_000
    """Records held per inbound topic; beyond it the topic is not read for this partition."""
    waiting_bytes_max: int = 8 * 1024 * 1024
    """The same in bytes; one read more may come on top."""


@dataclass(slots=True)
class _Waiting:
    """What one topic brought and no block holds yet."""

    next_offset: int
    """Where reading goes on."""
    stamp_ms: int = 0
    """Newest stamp seen: stamps of a topic never go back, even where a broker's clock did."""
    records: list[Record] = field(default_factory=list)
    size_bytes: int = 0

    def take(self, records: Iterable[Record]) -> None:
        for record in records:
            one = record if record.stamp_ms >= self.stamp_ms else replace(record, stamp_ms=self.stamp_ms)
            self.records.append(one)
            self.stamp_ms = one.stamp_ms
            self.size_bytes += len(one.value or b"")
            self.next_offset = one.offset + 1

    def drop(self, count: int) -> None:
        """The first so many are cut."""
        self.size_bytes -= sum(len(one.value or b"") for one in self.records[:count])
        del self.records[:count]


@dataclass(frozen=True, slots=True)
class Ready:
    """A cut, and how far it goes."""

    cut: Cut
    last: Mapping[str, Record]
    """The last record in it, by topic."""


class Lane:
    """One partition. Knows no clock: it is told the seconds.

    Args:
        next_offsets: by inbound topic, the first record that is not done yet.
        now_s: of the worker's clock, which only has to go on.
    """

    def __init__(self, partition: int, next_offsets: Mapping[str, int], now_s: float, limits: LaneLimits) -> None:
        self.partition = partition
        self.done = dict(next_offsets)
        """By topic, the first offset whose record is not yet durable as an event or a dead letter: what is committed."""
        self.written_s = now_s
        """When its journal was written last; says when a tick is due."""
        self._limits = limits
        self._waiting = {topic: _Waiting(offset) for topic, offset in next_offsets.items()}
        self._cut = dict(next_offsets)
        self._due_s: float | None = None
        self._stood_since_s = now_s

    @property
    def taken(self) -> dict[str, int]:
        """Last offset cut, by topic; as blocks and ticks tell it."""
        return {topic: offset - 1 for topic, offset in self._cut.items() if offset > 0}

    @property
    def due_s(self) -> float | None:
        """When the next cut is due; None while nothing waits."""
        return self._due_s

    def next_offset(self, topic: str) -> int:
        """Where reading goes on."""
        return self._waiting[topic].next_offset

    def is_full(self, topic: str) -> bool:
        """Whether the topic is to be read no further until a cut made room."""
        one = self._waiting[topic]
        limits = self._limits
        return len(one.records) >= limits.waiting_records_max or one.size_bytes >= limits.waiting_bytes_max

    def add(self, topic: str, records: Iterable[Record], now_s: float) -> None:
        """Take what was read, in the order of its offsets."""
        one = self._waiting[topic]
        one.take(records)
        if self._due_s is None and one.records:
            self._due_s, self._stood_since_s = now_s + self._limits.linger_s, now_s
        if self._due_s is not None and len(one.records) >= self._limits.cut_records_max:
            self._due_s = min(self._due_s, now_s)

    def cut(self, now_s: float, *, drained: Collection[str], caught_up: bool, read: ReadEvent) -> Ready | None:
        """Cut what waits, as far as one cut goes.

        Args:
            drained: topics of which nothing is left to read.
            caught_up: whether that is fresh enough to be said in a block.
            read: finds the event in a record.

        Returns:
            None where nothing waits, or what waits is waiting for another topic's earlier records.
        """
        readings = [self._reading(topic, drained) for topic in INBOUND_ORDER]
        records = settled(readings)
        if not records and now_s - self._stood_since_s >= self._limits.order_wait_s:
            records = settled([replace(reading, drained=True) for reading in readings])
        if not records:
            self._due_s = now_s + self._limits.linger_s if self._is_waiting else None
            return None
        caught_up = caught_up and all(reading.drained for reading in readings)
        done = cut(records, caught_up=caught_up, taken=self.taken, read=read)
        last = {record.topic: record for record in records}
        for topic, count in Counter(record.topic for record in records).items():
            self._waiting[topic].drop(count)
            self._cut[topic] = last[topic].offset + 1
        self._due_s, self._stood_since_s = now_s if self._is_waiting else None, now_s
        return Ready(done, last)

    def finish(self, last: Mapping[str, Record]) -> None:
        """All up to these records is durable, as events or as dead letters."""
        for topic, record in last.items():
            self.done[topic] = record.offset + 1

    def rewind(self) -> Mapping[str, int]:
        """Forget all that is not done.

        Returns:
            By topic, where it has to be read again from.
        """
        self._waiting = {topic: _Waiting(offset) for topic, offset in self.done.items()}
        self._cut = dict(self.done)
        self._due_s = None
        return self.done

    def skip_to(self, topic: str, offset: int) -> None:
        """Go on elsewhere: records in between are not there any more, or the topic was set back."""
        self._waiting[topic] = _Waiting(offset)
        self._cut[topic] = self.done[topic] = offset

    def _reading(self, topic: str, drained: Collection[str]) -> Reading:
        waiting = self._waiting[topic].records
        most = self._limits.cut_records_max
        return Reading(waiting[:most], drained=topic in drained and len(waiting) <= most)

    @property
    def _is_waiting(self) -> bool:
        return any(one.records for one in self._waiting.values())
