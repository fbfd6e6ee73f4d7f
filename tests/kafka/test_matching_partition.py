"""One partition's task beside a real broker, in this process: what stands on its way is let go, or held, one by one."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing

import pytest

from schemas.dead_letters import Quarantined
from schemas.partitions import partition_of
from schemas.taxonomy.load import load
from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.matching import engine
from services.matching.decide import events
from services.matching.history import Standing
from services.matching.partitions import Append, Shared, restoring
from services.matching.partitions.journal import Journal
from services.matching.partitions.task import PartitionTask
from services.matching.settings import MatchingSettings
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import Ends, KafkaLog, Writer
from services.runtime.log import LogUnreachable, NewRecord, Record
from services.runtime.metrics import Metrics, build_metrics
from services.runtime.quarantine import Quarantine
from services.runtime.worker import Health
from tests.kafka.matching_workers import history, one_history
from tests.kafka.towns import Towns, until

HERE = "riverside"
PARTITION = partition_of(HERE)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("journal", "decisions", "quarantine")], indirect=True),
]


@pytest.fixture
def log(kafka: KafkaSettings) -> Iterator[KafkaLog]:
    with closing(KafkaLog(kafka, TOPICS)) as opened:
        yield opened


class Nobody:
    """Hands out nothing: the task reads the journal itself."""

    def flow(self, partition: int, may_come: bool) -> None:
        """Nothing to hold back."""
        assert (partition, may_come) == (PARTITION, True), "an inbox that is given nothing is never full"

    async def go_on_at(self, partition: int, offset: int) -> None:
        """Nothing to pass over."""
        assert partition == PARTITION
        assert offset > 0, "passed over is what was decided"


class Gate:
    """Lets so many sends through; those after it wait until it is opened."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.held = asyncio.Event()
        self.opened = asyncio.Event()

    def __call__(self, append: Append) -> Append:
        """Between deciding and the log."""

        async def through(topic: str, partition: int, records: Sequence[NewRecord]) -> int:
            self.free -= 1
            if self.free < 0:
                self.held.set()
                await self.opened.wait()
            return await append(topic, partition, records)

        return through


@asynccontextmanager
async def deciding(kafka: KafkaSettings, gate: Gate | None = None) -> AsyncIterator[tuple[PartitionTask, Metrics]]:
    """A task for the town's partition that knows of what is journalled by now."""
    metrics = build_metrics(version="test")
    async with Ends(kafka) as ends:
        writer = Writer(kafka)
        append = writer.append if gate is None else gate(writer.append)
        shared = Shared(kafka, ends, append, None, load(), MatchingSettings(), Health(metrics), metrics)
        task = PartitionTask(shared, Nobody(), PARTITION)
        task.inbox.reaches((await ends.next_offsets(JOURNAL.name, [PARTITION]))[PARTITION])
        try:
            yield task, metrics
        finally:
            await task.stop()
            await writer.stop()


def counted(metrics: Metrics, reason: str) -> float:
    """How many engines were thrown away for this reason."""
    return metrics.registry.get_sample_value("commonweal_engines_dropped_total", {"reason": reason}) or 0


async def until_decided(log: KafkaLog, offset: int) -> None:
    """Wait until everything before this journal offset has its decisions."""
    await asyncio.to_thread(until, lambda: len(history(log, PARTITION)) >= offset, f"deciding up to {offset}")


def journalled(towns: Towns, blocks: int) -> int:
    """Let people say so much; where the journal ends then."""
    for _ in range(blocks):
        towns.go_on()
    return towns.log.next_offset(JOURNAL.name, PARTITION)


def test_a_sleepers_record_behind_its_successors_counts_for_nobody(kafka: KafkaSettings, log: KafkaLog) -> None:
    async def lived() -> float:
        towns = await asyncio.to_thread(Towns, log, [HERE])
        await asyncio.to_thread(journalled, towns, 10)
        gate = Gate(free=4)
        async with deciding(kafka, gate) as (sleeper, metrics):
            await gate.held.wait()
            async with deciding(kafka) as (successor, _):
                end = await asyncio.to_thread(journalled, towns, 5)
                successor.inbox.reaches(end)
                await until_decided(log, end)
                gate.opened.set()
                await asyncio.to_thread(until, lambda: counted(metrics, "overtaken"), "noticing it was overtaken")
                end = await asyncio.to_thread(journalled, towns, 5)
                for task in (sleeper, successor):
                    task.inbox.reaches(end)
                await until_decided(log, end)
        return counted(metrics, "overtaken")

    assert asyncio.run(lived()) >= 1
    assert log.next_offset(DECISIONS.name, PARTITION) > log.next_offset(JOURNAL.name, PARTITION)
    assert one_history(log, [PARTITION])


def test_two_who_decide_one_partition_at_once_write_one_history(kafka: KafkaSettings, log: KafkaLog) -> None:
    async def lived() -> None:
        towns = await asyncio.to_thread(Towns, log, [HERE])
        async with deciding(kafka) as (one, _), deciding(kafka) as (other, _):
            end = 0
            for _ in range(15):
                end = await asyncio.to_thread(journalled, towns, 2)
                one.inbox.reaches(end)
                other.inbox.reaches(end)
            await until_decided(log, end)

    asyncio.run(lived())
    assert one_history(log, [PARTITION])


def test_an_event_that_makes_the_core_raise_stops_its_partition_until_an_operator_has_it_stepped_over(
    kafka: KafkaSettings, log: KafkaLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide_event, broken = events.decide_event, "ask-11"

    def raises(state: object, event: object, *more: object) -> object:
        assert broken not in str(event), "a bug"
        return decide_event(state, event, *more)  # type: ignore[arg-type]  # as it was called

    async def lived() -> tuple[int, float]:
        towns = await asyncio.to_thread(Towns, log, [HERE])
        end = await asyncio.to_thread(journalled, towns, 12)
        async with deciding(kafka) as (_, metrics):
            await asyncio.to_thread(until, lambda: counted(metrics, "event-failed"), "coming to the event")
            stood = len(await asyncio.to_thread(history, log, PARTITION))
            word = Quarantined(place=f"{PARTITION}/{stood}/0", operator="somebody", reason="engine-stopped", at_ms=1)
            await asyncio.to_thread(Quarantine(log).put, word)
            await until_decided(log, end)
            quarantined = metrics.registry.get_sample_value("commonweal_quarantined_total") or 0
        return stood, quarantined

    monkeypatch.setattr(engine, "decide_event", raises)
    stood, quarantined = asyncio.run(lived())

    assert 0 < stood < log.next_offset(JOURNAL.name, PARTITION)
    assert quarantined == 1
    assert b"event.quarantined" in history(log, PARTITION)[stood]
    assert sum(b"event.quarantined" in written for written in history(log, PARTITION)) == 1


def test_a_journal_that_does_not_answer_costs_no_engine(
    kafka: KafkaSettings, log: KafkaLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine answers take long: a city that were restored for each of them would never be decided."""
    begun = list[int]()
    from_snapshot, reading = restoring._from_snapshot, Journal.next
    unanswered = {7, 12}

    async def from_the_beginning(shared: Shared, partition: int, end: int) -> Standing:
        begun.append(end)
        return await from_snapshot(shared, partition, end)

    async def answering_late(journal: Journal, offset: int) -> Record | None:
        if offset in unanswered:
            unanswered.discard(offset)
            raise LogUnreachable("nothing came")
        return await reading(journal, offset)

    monkeypatch.setattr(restoring, "_from_snapshot", from_the_beginning)
    monkeypatch.setattr(Journal, "next", answering_late)

    async def lived() -> None:
        towns = await asyncio.to_thread(Towns, log, [HERE])
        end = await asyncio.to_thread(journalled, towns, 15)
        async with deciding(kafka):
            await until_decided(log, end)

    asyncio.run(lived())
    assert not unanswered
    assert begun == [0]
    assert one_history(log, [PARTITION])
