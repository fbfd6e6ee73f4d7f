"""Sends that fail and brokers that go away: what was under way comes again, in order, and neighbours keep moving."""

import asyncio
from pathlib import Path

import pytest
from aiokafka.errors import MessageSizeTooLargeError
from kafka.admin import ConfigResource

from schemas.partitions import partition_of
from schemas.topics import INBOUND, JOURNAL
from services.intake.worker import IntakeWorker
from services.runtime.broker import LocalBroker
from services.runtime.kafka import KafkaSettings, administering
from services.runtime.topics import apply
from tests.kafka import inbound

TOPICS = (*(one.name for one in INBOUND), "journal", "dead-letters")
pytestmark = pytest.mark.slow
NORTH, SOUTH, WEST = partition_of("north"), partition_of("south"), partition_of("west")


@pytest.mark.parametrize("kafka", [TOPICS], indirect=True)
def test_a_refused_block_comes_again_before_what_follows_and_neighbours_keep_moving(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    """The journal takes small blocks only for a while, as when a disk or a quota says no."""
    said = inbound.said_in("north", 1_000)

    async def story() -> tuple[list[str], list[str]]:
        block_bytes_max(kafka, 2_000)
        await inbound.until(lambda: refuses(kafka, 3_000), "a journal that refuses blocks")
        await inbound.write(kafka, [*said, inbound.founded("south")])
        async with inbound.intake(kafka, tmp_path) as worker:
            await inbound.until(lambda: is_in_trouble(worker), "trouble in the north")
            await inbound.until(lambda: has_events(kafka, SOUTH), "the south journalled")
            assert await inbound.journal(kafka, NORTH) == []
            block_bytes_max(kafka, 1_048_588)
            await inbound.all_taken(kafka)
            assert not worker._place.health.waits_for()
            assert worker._place.metrics.registry.get_sample_value("commonweal_send_errors_total")
        return inbound.uids(await inbound.journal(kafka, NORTH)), [inbound.uid(one) for one in said]

    journalled, sent = asyncio.run(story())

    assert set(journalled) == set(sent)
    assert len(journalled) == len(sent)
    answers = [one for one, (topic, _, _) in zip(sent, said, strict=True) if topic == "acknowledgements"]
    assert [one for one in journalled if one in set(answers)] == answers, "each topic's in the order it came"


def test_a_broker_that_stops_and_starts_again_costs_nothing_but_time(own_broker: LocalBroker, tmp_path: Path) -> None:
    own_broker.up()
    kafka = KafkaSettings(bootstrap=own_broker.status().bootstrap or "")
    apply(kafka, TOPICS)
    said = inbound.said_in("north", 600)

    async def story() -> list[str]:
        await inbound.write(kafka, said[:300])
        async with inbound.intake(kafka, tmp_path):
            await inbound.until(lambda: has_events(kafka, NORTH), "the first ones journalled")
            await asyncio.to_thread(own_broker.down)
            await asyncio.to_thread(on_the_same_port(own_broker, kafka).up)
            await inbound.write(kafka, said[300:])
            await inbound.all_taken(kafka)
        return inbound.uids(await inbound.journal(kafka, NORTH))

    journalled = asyncio.run(story())

    assert len(set(journalled)) == 601


def test_a_broker_that_is_frozen_for_longer_than_a_session_costs_nothing_but_time(
    own_broker: LocalBroker, tmp_path: Path
) -> None:
    own_broker.up()
    kafka = KafkaSettings(bootstrap=own_broker.status().bootstrap or "")
    apply(kafka, TOPICS)
    said = inbound.said_in("north", 600)

    async def story() -> list[str]:
        await inbound.write(kafka, said[:300])
        async with inbound.intake(kafka, tmp_path, COMMONWEAL_SESSION_SECONDS="6") as worker:
            await inbound.until(lambda: has_events(kafka, NORTH), "the first ones journalled")
            own_broker.freeze()
            await inbound.until(lambda: is_unsure(worker), "a worker that is not sure to be a member any more")
            own_broker.thaw()
            await inbound.write(kafka, said[300:])
            await inbound.all_taken(kafka)
        return inbound.uids(await inbound.journal(kafka, NORTH))

    journalled = asyncio.run(story())

    assert len(set(journalled)) == 601


def block_bytes_max(kafka: KafkaSettings, most: int) -> None:
    with administering(kafka, "alter topics") as admin:
        admin.alter_configs([ConfigResource("TOPIC", kafka.topic(JOURNAL.name), {"max.message.bytes": str(most)})])


async def refuses(kafka: KafkaSettings, size: int) -> bool:
    """Whether the broker has heard of it, by a record in a partition that nobody looks at."""
    async with inbound.producing(kafka) as producer:
        try:
            await producer.send_and_wait(kafka.topic(JOURNAL.name), b"x" * size, partition=WEST)
        except MessageSizeTooLargeError:
            return True
    return False


async def has_events(kafka: KafkaSettings, partition: int) -> bool:
    return bool(inbound.uids(await inbound.journal(kafka, partition)))


async def is_in_trouble(worker: IntakeWorker) -> bool:
    return any(f"partition {NORTH}" in one for one in worker._place.health.waits_for())


async def is_unsure(worker: IntakeWorker) -> bool:
    return not worker._inbox.is_member()


def on_the_same_port(broker: LocalBroker, kafka: KafkaSettings) -> LocalBroker:
    return LocalBroker(broker.folder, port=int(kafka.bootstrap.split(":")[1]))
