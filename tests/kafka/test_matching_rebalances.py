"""Workers join and leave all the time, and offsets say what they like: one history."""

import asyncio
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from tests.kafka.matching_workers import Workers, await_caught_up, caught_up, one_history
from tests.kafka.towns import Towns

JOINED = "Worker ready"
"""What Faust says when it was given partitions for the first time."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("journal", "decisions", "quarantine")], indirect=True),
]


@pytest.fixture
def log(kafka: KafkaSettings) -> Iterator[KafkaLog]:
    with closing(KafkaLog(kafka, TOPICS)) as opened:
        yield opened


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.long)])
def test_a_worker_joins_or_leaves_every_few_seconds_and_everything_is_decided_once(
    times: int, kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    towns = Towns(log)
    with Workers(kafka, tmp_path) as workers:
        workers.start("stays")
        towns.live_until(lambda: caught_up(log, towns.partitions), "deciding")
        for number in range(times):
            come_and_go(workers, towns, f"guest-{number}")
        await_caught_up(log, towns.partitions, "deciding what is left")
        said = workers.said()

    assert one_history(log, towns.partitions)
    assert "Traceback" not in said
    assert [log.next_offset(DECISIONS.name, one) for one in towns.partitions] == [
        log.next_offset(JOURNAL.name, one) for one in towns.partitions
    ]


def test_whatever_was_committed_or_kept_each_start_goes_on_where_the_decisions_end(
    kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    towns = Towns(log)
    with Workers(kafka, tmp_path) as workers:
        for _, committed in zip(range(3), cycle([None, "end", "beginning"]), strict=False):
            for _ in range(10):
                towns.go_on()
            if committed is not None:
                asyncio.run(commit(kafka, log, towns, to_the_end=committed == "end"))
                shutil.rmtree(tmp_path / "one")
            worker = workers.start("one", eager=True)
            await_caught_up(log, towns.partitions, "deciding what was there")
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(30) == 0

    assert one_history(log, towns.partitions)


def come_and_go(workers: Workers, towns: Towns, place: str) -> None:
    """Have a worker join for five seconds, and leave for five, while everybody goes on."""
    guest = workers.start(place)
    towns.live_until(lambda: JOINED in workers.said(place), "joining")
    towns.live(5)
    guest.send_signal(signal.SIGTERM)
    towns.live_until(lambda: guest.poll() is not None, "leaving")
    towns.live(5)
    assert guest.returncode == 0


async def commit(kafka: KafkaSettings, log: KafkaLog, towns: Towns, *, to_the_end: bool) -> None:
    """Say on the group's behalf how far it read: all that is there, decided or not; or nothing."""
    offsets = {
        TopicPartition(kafka.topic(JOURNAL.name), one): log.next_offset(JOURNAL.name, one) if to_the_end else 0
        for one in towns.partitions
    }
    consumer = AIOKafkaConsumer(**kafka.for_aiokafka(), group_id=kafka.group("matching"), enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(offsets))
        await consumer.commit(offsets)
    finally:
        await consumer.stop()
