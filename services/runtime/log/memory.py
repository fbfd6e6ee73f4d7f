"""A log in memory: for simulations and tests. It keeps every promise but to outlive its process."""

import threading
from collections import defaultdict
from collections.abc import Sequence

from services.runtime.log.admission import (
    End,
    Limits,
    Topics,
    check_batch,
    check_batches,
    check_partition,
    check_read,
    check_restored,
    check_topic,
    end_after,
    stamped,
)
from services.runtime.log.clock import Clock, ClockKind
from services.runtime.log.errors import LogClosed
from services.runtime.log.records import NewRecord, Record
from services.runtime.log.seam import READ_BYTES_MAX, READ_RECORDS_MAX, Batch


class MemoryLog:
    """See `services.runtime.log.seam.RestorableLog`, which this is.

    Args:
        topics: by name; no others exist.
        clock: asked once per append.
        clock_kind: whose time that is.
        limits: what is let in.
    """

    def __init__(
        self, topics: Topics, clock: Clock, *, clock_kind: ClockKind = "virtual", limits: Limits | None = None
    ) -> None:
        self._topics = topics
        self._clock = clock
        self._clock_kind: ClockKind = clock_kind
        self._limits = limits or Limits()
        self._records: defaultdict[tuple[str, int], list[Record]] = defaultdict(list)
        self._lock = threading.Lock()
        self._closed = False

    @property
    def clock_kind(self) -> ClockKind:
        """Whose time the stamps are."""
        return self._clock_kind

    def append(self, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        """See `Log.append`."""
        return self.append_all([(topic, partition, records)])[0]

    def append_all(self, batches: Sequence[Batch]) -> list[int]:
        """See `Log.append_all`."""
        check_batches(self._topics, self._limits, batches)
        with self._lock:
            self._check_open()
            now_ms = self._clock()
            return [self._append(now_ms, *batch) for batch in batches]

    def restore(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        """See `RestorableLog.restore`."""
        check_batch(self._topics, self._limits, topic, partition, records)
        with self._lock:
            self._check_open()
            check_restored(topic, partition, self._end(topic, partition), records)
            self._records[topic, partition] += records

    def read(
        self,
        topic: str,
        partition: int,
        offset: int,
        *,
        records_max: int = READ_RECORDS_MAX,
        bytes_max: int = READ_BYTES_MAX,
    ) -> list[Record]:
        """See `Log.read`."""
        end = self.next_offset(topic, partition)
        check_read(topic, partition, offset, end, records_max=records_max, bytes_max=bytes_max)
        found: list[Record] = []
        for record in self._records.get((topic, partition), [])[offset : offset + records_max]:
            bytes_max -= record.size_bytes
            if found and bytes_max < 0:
                break
            found.append(record)
        return found

    def next_offset(self, topic: str, partition: int) -> int:
        """See `Log.next_offset`."""
        check_partition(self._topics, topic, partition)
        with self._lock:
            self._check_open()
            return self._end(topic, partition).next_offset

    def partitions(self, topic: str) -> tuple[int, ...]:
        """See `Log.partitions`."""
        check_topic(self._topics, topic)
        with self._lock:
            self._check_open()
            return tuple(sorted(number for (name, number), held in self._records.items() if name == topic and held))

    def close(self) -> None:
        """See `Log.close`. The records are gone with it."""
        with self._lock:
            self._closed = True
            self._records.clear()

    def _append(self, now_ms: int, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        end = self._end(topic, partition)
        self._records[topic, partition] += stamped(topic, partition, end, now_ms, records)
        return end.next_offset

    def _end(self, topic: str, partition: int) -> End:
        records = self._records.get((topic, partition))
        return end_after(records) if records else End()

    def _check_open(self) -> None:
        if self._closed:
            raise LogClosed("the log in memory was closed; make a new one")
