"""What stands on a cluster's topics."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas.partitions import PARTITIONS
from schemas.topics import DECISIONS
from services.runtime.kafka import KafkaSettings
from tests.kafka.workers import within

POLL_MS = 500


async def everything(kafka: KafkaSettings, topic: str) -> Sequence[ConsumerRecord]:
    """All records of a topic up to where it ended when this was called, partition by partition."""
    consumer = AIOKafkaConsumer(**kafka.for_aiokafka(), enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [TopicPartition(kafka.topic(topic), partition) for partition in range(PARTITIONS)]
        ends = {place: end for place, end in (await consumer.end_offsets(places)).items() if end > 0}
        if not ends:
            return []
        consumer.assign(list(ends))
        await consumer.seek_to_beginning()
        found: list[ConsumerRecord] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                found += records
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


async def committed(kafka: KafkaSettings, group: str, topic: str) -> dict[int, int]:
    """Partition → the offset a group has committed, where it has any."""
    consumer = AIOKafkaConsumer(
        **kafka.for_aiokafka(), group_id=kafka.group(group), enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        places = [TopicPartition(kafka.topic(topic), partition) for partition in range(PARTITIONS)]
        offsets = {place.partition: await consumer.committed(place) for place in places}
        return {partition: offset for partition, offset in offsets.items() if offset}
    finally:
        await consumer.stop()


def await_committed(kafka: KafkaSettings, group: str, blocks: Mapping[int, Sequence[bytes]]) -> None:
    """Until the group has committed every one of these decision blocks."""
    wanted = {partition: len(written) for partition, written in blocks.items()}
    within(
        lambda: asyncio.run(committed(kafka, group, DECISIONS.name)) == wanted,
        f"{group} did not commit everything",
        120,
    )


async def rows(kafka: KafkaSettings, changelog: str) -> dict[str, bytes]:
    """A Faust table as its changelog has it: the last row of each key, without those that were dropped."""
    found: dict[str, bytes] = {}
    for record in await everything(kafka, changelog):
        if record.value is None:
            found.pop(record.key.decode(), None)
        else:
            found[record.key.decode()] = record.value
    return found
