"""Records that the client itself cannot read: a header whose name is no UTF-8, a batch whose checksum is wrong.

The client then hands out nothing of its partition, and a batch is read from its beginning, so whatever stands behind such
a record in its batch cannot be read either. A batch comes from one writer: nobody else's records are lost with it.
"""

from typing import Any, Final

from aiokafka.errors import CorruptRecordException, KafkaError

READ_WAIT_MS: Final = 2_000


def is_unreadable(error: Exception) -> bool:
    """Whether the client failed at a record, not at the cluster."""
    return isinstance(error, CorruptRecordException) or not isinstance(error, KafkaError)


async def unreadable_at(consumer: Any, place: Any, end: int) -> tuple[list[Any], range]:
    """Read a partition from where it stands, as far as it can be read.

    Args:
        place: topic and partition, assigned to this consumer.
        end: where the partition ends at least.

    Returns:
        The records that were read, and the offsets behind them that cannot be; the consumer stands behind both.
    """
    try:
        found = await consumer.getmany(place, timeout_ms=READ_WAIT_MS)
        return found.get(place, []), range(0)
    except Exception as error:
        if not is_unreadable(error):
            raise
    records: list[Any] = []
    start = await consumer.position(place)
    consumer.seek(place, start)
    while (one := await _one(consumer, place)) is not None:
        records.append(one)
    bad = records[-1].offset + 1 if records else start
    until = await _readable_from(consumer, place, bad + 1, end)
    consumer.seek(place, until)
    return records, range(bad, until)


async def _readable_from(consumer: Any, place: Any, low: int, end: int) -> int:
    """The first offset from `low` on that can be read, or the end; in steps that grow, then halve."""
    step, bad = 1, low - 1
    good = low
    while good < end and not await _is_readable(consumer, place, good):
        bad, good, step = good, min(good + step, end), 2 * step
    while good - bad > 1:
        middle = (bad + good) // 2
        if await _is_readable(consumer, place, middle):
            good = middle
        else:
            bad = middle
    return good


async def _is_readable(consumer: Any, place: Any, offset: int) -> bool:
    consumer.seek(place, offset)
    return await _one(consumer, place) is not None


async def _one(consumer: Any, place: Any) -> Any:
    """The next record; None where there is none, or none that can be read."""
    try:
        found = await consumer.getmany(place, timeout_ms=READ_WAIT_MS, max_records=1)
    except Exception as error:
        if not is_unreadable(error):
            raise
        return None
    return next(iter(found.get(place, [])), None)
