"""Decisions as matching writes them, of generated towns that live soon, and their way onto a cluster."""

from collections.abc import Mapping, Sequence
from time import time

from aiokafka import AIOKafkaProducer

from schemas.partitions import partition_of
from schemas.taxonomy.load import load
from schemas.topics import DECISIONS
from services.matching import Engine
from services.runtime.kafka import KafkaSettings
from services.simulation.bench.pace import Chunk, Running
from services.simulation.bench.standing import folded_town, timeline_of
from services.simulation.bench.town import Town
from services.simulation.bench.traffic import Traffic

OPEN_ASKS = 60
AHEAD_MS = 3_600_000
"""Towns live an hour ahead: their asks stand for minutes, and a slow machine must not find them over before it looks."""
Decided = Mapping[int, Sequence[bytes]]
"""Partition → its decision blocks in the order of their sources, from 0."""


def decided(
    communities: Sequence[str], events: int, *, block_events: int = 10, seed: int = 7, start_ms: int | None = None
) -> Decided:
    """What is decided in each community while so many events come in; an hour from now, unless another start is said."""
    began_ms = int(time() * 1_000) + AHEAD_MS if start_ms is None else start_ms
    found: dict[int, list[bytes]] = {}
    for community in communities:
        town = Town.of(OPEN_ASKS, is_fixed=False, community=community, start_ms=began_ms)
        engine = Engine(load())
        written = [
            sealed.written
            for sealed in folded_town(engine, timeline_of(town, engine.taxonomy, seed, events), town.start_ms)
        ]
        lively = Running(engine, Traffic(town, seed), now_ms=town.start_ms)
        written += [sealed.written for sealed in lively.run(events, Chunk(), block_events)]
        assert partition_of(community) not in found, "each community needs a partition of its own here"
        found[partition_of(community)] = written
    return found


async def write(kafka: KafkaSettings, blocks: Decided, *, since: int = 0) -> None:
    """Append the blocks from a source on to the decisions topic, all partitions side by side."""
    producer = AIOKafkaProducer(**kafka.for_aiokafka(), linger_ms=5, max_request_size=8 * 1024 * 1024)
    await producer.start()
    try:
        topic = kafka.topic(DECISIONS.name)
        for partition, written in blocks.items():
            for value in written[since:]:
                await producer.send(topic, value, partition=partition)
        await producer.flush()
    finally:
        await producer.stop()
