"""The bare cost on one core: aiokafka reads, orjson decodes and encodes, aiokafka writes one output a record.

No state but a dict, no group, no commits. Whoever does anything with a record in Python pays at least this.
"""

import asyncio
import json
import sys
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

RECORDS_MAX = 5_000


async def run(told: dict[str, Any]) -> None:
    """Read until told to stop."""
    consumer = AIOKafkaConsumer(bootstrap_servers=told["bootstrap"], auto_offset_reset="earliest")
    producer = AIOKafkaProducer(bootstrap_servers=told["bootstrap"], linger_ms=20, max_batch_size=256 * 1024)
    await consumer.start()
    await producer.start()
    try:
        places = [
            TopicPartition(topic, partition)
            for topic in told["inputs"]
            for partition in await _partitions(consumer, topic)
        ]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        await _copy(consumer, producer, told["output"])
    finally:
        await producer.stop()
        await consumer.stop()


async def _copy(consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, output: str) -> None:
    seen: dict[bytes, int] = {}
    while True:
        for place, records in (await consumer.getmany(timeout_ms=500, max_records=RECORDS_MAX)).items():
            for record in records:
                event = orjson.loads(record.value)
                seen[record.key] = count = seen.get(record.key, 0) + 1
                told = {"key": record.key.decode(), "seen": count, "type": event["type"]}
                await producer.send(output, orjson.dumps(told), key=record.key, partition=place.partition)


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    await consumer._client.force_metadata_update()  # noqa: SLF001 - `partitions_for_topic` knows nothing before
    return sorted(consumer.partitions_for_topic(topic) or ())


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.argv[1])))
