"""A Kafka cluster behind the seam of all logs, for whoever has no event loop: the command line, the proof, tests."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log.cursor import Cursor
from services.runtime.kafka_log.ends import Ends
from services.runtime.kafka_log.reading import tail
from services.runtime.kafka_log.writer import Writer
from services.runtime.log.admission import Limits, Topics, check_batches, check_partition, check_read, check_topic
from services.runtime.log.clock import ClockKind
from services.runtime.log.errors import LogClosed
from services.runtime.log.records import NewRecord, Record
from services.runtime.log.seam import READ_BYTES_MAX, READ_RECORDS_MAX, Batch

CURSORS_MAX = 4
"""Partitions that are read in turn without connecting anew."""
A = TypeVar("A")


class KafkaLog:
    """See `services.runtime.log.seam.Log`, which this is, with what Kafka cannot promise said here.

    Stamps are the cluster's. A topic that is compacted or cleaned has offsets without records: a read skips them.

    Args:
        topics: by name, without the prefix; no others exist.

    Raises:
        LogUnreachable: no broker answered.
    """

    def __init__(self, settings: KafkaSettings, topics: Topics, *, limits: Limits | None = None) -> None:
        self._settings = settings
        self._topics = topics
        self._limits = limits or Limits()
        self._cursors: OrderedDict[tuple[str, int], Cursor] = OrderedDict()
        self._reading = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="kafka-log", daemon=True)
        self._thread.start()
        self._ends, self._writer = Ends(settings), Writer(settings)
        try:
            self._done(self._ends.start())
        except BaseException:
            self.close()
            raise

    @property
    def clock_kind(self) -> ClockKind:
        """A cluster lives in the world's time."""
        return "wall"

    def append(self, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        """See `Log.append`."""
        return self.append_all([(topic, partition, records)])[0]

    def append_all(self, batches: Sequence[Batch]) -> list[int]:
        """See `Log.append_all`. One batch goes after the other; an error leaves those before it standing."""
        check_batches(self._topics, self._limits, batches)
        return [self._done(self._writer.append(*batch)) for batch in batches]

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
        if offset == end:
            return []
        with self._reading:
            cursor = self._cursor(topic, partition, offset)
            try:
                return self._done(cursor.read(end, records_max=records_max, bytes_max=bytes_max))
            except BaseException:
                self._cursors.pop((topic, partition), None)
                self._done(cursor.stop())
                raise

    def tail(self, topic: str, partition: int, *, records: int = 1) -> list[Record]:
        """The last records of a partition, in their order; fewer where it has no more.

        Raises:
            LogError: the broker did not answer within the deadline, or said no.
        """
        check_partition(self._topics, topic, partition)
        return self._done(tail(self._settings, self._ends, topic, partition, records=records))

    def next_offset(self, topic: str, partition: int) -> int:
        """See `Log.next_offset`."""
        check_partition(self._topics, topic, partition)
        return self._done(self._ends.next_offsets(topic, [partition]))[partition]

    def partitions(self, topic: str) -> tuple[int, ...]:
        """See `Log.partitions`. Those that ever held one, where old records are cleaned away."""
        spec = check_topic(self._topics, topic)
        ends = self._done(self._ends.next_offsets(topic, range(spec.partitions)))
        return tuple(partition for partition, end in sorted(ends.items()) if end > 0)

    def close(self) -> None:
        """See `Log.close`."""
        if self._loop.is_closed():
            return
        with self._reading:
            try:
                self._done(self._let_go())
            finally:
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
                self._loop.close()

    def _cursor(self, topic: str, partition: int, offset: int) -> Cursor:
        """One that stands at the offset: the one that read last, or a new one."""
        cursor = self._cursors.pop((topic, partition), None)
        if cursor is not None and cursor.offset != offset:
            self._done(cursor.stop())
            cursor = None
        if cursor is None:
            cursor = Cursor(self._settings, topic, partition, offset)
            self._done(cursor.start())
        self._cursors[topic, partition] = cursor
        while len(self._cursors) > CURSORS_MAX:
            _, oldest = self._cursors.popitem(last=False)
            self._done(oldest.stop())
        return cursor

    async def _let_go(self) -> None:
        cursors = [self._cursors.popitem()[1] for _ in list(self._cursors)]
        stops = (*(cursor.stop() for cursor in cursors), self._ends.stop(), self._writer.stop())
        await asyncio.gather(*stops, return_exceptions=True)  # there is nothing to do about a broker that is away

    def _done(self, doing: Coroutine[Any, Any, A]) -> A:
        if self._loop.is_closed():
            doing.close()
            raise LogClosed("the log on Kafka was closed; make a new one")
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result()
