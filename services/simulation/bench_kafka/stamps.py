"""How far a topic has come, and when its records were written, by the broker's own stamps."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.runtime.kafka import KafkaSettings

POLL_S = 0.1
FETCH_BYTES_MAX = 8 * 1024 * 1024
WARM_UP = 0.1
"""Share of the outputs that come before the clock counts."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many events a second came out, from the first output that counts to the last."""

    events: int
    """Counted, warm-up left out."""
    seconds: float

    @property
    def events_per_s(self) -> float:
        """Events by seconds; 0 where there is nothing to divide by."""
        return self.events / self.seconds if self.seconds > 0 else 0.0


def rate_of(outputs: Sequence[tuple[int, int]], warm_up: float = WARM_UP) -> Rate:
    """The rate of outputs, the first part of them left out.

    Args:
        outputs: stamp in milliseconds and how many events it answers, in any order.
    """
    ordered = sorted(output for output in outputs if output[1] > 0)
    total = sum(events for _, events in ordered)
    came = accumulate(events for _, events in ordered)
    counted = next((at for at, so_far in enumerate(came) if so_far > total * warm_up), None)
    if counted is None:
        return Rate(0, 0.0)
    since_ms = ordered[counted][0]
    events = sum(events for stamp_ms, events in ordered if stamp_ms > since_ms)
    return Rate(events, (ordered[-1][0] - since_ms) / 1_000)


async def ends_of(consumer: AIOKafkaConsumer, topic: str) -> dict[TopicPartition, int]:
    """Where each partition of a topic ends."""
    places = [TopicPartition(topic, partition) for partition in await _partitions(consumer, topic)]
    return dict(await consumer.end_offsets(places))


@dataclass(frozen=True, slots=True)
class Waited:
    """When to wait no longer."""

    records: int
    """So many are there."""
    seconds: float
    """The first has been there for so long."""
    first_s: float = 180.0
    """None came at all for so long: nothing ever will."""
    still_s: float = 30.0
    """No more came for so long: it is done."""


async def wait_for_records(
    settings: KafkaSettings, topic: str, until: Waited, *, is_alive: Callable[[], bool] = lambda: True
) -> int:
    """Wait for the records of a topic.

    Returns:
        How many it holds.
    """
    consumer = reader(settings)
    await consumer.start()
    try:
        count, began, moved = 0, 0.0, monotonic()
        while count < until.records and is_alive():
            found = sum((await ends_of(consumer, topic)).values())
            now = monotonic()
            if found > count:
                count, moved, began = found, now, began or now
            patience_s = until.still_s if began else until.first_s
            if now - moved > patience_s or (began and now - began > until.seconds):
                break
            await asyncio.sleep(POLL_S)
        return count
    finally:
        await consumer.stop()


async def read_topic(settings: KafkaSettings, topic: str) -> list[ConsumerRecord]:
    """Every record of a topic, as it ends now."""
    consumer = reader(settings)
    await consumer.start()
    try:
        ends = {place: end for place, end in (await ends_of(consumer, topic)).items() if end > 0}
        consumer.assign(list(ends))
        await consumer.seek_to_beginning(*ends)
        return await _read_up_to(consumer, ends)
    finally:
        await consumer.stop()


def reader(settings: KafkaSettings) -> AIOKafkaConsumer:
    """A consumer without a group; the caller starts, assigns and stops it."""
    return AIOKafkaConsumer(
        **settings.for_aiokafka(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_bytes=FETCH_BYTES_MAX * 4,
        max_partition_fetch_bytes=FETCH_BYTES_MAX,
    )


async def _read_up_to(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> list[ConsumerRecord]:
    left = sum(ends.values())
    found: list[ConsumerRecord] = []
    while left > 0:
        for records in (await consumer.getmany(timeout_ms=1_000)).values():
            found += records
            left -= len(records)
    return found


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    known = consumer.partitions_for_topic(topic)
    if known is None:
        await consumer._client.add_topic(topic)  # noqa: SLF001 - asks the broker; the public way waits for an assignment
        known = consumer.partitions_for_topic(topic)
    return sorted(known or ())
