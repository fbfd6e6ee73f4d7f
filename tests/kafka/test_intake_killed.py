"""Intake killed, frozen and doubled while events stream in: none is lost, and what comes twice the engine drops."""

import asyncio
import signal
import threading
from collections import Counter
from pathlib import Path
from random import Random
from typing import Self

import pytest

from schemas.decisions import DecisionBlock
from schemas.facts import Refused
from schemas.journal import JournalRecord
from schemas.partitions import partition_of
from schemas.taxonomy.load import load
from schemas.topics import INBOUND
from services.matching import Engine
from services.runtime.kafka import KafkaSettings
from tests.kafka import inbound
from tests.kafka.inbound import Sent
from tests.kafka.workers import WorkerProcess

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [(*(one.name for one in INBOUND), "journal", "dead-letters")], indirect=True),
]
TOWNS = ("north", "south", "east")
EVENTS = 3_000


class Stream:
    """Events that keep coming while a test does something else."""

    def __init__(self, kafka: KafkaSettings, said: dict[str, list[Sent]], pause_s: float) -> None:
        self._kafka, self._pause_s = kafka, pause_s
        towns = list(said.values())
        self._first = [town[0] for town in towns]
        self._all = [one for group in zip(*(town[1:] for town in towns), strict=True) for one in group]
        self._enough = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._write()))

    def __enter__(self) -> Self:
        asyncio.run(inbound.write(self._kafka, self._first))  # before it, nobody knows the towns
        self._thread.start()
        return self

    def __exit__(self, *wrong: object) -> None:
        self._enough.set()
        self._thread.join()

    async def _write(self) -> None:
        async with inbound.producing(self._kafka) as producer:
            for begin in range(0, len(self._all), 30):
                for topic, partition, record in self._all[begin : begin + 30]:
                    await producer.send(
                        self._kafka.topic(topic), record.value, key=record.key, partition=partition,
                        headers=list(record.headers),
                    )  # fmt: skip
                await asyncio.to_thread(self._enough.wait, self._pause_s)


def said_everywhere() -> dict[str, list[Sent]]:
    return {town: inbound.said_in(town, EVENTS) for town in TOWNS}


@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.long)])
def test_killed_at_random_moments_no_event_is_lost_and_what_comes_twice_is_dropped(
    kafka: KafkaSettings, tmp_path: Path, kills: int
) -> None:
    said, draw = said_everywhere(), Random(kills)
    with Stream(kafka, said, pause_s=0.02 * kills):
        for _ in range(kills):
            worker = WorkerProcess("intake", kafka, tmp_path)
            await_more(kafka)
            threading.Event().wait(draw.random())
            worker.kill()
    last = WorkerProcess("intake", kafka, tmp_path)
    last.await_ready()
    asyncio.run(inbound.all_taken(kafka))
    assert last.stop() == 0

    for town in TOWNS:
        expect_all_decided_once(kafka, town, said[town])


def test_two_workers_share_the_partitions_and_nothing_is_lost_when_one_comes_and_goes(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    said = said_everywhere()
    first = WorkerProcess("intake", kafka, tmp_path / "one")
    with Stream(kafka, said, pause_s=0.05):
        await_more(kafka)
        second = WorkerProcess("intake", kafka, tmp_path / "two")
        second.await_ready()
        await_more(kafka)
        assert first.stop() == 0
        await_more(kafka)
    asyncio.run(inbound.all_taken(kafka))
    assert second.stop() == 0

    for town in TOWNS:
        expect_all_decided_once(kafka, town, said[town])


def test_a_worker_that_was_frozen_past_its_session_writes_nothing_that_the_next_one_has_not(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    said = said_everywhere()
    frozen = WorkerProcess("intake", kafka, tmp_path / "one")
    with Stream(kafka, said, pause_s=0.1):
        await_more(kafka)
        frozen.process.send_signal(signal.SIGSTOP)
        successor = WorkerProcess("intake", kafka, tmp_path / "two")
        await_more(kafka)
        frozen.process.send_signal(signal.SIGCONT)
        await_more(kafka)
    asyncio.run(inbound.all_taken(kafka))
    assert [frozen.stop(), successor.stop()] == [0, 0]

    for town in TOWNS:
        expect_all_decided_once(kafka, town, said[town])


def test_two_groups_that_both_write_a_journal_leave_one_history(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Two installations that nobody meant to run at once: each event comes twice, in two orders that may differ."""
    said = said_everywhere()
    one = WorkerProcess("intake", kafka, tmp_path / "one")
    other = WorkerProcess("intake", kafka, tmp_path / "two", {"COMMONWEAL_INTAKE_GROUP": "intake-by-mistake"})
    with Stream(kafka, said, pause_s=0.01):
        await_more(kafka)
    asyncio.run(inbound.all_taken(kafka))
    assert one.stop() == 0

    decided = decide(kafka, "north")
    refused = [fact for block in decided for fact in block.facts if isinstance(fact, Refused)]
    other.kill()
    assert sum(fact.reason == "duplicate" for fact in refused) > EVENTS // 2
    expect_all_decided_once(kafka, "north", said["north"])


def await_more(kafka: KafkaSettings) -> None:
    """Wait until the journal has grown."""

    async def count() -> int:
        return len(await inbound.read(kafka, "journal", [partition_of(town) for town in TOWNS]))

    async def grown() -> bool:
        return await count() > before

    before = asyncio.run(count())
    asyncio.run(inbound.until(grown, "the journal grown"))


def decide(kafka: KafkaSettings, town: str) -> list[DecisionBlock]:
    """What the pure engine makes of a town's journal."""
    engine = Engine(load())
    return [engine.apply(record) for record in journal_of(kafka, town)]


def expect_all_decided_once(kafka: KafkaSettings, town: str, said: list[Sent]) -> None:
    """Every event is in the journal, first heard in the order of its topic, and decided once however often it came."""
    sent = [inbound.uid(one) for one in said]
    topic_of = dict(zip(sent, (topic for topic, _, _ in said), strict=True))
    heard = inbound.uids([record.body for record in journal_of(kafka, town)])
    first = list(dict.fromkeys(heard))
    assert set(first) == set(sent), f"{len(set(sent) - set(first))} lost"
    for topic in set(topic_of.values()):
        assert [one for one in first if topic_of[one] == topic] == [one for one in sent if topic_of[one] == topic]
    facts = [fact for block in decide(kafka, town) for fact in block.facts]
    dropped = Counter(fact.cause for fact in facts if isinstance(fact, Refused) and fact.reason == "duplicate")
    assert dropped == Counter(heard) - Counter(first)


def journal_of(kafka: KafkaSettings, town: str) -> list[JournalRecord]:
    return asyncio.run(inbound.journal_records(kafka, partition_of(town)))
