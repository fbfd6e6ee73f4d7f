"""What the rivals read: the inbound records that our services read, as often over as it takes to measure the fastest."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from schemas.partitions import PARTITIONS
from schemas.topics import ACKNOWLEDGEMENTS, ASKS, OFFERS
from services.runtime.kafka import KafkaSettings, administering
from services.simulation.bench_kafka.stamps import read_topic

COPIES = {topic.name: f"rival-{topic.name}" for topic in (ASKS, OFFERS, ACKNOWLEDGEMENTS)}
"""Topic → where its records lie for the rivals."""
STAMPED = {"message.timestamp.type": "LogAppendTime"}


async def copied(settings: KafkaSettings, records_min: int) -> int:
    """Write the records again, with new keys each time, until there are so many.

    Returns:
        How many there are.
    """
    await asyncio.to_thread(make_topics, settings, list(COPIES.values()))
    records = [
        (copy, one) for topic, copy in COPIES.items() for one in await read_topic(settings, settings.topic(topic))
    ]
    records.sort(key=lambda record: record[1].timestamp)
    times = -(-records_min // max(len(records), 1))
    producer = AIOKafkaProducer(**settings.for_aiokafka(), linger_ms=20, max_batch_size=256 * 1024)
    await producer.start()
    try:
        for number in range(times):
            for copy, one in records:
                key = one.key if number == 0 else b"%s:%d" % (one.key, number)
                place = settings.topic(copy)
                await producer.send(place, one.value, key=key, partition=one.partition, headers=list(one.headers))
        await producer.flush()
    finally:
        await producer.stop()
    return times * len(records)


def make_topics(settings: KafkaSettings, names: Sequence[str]) -> None:
    """Topics stamped by the broker, with as many partitions as ours."""
    topic = {"num_partitions": PARTITIONS, "replication_factor": settings.replication, "configs": STAMPED}
    topics = {settings.topic(name): topic for name in names}
    with administering(settings, "make topics") as admin:
        admin.create_topics(topics)
        admin.wait_for_topics(list(topics))
