"""The seam between services and whatever keeps their records: memory, SQLite, Kafka.

The verbs are synchronous. An embedded append *is* a wait for the disk, and simulations, loads and the command line
have no event loop to give way to. A log that talks to a network runs its client on a thread of its own and waits
here; a caller inside an event loop uses `asyncio.to_thread`. All verbs may be called from any thread.

What no implementation offers is left out on purpose: nothing is atomic across partitions (Kafka's transactions
would be, but their markers take up offsets, and ours are dense), and nothing ever rewrites a record.
"""

from collections.abc import Sequence
from typing import Protocol

from services.runtime.log.clock import ClockKind
from services.runtime.log.records import NewRecord, Record

READ_RECORDS_MAX = 500
READ_BYTES_MAX = 8 * 1024 * 1024


class TopicSpec(Protocol):
    """What a log needs to know of a topic; `schemas.topics.Topic` is one."""

    @property
    def name(self) -> str:
        """The topic's name."""

    @property
    def partitions(self) -> int:
        """How many partitions it has, numbered from 0."""


Batch = tuple[str, int, Sequence[NewRecord]]
"""Topic, partition and the records that go there together."""


class ReadableLog(Protocol):
    """Records by topic and partition, in the order in which they were appended.

    Every verb raises `UnknownTopic` for a topic or partition the log was not opened with, `LogClosed` after
    `close()`, and `LogCorrupt` rather than hand out anything else than was written.
    """

    @property
    def clock_kind(self) -> ClockKind:
        """Whose time the stamps are."""

    def read(
        self,
        topic: str,
        partition: int,
        offset: int,
        *,
        records_max: int = READ_RECORDS_MAX,
        bytes_max: int = READ_BYTES_MAX,
    ) -> list[Record]:
        """The records from this offset on, dense, as many as both bounds allow.

        Args:
            offset: of the first record wanted; at the end of the log nothing is there yet, and that is no error.
            records_max: at least 1.
            bytes_max: of keys, values and headers together. The first record comes whatever its size, so that a
                reader never hangs before a large one.

        Raises:
            OffsetOutOfRange: the offset lies beyond the end. Waiting there would be silence for ever.
        """

    def next_offset(self, topic: str, partition: int) -> int:
        """The offset the next record will get; 0 while there is none."""

    def partitions(self, topic: str) -> tuple[int, ...]:
        """The partitions that hold records, in order."""

    def close(self) -> None:
        """Let go of files and locks. Closing twice is fine."""


class Log(ReadableLog, Protocol):
    """A log that takes records in, and stamps them."""

    def append(self, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        """Write a batch: all of it or none, durable before this returns.

        Returns:
            The offset of the first record; the others follow it without a gap.

        Raises:
            BatchRefused: the batch is empty, or beyond the log's limits.
            LogUnwritable: the disk did not take it; `LogFull` if for want of room.
        """

    def append_all(self, batches: Sequence[Batch]) -> list[int]:
        """Write several batches with one wait for the disk.

        Each batch is atomic by itself and all are durable before this returns, but they are **not** atomic together:
        after an error some may stand, and the writer asks `next_offset`. What can be refused is refused before
        anything is written. Batches for one partition are written in the order given.

        Returns:
            The offset of the first record of each batch.

        Raises:
            BatchRefused: a batch is empty, or beyond the log's limits.
            LogUnwritable: the disk did not take them; `LogFull` if for want of room.
        """


class FillableLog(ReadableLog, Protocol):
    """A log that can take over another log's records, stamps included: the way an exported journal comes in.

    Apart from `Log` because a Kafka topic can do so only while it is set to `CreateTime`, and takes nothing else then.
    """

    def restore(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        """Write records as they stood elsewhere: all or none, durable before this returns.

        Raises:
            NotNext: the first one does not stand at `next_offset`, there is a gap, or a stamp goes back.
            BatchRefused: the batch is empty, or beyond the log's limits.
            LogUnwritable: the disk did not take it; `LogFull` if for want of room.
        """


class RestorableLog(Log, FillableLog, Protocol):
    """A log that does both: an embedded one."""
