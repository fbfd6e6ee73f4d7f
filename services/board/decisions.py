"""The decisions log as the board reads it: some blocks at a time, each understood or refused by its place."""

from collections.abc import Callable, Iterator, Sequence

from pydantic import ValidationError

from schemas.decisions import DecisionBlock
from schemas.topics import DECISIONS
from services.board.errors import DecisionUnreadable
from services.runtime.log.records import Record
from services.runtime.log.seam import Log

RECORDS_MAX = 256
BYTES_MAX = 8 * 1024 * 1024
"""What is read, and applied in one transaction, at a time."""

Told = Callable[[int], None]
"""Is told how many blocks were new each time some were applied: for a progress display."""


def silently(blocks: int) -> None:
    """Tell nobody."""


def partitions(log: Log) -> tuple[int, ...]:
    """The partitions that hold decisions, in order."""
    return log.partitions(DECISIONS.name)


def end_of(log: Log, partition: int) -> int:
    """The offset the next decision block of a partition will get."""
    return log.next_offset(DECISIONS.name, partition)


def batches(log: Log, partition: int, source: int) -> Iterator[Sequence[DecisionBlock]]:
    """The blocks of a partition from `source` on, some at a time; a few older ones may come first.

    A source never lies at an offset lower than its own number, since each one before it has a record at least; so
    reading starts there. Records that repeat a source only push it further back.

    Raises:
        DecisionUnreadable: a record holds no block that this version knows.
    """
    offset = source
    while offset < end_of(log, partition):
        records = log.read(DECISIONS.name, partition, offset, records_max=RECORDS_MAX, bytes_max=BYTES_MAX)
        yield [decoded(record) for record in records]
        offset = records[-1].offset + 1


def decoded(record: Record) -> DecisionBlock:
    """A record's decision block.

    Raises:
        DecisionUnreadable: it holds none that this version knows.
    """
    if record.value is None:
        raise DecisionUnreadable(record.partition, record.offset)
    try:
        return DecisionBlock.model_validate_json(record.value)
    except ValidationError as error:
        raise DecisionUnreadable(record.partition, record.offset) from error
