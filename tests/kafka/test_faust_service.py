"""A Faust app as a service, in this process, on a real broker: what was read comes again when the service goes back to it."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from faust.types import TP

from schemas.topics import DECISIONS
from services.runtime.kafka import KafkaSettings
from services.runtime.log.records import Record
from services.runtime.worker import FaustService, faust_app
from services.runtime.worker.faust_app import FETCH_WAIT_MS, CommittingConsumer, begun
from services.runtime.worker.process import workplace
from tests.kafka.decided import write
from tests.kafka.reading import await_committed
from tests.kafka.workers import WITHIN_S

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("kafka", [("decisions",)], indirect=True)]
GROUP = "reader"
RECORDS = {3: [b"%d" % number for number in range(60)]}


def test_a_reader_that_goes_back_while_the_last_record_is_on_its_way_reads_all_again(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    """Faust wrote down the last record as read after we had gone back, dropped all that came again, and stood still."""

    async def read() -> Sequence[int]:
        service, found, again = reader(kafka, tmp_path), list[int](), asyncio.Event()

        async def take(record: Record) -> None:
            found.append(record.offset)
            if len(found) == len(RECORDS[3]):
                await service.app.consumer.seek(TP(kafka.topic(DECISIONS.name), 3), 0)
            if len(found) == 2 * len(RECORDS[3]):
                again.set()

        service.follow(DECISIONS, take)
        await service.start()
        try:
            await asyncio.wait_for(again.wait(), WITHIN_S)
        finally:
            await service.stop()
        return found

    asyncio.run(write(kafka, RECORDS))
    assert asyncio.run(read()) == [*range(60), *range(60)]


def test_what_the_group_refused_to_commit_is_committed_though_no_record_follows(
    kafka: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, refused = {TP(kafka.topic(DECISIONS.name), 3): 60}, list[Mapping[TP, int]]()

    async def read() -> None:
        service = reader(kafka, tmp_path)
        committing = CommittingConsumer._commit

        async def refusing_once(consumer: CommittingConsumer, offsets: Mapping[TP, int]) -> bool:
            if not refused and offsets == wanted:
                refused.append(offsets)
                return False  # as Faust says where the group is rebalancing
            return await committing(consumer, offsets)

        async def take(record: Record) -> None:
            assert record.partition == 3

        monkeypatch.setattr(CommittingConsumer, "_commit", refusing_once)
        service.follow(DECISIONS, take)
        await service.start()
        try:
            await asyncio.to_thread(await_committed, kafka, GROUP, RECORDS)
        finally:
            await service.stop()

    asyncio.run(write(kafka, RECORDS))
    asyncio.run(read())
    assert refused == [wanted]


def test_what_flows_before_it_is_known_where_a_partition_begins_comes_again(
    kafka: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust seeks and has records flow; where it is slow to hear of other partitions, these were taken by nobody."""
    half = {3: RECORDS[3][:30]}
    flowed = asyncio.Event()

    async def read(wanted: Mapping[int, Sequence[bytes]]) -> None:
        service = reader(kafka, tmp_path)

        async def take(record: Record) -> None:
            assert record.partition == 3

        service.follow(DECISIONS, take)
        await service.start()
        try:
            await asyncio.to_thread(await_committed, kafka, GROUP, wanted)
        finally:
            await service.stop()

    asyncio.run(write(kafka, half))
    asyncio.run(read(half))
    asyncio.run(write(kafka, RECORDS, since=30))

    asking, refusing = CommittingConsumer.earliest_offsets, CommittingConsumer.begun_at

    async def asking_slowly(consumer: Any, *places: TP) -> Mapping[TP, int]:
        if any(place.topic == kafka.topic(DECISIONS.name) for place in places):
            consumer.app.flow_control.resume()  # as in every rebalance but the first
            consumer.resume_flow()
            await consumer.app._fetcher.maybe_start()
            await asyncio.wait_for(flowed.wait(), WITHIN_S)
        found: Mapping[TP, int] = await asking(consumer, *places)
        return found

    def begun_at(consumer: CommittingConsumer, place: TP) -> int | None:
        if refusing(consumer, place) is None:
            flowed.set()
        return refusing(consumer, place)

    monkeypatch.setattr(CommittingConsumer, "earliest_offsets", asking_slowly)
    monkeypatch.setattr(CommittingConsumer, "begun_at", begun_at)
    asyncio.run(read(RECORDS))
    assert flowed.is_set()


def test_what_is_known_to_be_finished_is_not_read_and_is_committed(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Told before it is known where the partition begins, as a restored engine may do."""

    async def read() -> Sequence[int]:
        service, found, end = reader(kafka, tmp_path), list[int](), asyncio.Event()
        place = TP(kafka.topic(DECISIONS.name), 3)

        async def take(record: Record) -> None:
            found.append(record.offset)
            if record.offset == 59:
                end.set()

        async def assigned(*_: object, **__: object) -> None:
            await cast(CommittingConsumer, service.app.consumer).finished_below(place, 50)

        service.follow(DECISIONS, take)
        service.app.on_partitions_assigned.connect(assigned, weak=False)
        await service.start()
        try:
            await asyncio.wait_for(end.wait(), WITHIN_S)
            await asyncio.to_thread(await_committed, kafka, GROUP, RECORDS)
        finally:
            await service.stop()
        return found

    asyncio.run(write(kafka, RECORDS))
    assert asyncio.run(read()) == [*range(50, 60)]


def test_a_broker_is_asked_often_enough_that_silent_partitions_keep_nobody_waiting(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    async def asked_ms() -> int:
        service = reader(kafka, tmp_path)

        async def take(record: Record) -> None:
            raise AssertionError(f"nothing is written, and record {record.offset} came")

        service.follow(DECISIONS, take)
        await service.start()
        try:
            consumer = cast(CommittingConsumer, service.app.consumer)
            return int(consumer._thread._ensure_consumer()._fetcher._fetch_max_wait_ms)
        finally:
            await service.stop()

    assert asyncio.run(asked_ms()) == FETCH_WAIT_MS


def test_what_was_begun_goes_on_as_if_it_had_been_awaited(kafka: KafkaSettings) -> None:
    assert kafka.prefix, "of no use here, and asked for by every test of this module"
    told = list[str]()

    async def one(*waiting_for: asyncio.Event) -> None:
        try:
            for number, event in enumerate(waiting_for):
                await event.wait()
                told.append(f"heard {number}")
        except asyncio.CancelledError:
            told.append("cancelled")
            raise
        told.append("ended")

    async def run() -> None:
        happened, first, never = asyncio.Event(), asyncio.Event(), asyncio.Event()
        happened.set()
        assert begun(one()) is None
        assert begun(one(happened)) is None
        assert told == ["ended", "heard 0", "ended"]
        rest = begun(one(happened, first, never))
        assert rest is not None
        task = asyncio.create_task(rest)
        first.set()
        await asyncio.wait({task}, timeout=0.05)
        assert told[3:] == ["heard 0", "heard 1"]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert told[-1] == "cancelled"


def reader(kafka: KafkaSettings, folder: Path) -> FaustService:
    """A service of one topic, not started."""
    place = workplace(GROUP, kafka.environment() | {"COMMONWEAL_DATA_DIR": str(folder)})
    return FaustService(faust_app(place), place, [DECISIONS])
