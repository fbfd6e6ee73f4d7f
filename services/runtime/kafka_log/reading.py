"""Going through a partition from one offset to another, and looking at its last records."""

import asyncio
from collections.abc import AsyncIterator

from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log.cursor import READ_DEADLINE_S, Cursor
from services.runtime.kafka_log.ends import Ends
from services.runtime.log.errors import LogUnreachable
from services.runtime.log.records import Record

TAIL_FACTOR = 4
"""How much further back each look goes than the one before it."""


async def scan(
    settings: KafkaSettings, topic: str, partition: int, start: int, end: int
) -> AsyncIterator[list[Record]]:
    """The records from `start` up to, not including, `end`, one fetch at a time: no more is in memory.

    Raises:
        LogError: the broker did not answer in time, or the log has no such offsets.
    """
    if start >= end:
        return
    async with Cursor(settings, topic, partition, start) as cursor:
        while cursor.offset < end:
            records = await cursor.read(end)
            if records:
                yield records


async def tail(
    settings: KafkaSettings,
    ends: Ends,
    topic: str,
    partition: int,
    *,
    records: int = 1,
    deadline_s: float = READ_DEADLINE_S,
) -> list[Record]:
    """The last records of a partition, in their order.

    Goes back by offsets, further with each look, until enough were found or the log has no more: the last offsets may
    be compacted away, or mark transactions, and then there is no record at them.

    Args:
        records: how many are wanted; at least 1.

    Raises:
        LogUnreachable: the broker did not answer within the deadline.
        LogError: it answered otherwise.
    """
    try:
        async with asyncio.timeout(deadline_s):
            return await _tail(settings, ends, topic, partition, records)
    except TimeoutError:
        raise LogUnreachable(
            f"topic {topic}, partition {partition}: its last {records} records did not come within {deadline_s:g} s; "
            "see that the broker runs, with `commonweal doctor`"
        ) from None


async def _tail(settings: KafkaSettings, ends: Ends, topic: str, partition: int, wanted: int) -> list[Record]:
    first = (await ends.first_offsets(topic, [partition]))[partition]
    end = (await ends.next_offsets(topic, [partition]))[partition]
    found: list[Record] = []
    reach, upto = wanted, end
    while len(found) < wanted and upto > first:
        start = max(first, upto - reach)
        older = [record async for batch in scan(settings, topic, partition, start, upto) for record in batch]
        found, upto, reach = [*older, *found], start, reach * TAIL_FACTOR
    return found[-wanted:]
