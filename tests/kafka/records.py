"""Writing and reading single records of a real cluster, for tests."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from services.runtime.kafka import FETCH_BYTES_MAX, FETCH_PARTITION_BYTES_MAX, REQUEST_BYTES_MAX, KafkaSettings

WITHIN_S = 60.0


async def write(settings: KafkaSettings, topic: str, *values: bytes, partition: int) -> list[int]:
    """Append records, one after the other; returns the offset of each."""
    producer = AIOKafkaProducer(**settings.for_aiokafka(), max_request_size=REQUEST_BYTES_MAX)
    try:
        await producer.start()
        told = [await producer.send_and_wait(settings.topic(topic), value, partition=partition) for value in values]
    finally:
        await producer.stop()
    return [each.offset for each in told]


async def read(settings: KafkaSettings, topic: str, count: int, *, partition: int) -> list[bytes]:
    """The first records of a partition, waited for."""
    consumer = AIOKafkaConsumer(
        **settings.for_aiokafka(),
        auto_offset_reset="earliest",
        fetch_max_bytes=FETCH_BYTES_MAX,
        max_partition_fetch_bytes=FETCH_PARTITION_BYTES_MAX,
    )
    consumer.assign([TopicPartition(settings.topic(topic), partition)])
    await consumer.start()
    try:
        return [(await asyncio.wait_for(consumer.getone(), WITHIN_S)).value for _ in range(count)]
    finally:
        await consumer.stop()
