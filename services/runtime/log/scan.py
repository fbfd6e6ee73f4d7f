"""Going through a partition from one offset to another, in bounded steps."""

from collections.abc import Iterator

from services.runtime.log.records import Record
from services.runtime.log.seam import READ_BYTES_MAX, READ_RECORDS_MAX, ReadableLog


def scan(
    log: ReadableLog,
    topic: str,
    partition: int,
    *,
    start: int = 0,
    end: int | None = None,
    records_max: int = READ_RECORDS_MAX,
    bytes_max: int = READ_BYTES_MAX,
) -> Iterator[Record]:
    """The records from `start` up to, not including, `end`. At no time are more than one read's worth in memory.

    Args:
        end: None means where the partition ends when the scan begins, so that it ends although others append.
        records_max: per read, not in all.
        bytes_max: per read, not in all.

    Raises:
        OffsetOutOfRange: `start` lies beyond the end of the partition.
    """
    if end is None:
        end = log.next_offset(topic, partition)
    while True:
        records = log.read(
            topic, partition, start, records_max=min(records_max, max(1, end - start)), bytes_max=bytes_max
        )
        records = [record for record in records if record.offset < end]
        yield from records
        if not records:
            return
        start = records[-1].offset + 1  # a compacted topic has offsets without records
        if start >= end:
            return
