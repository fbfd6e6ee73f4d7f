"""What intake's tests write to the inbound topics and read from where it led. All ids are invented, nobody is meant."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened, AskWithdrawn
from schemas.codes import Urgency, Verb
from schemas.dead_letters import DeadLetter
from schemas.events import AnyEvent
from schemas.journal import JOURNAL_BODY, Block, JournalRecord, Tick
from schemas.model import Place
from schemas.offers import OfferOpened
from schemas.operations import CommunityDefined
from schemas.partitions import PARTITIONS, partition_of
from schemas.topics import DEAD_LETTERS, INBOUND, JOURNAL, OPERATIONS, inbound_topic
from services.intake.envelope import event_type
from services.intake.worker import IntakeWorker, build
from services.runtime.kafka import REQUEST_BYTES_MAX, KafkaSettings
from services.runtime.log import NewRecord, Record
from services.runtime.worker.process import workplace

WITHIN_S = 60.0
PAUSE_S = 0.1
"""Between two looks at the cluster, which has other work to do."""
Sent = tuple[str, int, NewRecord]


def sent(
    event: AnyEvent,
    event_id: str,
    *,
    source: str = "form",
    partition: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Sent:
    """An event as its gateway writes it: topic, partition and record."""
    named = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_source": source,
        "ce_type": event_type(event.type),
    } | dict(headers or {})
    record = NewRecord(
        event.model_dump_json(exclude_none=True).encode(),
        key=event_id.encode(),
        headers=tuple((name, content.encode()) for name, content in named.items()),
    )
    return inbound_topic(event).name, partition_of(event.community) if partition is None else partition, record


def founded(community: str) -> Sent:
    """A community, as it has to be known first."""
    return sent(CommunityDefined(community=community, cell_m=250), f"found-{community}", source="operator")


def said_in(community: str, count: int, seed: int = 1, source: str = "form") -> list[Sent]:
    """Asks, offers and answers, three to two to five; nearly all answers speak of nothing there is."""
    draw, found = Random(seed), [founded(community)]
    for number in range(count):
        place = Place(x_m=draw.randrange(0, 4_000, 250) + 125, y_m=draw.randrange(0, 4_000, 250) + 125)
        event: AnyEvent
        match number % 10:
            case 0 | 3 | 6:
                event = AskOpened(
                    community=community, ask=f"a{number}", member=f"m{number}", need="oe:102", place=place,
                    urgency=draw.choice([Urgency.high, Urgency.normal]),
                )  # fmt: skip
            case 1 | 5:
                event = OfferOpened(
                    community=community, offer=f"o{number}", member=f"h{number}", needs=("oe:102",), place=place,
                    radius_m=2_000,
                )  # fmt: skip
            case 9:
                event = AskWithdrawn(community=community, ask=f"a{number - 9}")
            case _:
                event = Acknowledged(community=community, match=f"x{number}", member=f"h{number}", verb=Verb.accept)
        found.append(sent(event, f"e{number}", source=source))
    return found


@asynccontextmanager
async def producing(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    """A producer such as a gateway has."""
    producer = AIOKafkaProducer(
        **kafka.for_aiokafka(), acks="all", linger_ms=5, max_batch_size=256 * 1024, max_request_size=REQUEST_BYTES_MAX
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def write(kafka: KafkaSettings, records: Iterable[Sent]) -> None:
    """Write to the inbound topics, what others speak of first; durable when this returns."""
    said = list(records)
    async with producing(kafka) as producer:
        for founding in (True, False):
            waiting = [
                await producer.send(
                    kafka.topic(topic), record.value, key=record.key, partition=partition, headers=list(record.headers)
                )
                for topic, partition, record in said
                if (topic == OPERATIONS.name) is founding
            ]
            await asyncio.gather(*waiting)


async def read(kafka: KafkaSettings, topic: str, partitions: Iterable[int] = range(PARTITIONS)) -> list[Record]:
    """Everything there is in these partitions of a topic, each in its order."""
    consumer = AIOKafkaConsumer(**kafka.for_aiokafka(), auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(kafka.topic(topic), partition) for partition in partitions]
        consumer.assign(places)
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        found: list[Record] = []
        for place in [one for one in places if ends[one] > begins[one]]:
            consumer.seek(place, begins[place])
            while await consumer.position(place) < ends[place]:
                batch = await consumer.getmany(place, timeout_ms=1_000)
                found += [_record(topic, one) for one in batch.get(place, [])]
        return found
    finally:
        await consumer.stop()


async def read_inbound(kafka: KafkaSettings, partition: int) -> list[Record]:
    """All inbound records of a partition."""
    return [one for topic in INBOUND for one in await read(kafka, topic.name, [partition])]


async def journal(kafka: KafkaSettings, partition: int) -> list[Block | Tick]:
    """A partition's journal."""
    return [one.body for one in await journal_records(kafka, partition)]


async def journal_records(kafka: KafkaSettings, partition: int) -> list[JournalRecord]:
    """A partition's journal, as the engine is given it."""
    return [
        JournalRecord(offset=one.offset, stamp_ms=one.stamp_ms, body=JOURNAL_BODY.validate_json(one.value or b""))
        for one in await read(kafka, JOURNAL.name, [partition])
    ]


def uid(one: Sent) -> str:
    """The name of an event that was sent, as the journal has it."""
    headers = dict(one[2].headers)
    return f"{headers['ce_source'].decode()}/{headers['ce_id'].decode()}"


def uids(bodies: Sequence[Block | Tick]) -> list[str]:
    """The events in a journal, in its order."""
    return [event.uid for body in bodies if isinstance(body, Block) for event in body.events]


async def reasons(kafka: KafkaSettings) -> dict[str, str]:
    """Reason by origin, of all dead letters."""
    letters = [DeadLetter.model_validate_json(one.value or b"") for one in await read(kafka, DEAD_LETTERS.name)]
    return {letter.origin: letter.reason for letter in letters}


async def lag(kafka: KafkaSettings) -> int:
    """Inbound records that intake has not committed."""
    consumer = AIOKafkaConsumer(**kafka.for_aiokafka(), group_id=kafka.group("intake"), enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(kafka.topic(topic.name), one) for topic in INBOUND for one in range(PARTITIONS)]
        ends = await consumer.end_offsets(places)
        filled = [place for place in places if ends[place]]
        committed = await asyncio.gather(*(consumer.committed(place) for place in filled))
        return sum(ends[place] - (done or 0) for place, done in zip(filled, committed, strict=True))
    finally:
        await consumer.stop()


async def until(holds: Callable[[], Awaitable[Any]], what: str, within_s: float = WITHIN_S) -> Any:
    """Wait until something holds, and return what it said."""
    end_s = monotonic() + within_s
    while not (said := await holds()):
        assert monotonic() < end_s, f"{what}: not within {within_s:g} s"
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), PAUSE_S)
    return said


async def all_taken(kafka: KafkaSettings, within_s: float = WITHIN_S) -> None:
    """Wait until intake has committed everything there is."""

    async def nothing_left() -> bool:
        return await lag(kafka) == 0

    await until(nothing_left, "all inbound records committed", within_s)


@asynccontextmanager
async def intake(kafka: KafkaSettings, folder: Path, **env: str) -> AsyncIterator[IntakeWorker]:
    """An intake worker in this process, drained and stopped at the end."""
    place = workplace("intake", kafka.environment() | {"COMMONWEAL_DATA_DIR": str(folder)} | env)
    worker = build(place)
    try:
        await worker.start()
        place.health.started()
        yield worker
        await worker.drain()
    finally:
        await worker.stop()


def _record(topic: str, one: Any) -> Record:
    return Record(topic, one.partition, one.offset, one.timestamp, one.key, one.value, tuple(one.headers))
