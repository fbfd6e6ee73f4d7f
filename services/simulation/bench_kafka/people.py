"""The people of the towns: they say what comes next on the inbound topics, and hear what was decided.

They never wait for the services: what they say is due at a moment of the clock, and waits are counted from that moment
(open loop, no coordinated omission). Only where the highest rate is looked for does somebody say nothing while too much
of what was said is undecided.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import time
from typing import NamedTuple, Self

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from schemas.asks import AskOpened
from schemas.decisions import DecisionBlock
from schemas.events import EVENT_VERSION, Received
from schemas.topics import DECISIONS, JOURNAL, inbound_topic
from services.runtime.kafka import KafkaSettings
from services.simulation.bench_kafka.asking import Asking, Waits
from services.simulation.bench_kafka.stamps import reader
from services.simulation.bench_kafka.towns import StandingTown

LOOK_S = 0.005
"""How often it is looked whether more was decided."""
NAP_S = 0.002
"""The shortest sleep: those who are due meanwhile speak together, and their waits are counted from when they were due."""
BURST_MAX = 200
"""Said in one go before others get their turn."""


class Output(NamedTuple):
    """A decision block."""

    stamp_ms: int
    """When it was sent, by its record."""
    events: int
    """So many it answers; 0 for a tick."""
    partition: int


class Taken(NamedTuple):
    """A journal record."""

    events: int
    """How many inbound records it and all before it took in."""
    stamp_ms: int
    """The log's."""


@dataclass(slots=True)
class Heard:
    """What came of what was said."""

    said: int = 0
    decided: int = 0
    waits: Waits = field(default_factory=Waits)
    outputs: list[Output] = field(default_factory=list)
    refused: int = 0
    """Answers that came in vain, as they do among people: somebody was quicker."""
    last_late_s: float = 0.0
    """By how much the one who says all this was behind the schedule, at most."""


class People:
    """Says and hears. Use as an async context."""

    def __init__(self, settings: KafkaSettings, towns: Sequence[StandingTown]) -> None:
        self.heard = Heard()
        self._settings = settings
        self._towns = towns
        self._turns = cycle(towns)
        self._by_partition = {town.partition: town for town in towns}
        self._asking = {town.partition: Asking(self.heard.waits) for town in towns}
        self._taken: dict[int, dict[int, Taken]] = {town.partition: {} for town in towns}
        """Partition → journal offset → what is journalled there and not heard decided."""
        self._decided = dict.fromkeys(self._taken, 0)
        self._said = dict.fromkeys(self._taken, 0)
        self._producer = AIOKafkaProducer(**settings.for_aiokafka(), linger_ms=2, max_batch_size=256 * 1024)
        self._consumer: AIOKafkaConsumer = reader(settings)
        self._hearing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._producer.start()
        await self._consumer.start()
        topics = [self._settings.topic(topic.name) for topic in (JOURNAL, DECISIONS)]
        self._consumer.assign([TopicPartition(topic, town.partition) for topic in topics for town in self._towns])
        for topic in topics:
            for town in self._towns:
                self._consumer.seek(TopicPartition(topic, town.partition), town.next_offset)
        self._hearing = asyncio.create_task(self._hear())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
        await self._producer.stop()
        await self._consumer.stop()

    async def say_at(self, rate: float, seconds: float) -> None:
        """Say so many events a second, each at its moment whatever becomes of the others."""
        began = time()
        for number in range(int(rate * seconds)):
            due_s = began + number / rate
            early_s = due_s - time()
            if early_s > 0:
                await asyncio.sleep(max(early_s, NAP_S))
            elif number % BURST_MAX == 0:
                await asyncio.sleep(0)
            self.heard.last_late_s = max(self.heard.last_late_s, -early_s)
            await self._say(next(self._turns), due_s)
            self.check()
        await self._producer.flush()

    async def say_as_fast_as_decided(self, events: int, undecided_max: int) -> None:
        """Say so many events; each town falls silent while `undecided_max` of what was said there are undecided."""
        goal = sum(self._said.values()) + events
        while (left := goal - sum(self._said.values())) > 0:
            idle = True
            for town in self._towns:
                room = undecided_max - (self._said[town.partition] - self._decided[town.partition])
                for _ in range(min(room, BURST_MAX, left)):
                    idle, left = False, left - 1
                    await self._say(town, time())
            await asyncio.sleep(LOOK_S if idle else 0)
            self.check()
        await self._producer.flush()

    async def say_whatever_is_decided(self, events: int) -> None:
        """Say so many events as fast as they can be written."""
        for number in range(events):
            if number % BURST_MAX == 0:
                await asyncio.sleep(0)
            await self._say(next(self._turns), time())
        await self._producer.flush()

    def news(self) -> Heard:
        """What came of it since this was asked last."""
        heard, self.heard = self.heard, Heard()
        for asking in self._asking.values():
            asking.tell(self.heard.waits)
        return heard

    def check(self) -> None:
        """Notice that hearing has ended by an error; raises it."""
        if self._hearing is not None and self._hearing.done():
            self._hearing.result()

    async def _say(self, town: StandingTown, due_s: float) -> None:
        now_ms = int(due_s * 1_000)
        said = town.traffic.say(now_ms, now_ms)
        event, topic = said.data, inbound_topic(said.data)
        assert topic.key is not None, "inbound topics are keyed by what the event is about"
        if isinstance(event, AskOpened):
            self._asking[town.partition].due(event.ask, due_s)
        await self._producer.send(
            self._settings.topic(topic.name),
            event.model_dump_json(exclude_none=True).encode(),
            key=str(getattr(event, topic.key)).encode(),
            partition=town.partition,
            headers=_headers(said),
        )
        self._said[town.partition] += 1
        self.heard.said += 1

    async def _hear(self) -> None:
        journal = self._settings.topic(JOURNAL.name)
        unheard: dict[int, deque[ConsumerRecord]] = {town.partition: deque() for town in self._towns}
        while True:
            for place, records in (await self._consumer.getmany(timeout_ms=100)).items():
                if place.topic == journal:
                    taken = {record.offset: Taken(taken_by(record.value), record.timestamp) for record in records}
                    self._taken[place.partition].update(taken)
                else:
                    unheard[place.partition].extend(records)
            for partition, waiting in unheard.items():
                while waiting and await self._hear_block(partition, waiting[0]):
                    waiting.popleft()

    async def _hear_block(self, partition: int, record: ConsumerRecord) -> bool:
        """Hear what was decided; False where the journal record it answers is still on its way to us."""
        now_s, town = time(), self._by_partition[partition]
        block = DecisionBlock.model_validate_json(record.value)
        if block.source < town.next_offset:
            return True  # written twice: of two for one source the first one counts
        taken = self._taken[partition].pop(block.source, None)
        if taken is None:
            return False
        town.next_offset = block.source + 1
        count = max(taken.events - self._decided[partition], 0)  # a tick takes nothing in
        self._decided[partition] += count
        self.heard.decided += count
        self.heard.outputs.append(Output(record.timestamp, count, partition))
        town.traffic.begin()
        refused = town.traffic.counts.refused
        town.traffic.hear(block)
        self.heard.refused += town.traffic.counts.refused - refused
        self._asking[partition].hear(block, taken.stamp_ms / 1_000, now_s)
        await asyncio.sleep(0)
        return True


def taken_by(written: bytes) -> int:
    """How many inbound records a journal record and all before it took in, by its last field; 0 where none is named."""
    at = written.rfind(b'"inbound":')
    inbound = orjson.loads(written[at + len(b'"inbound":') : -1]) if at >= 0 else {}
    return sum(offset + 1 for offset in inbound.values())


def _headers(said: Received) -> list[tuple[str, bytes]]:
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", said.id.encode()),
        ("ce_source", said.source.encode()),
        ("ce_type", f"commonweal.{said.data.type}.v{EVENT_VERSION}".encode()),
        ("content-type", b"application/json"),
    ]
