"""From the inbound topics to the journal, against a real broker: the events that the embedded shell would journal."""

import asyncio
from pathlib import Path

import pytest

from schemas.journal import Block
from schemas.partitions import partition_of
from schemas.taxonomy.load import load
from schemas.topics import INBOUND, TOPICS
from services.intake import Intake
from services.runtime.dead_letters import DeadLetters
from services.runtime.kafka import KafkaSettings
from services.runtime.log import MemoryLog, Record, VirtualClock
from services.runtime.sealing_keys import SealingKeys
from tests.kafka import inbound

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [(*(one.name for one in INBOUND), "journal", "dead-letters")], indirect=True),
]
NORTH, SOUTH = partition_of("north"), partition_of("south")


def test_events_become_blocks_with_the_events_that_the_embedded_shell_would_journal(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    async def story() -> tuple[list[Record], list[Block]]:
        await inbound.write(kafka, inbound.said_in("north", 3_000))
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)
        bodies = await inbound.journal(kafka, NORTH)
        return await inbound.read_inbound(kafka, NORTH), [one for one in bodies if isinstance(one, Block)]

    records, blocks = asyncio.run(story())

    ours = [event for block in blocks for event in block.events]
    assert len(ours) == 3_001
    assert ours == embedded(records, tmp_path)
    assert len(blocks) < 60, "events share blocks"
    assert blocks[-1].caught_up
    assert blocks[-1].inbound == {
        topic: max(one.offset for one in records if one.topic == topic) for topic in {one.topic for one in records}
    }


def embedded(records: list[Record], folder: Path) -> list[object]:
    """What the embedded shell cuts from the same records."""
    clock = VirtualClock(max(one.stamp_ms for one in records))
    log = MemoryLog(TOPICS, clock=clock)
    for topic in {one.topic for one in records}:
        log.restore(topic, NORTH, [one for one in records if one.topic == topic])
    cutter = Intake(log, DeadLetters(log, SealingKeys(folder / "keys"), clock), load(), clock)
    while cutter.cut(NORTH):
        pass
    blocks = [Block.model_validate_json(one.value or b"") for one in log.read("journal", NORTH, 0)]
    return [event for block in blocks for event in block.events]
