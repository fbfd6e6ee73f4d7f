"""What intake says of time, against a real broker: ticks into silence, caught up, outages, retention, and late answers."""

import asyncio
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka.admin import ConfigResource

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.codes import MatchStatus, Verb
from schemas.events import AnyEvent, Received
from schemas.facts import AnyFact, MatchMoved, Proposed, Refused
from schemas.journal import Block, JournalRecord, Tick
from schemas.model import Place
from schemas.offers import OfferOpened
from schemas.operations import CommunityDefined
from schemas.partitions import partition_of
from schemas.taxonomy.load import load
from schemas.topics import INBOUND, JOURNAL
from services.intake import encode
from services.matching import Engine
from services.runtime.kafka import KafkaSettings, administering
from services.runtime.log import NewRecord
from services.runtime.topics import apply
from tests.kafka import inbound

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [(*(one.name for one in INBOUND), "journal", "dead-letters")], indirect=True),
]
NORTH, SOUTH, WEST = partition_of("north"), partition_of("south"), partition_of("west")
MINUTE_MS = 60_000
FAR = Place(x_m=125, y_m=125)


def test_a_partition_that_had_events_and_fell_silent_gets_ticks_and_no_other_does(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    async def story() -> None:
        await inbound.write(kafka, inbound.said_in("north", 20))

        async def three_ticks() -> bool:
            return len([one for one in await inbound.journal(kafka, NORTH) if isinstance(one, Tick)]) >= 3

        async with inbound.intake(kafka, tmp_path, COMMONWEAL_INTAKE_TICK_AFTER_MS="500"):
            await inbound.until(three_ticks, "three ticks")

    asyncio.run(story())

    north = asyncio.run(inbound.journal_records(kafka, NORTH))
    silent = asyncio.run(inbound.journal(kafka, SOUTH))
    blocks, ticks = north[:-3], north[-3:]
    assert isinstance(blocks[-1].body, Block)
    assert blocks[-1].body.caught_up
    assert all(one.body == Tick(inbound=blocks[-1].body.inbound) for one in ticks)
    assert all(later.stamp_ms - one.stamp_ms >= 500 for one, later in pairwise(ticks))
    assert silent == []


def test_a_backlog_is_caught_up_with_its_last_block_and_not_before(kafka: KafkaSettings, tmp_path: Path) -> None:
    async def story() -> list[Block]:
        await inbound.write(kafka, inbound.said_in("north", 2_000))
        async with inbound.intake(kafka, tmp_path, COMMONWEAL_INTAKE_CUT_RECORDS_MAX="100"):
            await inbound.all_taken(kafka)
        return [one for one in await inbound.journal(kafka, NORTH) if isinstance(one, Block)]

    blocks = asyncio.run(story())

    assert len(blocks) > 5
    assert [one.caught_up for one in blocks] == [False] * (len(blocks) - 1) + [True]
    receipts = [event.received_ms for one in blocks for event in one.events]
    assert receipts == sorted(receipts)


def test_records_whose_retention_passed_are_told_loudly_and_what_is_left_is_taken(
    kafka: KafkaSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = [inbound.founded("north"), *(answer(number) for number in range(100))]

    async def story() -> list[str]:
        await inbound.write(kafka, said[:11])
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)
        await inbound.write(kafka, said[11:])
        with administering(kafka, "delete records") as admin:
            admin.delete_records({place(kafka, "acknowledgements"): 60})
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)
        return inbound.uids(await inbound.journal(kafka, NORTH))

    journalled = asyncio.run(story())

    assert journalled == ["operator/found-north", *(f"form/e{number}" for number in (*range(10), *range(60, 100)))]
    assert "records 10 to 59 were deleted before intake read them" in caplog.text


def test_retention_that_passes_while_intake_runs_is_told_as_well(
    kafka: KafkaSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> list[str]:
        await inbound.write(kafka, [inbound.founded("north"), *(answer(number) for number in range(100))])
        async with inbound.intake(kafka, tmp_path) as worker:
            await inbound.all_taken(kafka)
            with administering(kafka, "delete records") as admin:
                admin.delete_records({place(kafka, "acknowledgements"): 60})
            worker._inbox.lanes[NORTH].skip_to("acknowledgements", 40)  # as slow as it would have to be
            worker._inbox._consumer.seek(place(kafka, "acknowledgements"), 40)
            await inbound.write(kafka, [answer(100)])
            await inbound.all_taken(kafka)
        return inbound.uids(await inbound.journal(kafka, NORTH))

    journalled = asyncio.run(story())

    assert journalled[101:] == [f"form/e{number}" for number in range(60, 101)]
    assert "records 40 to 59 were deleted before intake read them" in caplog.text


def test_a_topic_that_was_made_anew_is_read_from_its_beginning(
    kafka: KafkaSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> list[str]:
        await inbound.write(kafka, [inbound.founded("north")])
        await inbound.write(kafka, [answer(0), answer(1)])
        await commit(kafka, "acknowledgements", 500)
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)
        return inbound.uids(await inbound.journal(kafka, NORTH))

    journalled = asyncio.run(story())

    assert journalled == ["operator/found-north", "form/e0", "form/e1"]
    assert "it was made anew" in caplog.text


def test_a_partner_that_replays_an_old_file_changes_nothing(kafka: KafkaSettings, tmp_path: Path) -> None:
    last_month = "2026-01-02T08:00:00Z"
    file = [ask("a1", "e1"), offer("o1", "e2")]
    old = [ask("a7", "e7", {"ce_time": last_month}), offer("o7", "e8", {"ce_time": last_month})]

    async def story() -> None:
        await inbound.write(kafka, [inbound.founded("north")])
        await inbound.write(kafka, file)
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)
            await inbound.write(kafka, [*file, *old])
            await inbound.all_taken(kafka)

    asyncio.run(story())

    facts = decided(asyncio.run(inbound.journal_records(kafka, NORTH)))
    refused = {fact.cause: fact.reason for fact in facts if isinstance(fact, Refused)}
    assert refused == {
        "form/e1": "duplicate",
        "form/e2": "duplicate",
        "form/e7": "too_late",
        "form/e8": "too_late",
    }


def test_two_partners_that_use_the_same_event_ids_are_both_heard(kafka: KafkaSettings, tmp_path: Path) -> None:
    async def story() -> None:
        await inbound.write(kafka, [inbound.founded("north")])
        await inbound.write(kafka, [ask("a1", "1", source="red"), ask("a2", "1", source="blue")])
        async with inbound.intake(kafka, tmp_path):
            await inbound.all_taken(kafka)

    asyncio.run(story())

    facts = decided(asyncio.run(inbound.journal_records(kafka, NORTH)))
    assert {fact.cause for fact in facts if fact.fact == "ask.listed"} == {"red/1", "blue/1"}
    assert not [fact for fact in facts if isinstance(fact, Refused)]


def test_after_a_two_hour_outage_answers_count_by_when_they_were_given(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Somebody was asked, intake went away, they said yes a minute later, and a thousand others said something as well."""
    before_ms = time.time_ns() // 1_000_000 - 120 * MINUTE_MS
    said = (
        CommunityDefined(community="north", cell_m=250),
        AskOpened(community="north", ask="a1", member="m1", need="oe:102", place=FAR),
        OfferOpened(community="north", offer="o1", member="m2", needs=("oe:102",), place=FAR, radius_m=2_000),
    )
    engine = Engine(load())
    asked, proposed = journalled_before(engine, said, before_ms)
    yes = Acknowledged(community="north", match=proposed.match, member="m2", verb=Verb.accept)
    others = [answer(number) for number in range(1_500)]

    async def story() -> list[JournalRecord]:
        stamps_by(kafka, "CreateTime")
        await inbound.until(lambda: stamps_are_ours(kafka), "topics that take our stamps")
        await write_at(kafka, [(JOURNAL.name, NORTH, NewRecord(encode(one.body))) for one in asked], before_ms)
        await write_at(kafka, [*others, inbound.sent(yes, "yes")], before_ms + MINUTE_MS)
        apply(kafka, [*(one.name for one in INBOUND), JOURNAL.name])
        async with inbound.intake(kafka, tmp_path, COMMONWEAL_INTAKE_CUT_RECORDS_MAX="200"):
            await inbound.all_taken(kafka)
        return (await inbound.journal_records(kafka, NORTH))[len(asked) :]

    after = asyncio.run(story())

    facts = [fact for record in after for fact in engine.apply(record).facts]
    (moved,) = [fact for fact in facts if isinstance(fact, MatchMoved) and fact.cause == "form/yes"]
    assert (moved.match, moved.to) == (proposed.match, MatchStatus.accepted)
    assert not [fact for fact in facts if isinstance(fact, MatchMoved) and fact.to is MatchStatus.expired]
    assert after[-1].stamp_ms - before_ms >= 120 * MINUTE_MS, "two hours have passed by the journal's own clock"


def ask(ask_id: str, event_id: str, headers: dict[str, str] | None = None, source: str = "form") -> inbound.Sent:
    event = AskOpened(community="north", ask=ask_id, member="m1", need="oe:102", place=FAR)
    return inbound.sent(event, event_id, source=source, headers=headers)


def offer(offer_id: str, event_id: str, headers: dict[str, str] | None = None) -> inbound.Sent:
    event = OfferOpened(community="north", offer=offer_id, member="m2", needs=("oe:102",), place=FAR, radius_m=2_000)
    return inbound.sent(event, event_id, headers=headers)


def answer(number: int) -> inbound.Sent:
    event = Acknowledged(community="north", match=f"x{number}", member="m1", verb=Verb.accept)
    return inbound.sent(event, f"e{number}")


def decided(records: Sequence[JournalRecord]) -> list[AnyFact]:
    """What the pure engine makes of a journal."""
    engine = Engine(load())
    return [fact for record in records for fact in engine.apply(record).facts]


def journalled_before(engine: Engine, said: Sequence[AnyEvent], now_ms: int) -> tuple[list[JournalRecord], Proposed]:
    """A journal of these events and some ticks, up to the first proposal."""
    events = tuple(
        Received(source="form", id=f"s{index}", received_ms=now_ms, data=event) for index, event in enumerate(said)
    )
    records = [JournalRecord(offset=0, stamp_ms=now_ms, body=Block(events=events, caught_up=True))]
    while True:
        for fact in engine.apply(records[-1]).facts:
            if isinstance(fact, Proposed):
                return records, fact
        last = records[-1]
        records.append(JournalRecord(offset=last.offset + 1, stamp_ms=last.stamp_ms + 2_000, body=Tick()))


def place(kafka: KafkaSettings, topic: str) -> TopicPartition:
    return TopicPartition(kafka.topic(topic), NORTH)


async def commit(kafka: KafkaSettings, topic: str, offset: int) -> None:
    consumer = AIOKafkaConsumer(**kafka.for_aiokafka(), group_id=kafka.group("intake"), enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([place(kafka, topic)])
        await consumer.commit({place(kafka, topic): offset})
    finally:
        await consumer.stop()


def stamps_by(kafka: KafkaSettings, stamp: str) -> None:
    """Who stamps records from now on; what lies there keeps its stamp."""
    names = [kafka.topic(name) for name in (*(one.name for one in INBOUND), JOURNAL.name)]
    with administering(kafka, "alter topics") as admin:
        admin.alter_configs([ConfigResource("TOPIC", name, {"message.timestamp.type": stamp}) for name in names])


async def write_at(kafka: KafkaSettings, records: Sequence[inbound.Sent], stamp_ms: int) -> None:
    async with inbound.producing(kafka) as producer:
        for topic, partition, record in records:
            await producer.send(
                kafka.topic(topic), record.value, key=record.key, partition=partition, headers=list(record.headers),
                timestamp_ms=stamp_ms,
            )  # fmt: skip


async def stamps_are_ours(kafka: KafkaSettings) -> bool:
    """Whether the broker has heard of it, by a record in a partition that nobody looks at."""
    async with inbound.producing(kafka) as producer:
        probes = [
            await producer.send_and_wait(kafka.topic(name), b"probe", partition=WEST)
            for name in ("acknowledgements", JOURNAL.name)
        ]
    return all(one.timestamp_type == 0 for one in probes)
