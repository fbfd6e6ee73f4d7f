"""The inbox: the inbound topics, as one member of intake's consumer group reads them into lanes.

Partitions are given out by range, so partition p of every inbound topic comes to one member: it alone cuts that journal.
Where reading goes on is committed by us, after what was read is durable; what a client or a cluster may do to a
position in between is checked against the lanes, which know it better:

- Another member takes over: `leaving` finishes what is under way, that is committed, and the lanes are dropped.
- Offsets that are not there any more (retention passed while intake was away) are told loudly, and reading goes on at the
  earliest there are.
- A read that fails in the client may have swallowed records of other partitions: every position is set anew.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError

from schemas.model import MS_MAX
from schemas.topics import INBOUND, JOURNAL
from services.intake.closing import close
from services.intake.inbound import UNREADABLE
from services.intake.lanes import Lane
from services.intake.settings import IntakeWorkerSettings
from services.intake.unreadable import is_unreadable, unreadable_at
from services.runtime.kafka import FETCH_BYTES_MAX, FETCH_PARTITION_BYTES_MAX, KafkaSettings
from services.runtime.log import Record
from services.runtime.worker import Health

FETCH_BYTES_MIN: Final = 1024 * 1024
"""So much a broker answers with at once; of less it waits `linger_ms` for more. A question and its answer name every
partition of every inbound topic: answered at each record, nothing but questions would be asked (measured: two thirds of a
core at 600 events a second, and a sixth of one where they are lingered for)."""
LEAVING_S: Final = 5.0
"""To tell the group that we go, so that it need not wait for a session."""
HEARTBEATS_PER_SESSION: Final = 5
HEARD_MS_MAX: Final = 3_000
"""A topic's end counts as known for so long after its broker told it."""
ANSWER_S: Final = 3.0
"""What a broker may take to say that it is there."""

log = logging.getLogger("commonweal.intake")

Leaving = Callable[[Collection[Lane]], Awaitable[None]]


class Inbox(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Reads, commits, and owns the lanes of the partitions it holds. One event loop, one reader.

    Args:
        leaving: is awaited before lanes are given up, and finishes what is under way in them.
        session_s: a member not heard of for so long loses its partitions; one that cannot make itself heard stops writing.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        settings: IntakeWorkerSettings,
        health: Health,
        leaving: Leaving,
        *,
        session_s: float,
    ) -> None:
        self.lanes: dict[int, Lane] = {}
        self.is_settled = False
        """Not while partitions are being given out."""
        self.with_events: set[int] = set()
        """The partitions whose journal holds anything."""
        self.failure: Exception | None = None
        """Why no partitions could be taken over; the worker cannot go on."""
        self._kafka = kafka
        self._settings = settings
        self._session_s = session_s
        self._health = health
        self._leaving = leaving
        self._topics = {kafka.topic(topic.name): topic.name for topic in INBOUND}
        self._committed: dict[Any, int] = {}
        self._member_s = 0.0
        self._full: set[Any] = set()
        self._consumer: Any = None

    async def start(self) -> None:
        """Connect and join the group.

        Raises:
            KafkaError: no broker answers, or refuses us.
        """
        self._consumer = AIOKafkaConsumer(
            **self._kafka.for_aiokafka(),
            group_id=self._kafka.group(self._settings.group),
            enable_auto_commit=False,
            auto_offset_reset="none",
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=int(self._session_s * 1_000),
            heartbeat_interval_ms=int(self._session_s * 1_000 / HEARTBEATS_PER_SESSION),
            fetch_max_wait_ms=self._settings.linger_ms,
            fetch_min_bytes=FETCH_BYTES_MIN,
            fetch_max_bytes=FETCH_BYTES_MAX,
            max_partition_fetch_bytes=FETCH_PARTITION_BYTES_MAX,
            isolation_level="read_committed",
        )
        self._consumer.subscribe(list(self._topics), listener=self)
        await self._consumer.start()

    async def stop(self) -> None:
        """Leave the group."""
        if self._consumer is not None:
            await close(self._consumer, LEAVING_S)

    async def read(self, wait_s: float) -> Mapping[str, int]:
        """Read what is there into the lanes, or wait for it.

        Nothing may be awaited between the client's answer and the lanes: positions move with the answer.

        Returns:
            How many records came, by topic.

        Raises:
            KafkaError: the cluster refuses us, or sends what cannot be read.
        """
        if self.failure is not None:
            raise self.failure
        try:
            found = await self._consumer.getmany(timeout_ms=max(1, int(wait_s * 1_000)))
        except OffsetOutOfRangeError as error:
            self.rewind(self.lanes.values())
            await self._go_on_at_earliest(list(error.args[0]))
            return {}
        except NoOffsetForPartitionError:
            return {}  # a partition was taken over just now: `on_partitions_assigned` is about to say where it goes on
        except Exception as error:
            self.rewind(self.lanes.values())
            if not is_unreadable(error):
                raise
            log.exception("a record cannot be read by the client; it is looked for, partition by partition")
            return await self._taken_around_unreadable()
        return self._taken(found)

    def rewind(self, lanes: Iterable[Lane]) -> None:
        """Read these again from where they are done."""
        for lane in lanes:
            if self.holds(lane):
                for topic, offset in lane.rewind().items():
                    self._consumer.seek(self._place(topic, lane.partition), offset)
            self.make_room(lane)

    def holds(self, lane: Lane) -> bool:
        """Whether it is still ours: partitions may have been given out anew meanwhile."""
        return self.lanes.get(lane.partition) is lane

    def make_room(self, lane: Lane) -> None:
        """Read on what was too full to be read."""
        for place in [one for one in self._full if one.partition == lane.partition]:
            if not lane.is_full(self._topics[place.topic]):
                self._full.discard(place)
                if self.holds(lane):
                    self._consumer.resume(place)

    async def drained(self, lane: Lane) -> tuple[set[str], bool]:
        """The topics of which nothing is left to read in the lane's partition, and whether that was heard lately."""
        found, heard_ms = set(), _now_ms()
        for topic in self._topics.values():
            place = self._place(topic, lane.partition)
            end = self._consumer.last_stable_offset(place)
            if end is not None and await self._consumer.position(place) >= end:
                found.add(topic)
                heard_ms = min(heard_ms, self._consumer.last_poll_timestamp(place))
        return found, _now_ms() - heard_ms <= HEARD_MS_MAX

    def end(self, topic: str, partition: int) -> int | None:
        """Where an inbound topic ends, as far as it is known."""
        end: int | None = self._consumer.last_stable_offset(self._place(topic, partition))
        return end

    def is_fresh(self, topic: str, partition: int) -> bool:
        """Whether the broker told lately where a topic ends."""
        told_ms = self._consumer.last_poll_timestamp(self._place(topic, partition))
        return told_ms is not None and _now_ms() - told_ms <= HEARD_MS_MAX

    async def is_heard_of(self) -> bool:
        """Whether the broker answers: for a worker that reads nothing, and would not notice."""
        topic = INBOUND[0].name
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._consumer.end_offsets([self._place(topic, 0)])
        except (KafkaError, TimeoutError):
            return False
        return True

    async def commit(self) -> None:
        """Commit what is done; where nothing is new, only ask the group whether it still knows us."""
        done = {
            self._place(topic, lane.partition): offset
            for lane in self.lanes.values()
            for topic, offset in lane.done.items()
        }
        news = {place: offset for place, offset in done.items() if self._committed.get(place) != offset}
        asked_s = time.monotonic()
        word = news or dict(list(done.items())[:1])
        if not word:
            return
        try:
            async with asyncio.timeout(self._session_s / 2):  # the coordinator's broker may be away, and only that
                await self._consumer.commit(word)
        except (KafkaError, TimeoutError) as error:
            log.info("offsets were not committed (%r); what was read since comes twice, and is dropped", error)
        else:
            self._committed.update(word)
            self._member_s = asked_s

    def is_member(self) -> bool:
        """Whether our partitions are certainly nobody else's: the group knew us less than a session ago."""
        return time.monotonic() - self._member_s < self._session_s

    async def on_partitions_revoked(self, revoked: Collection[Any]) -> None:
        """Finish what is under way, commit it, drop the rest: it is read again by whoever comes next."""
        self.is_settled = False
        await self._leaving(self.lanes.values())
        await self.commit()
        for lane in self.lanes.values():
            for topic in (*lane.done, JOURNAL.name):
                self._health.gave(topic, lane.partition)
        self.lanes = {}

    async def on_partitions_assigned(self, assigned: Collection[Any]) -> None:
        """Find where each partition goes on, and open its lane."""
        asked_s = time.monotonic()
        try:
            starts = await self._starts(list(assigned))
            ends = await self._consumer.end_offsets(
                [
                    TopicPartition(self._kafka.topic(JOURNAL.name), one)
                    for one in {place.partition for place in assigned}
                ]
            )
        except Exception as error:  # noqa: BLE001 - aiokafka would only log it; the reader raises it
            self.failure = error
            return
        self.with_events = {place.partition for place, end in ends.items() if end > 0}
        self._open(starts)
        self._member_s = asked_s

    def _open(self, starts: Mapping[Any, int]) -> None:
        """Without awaiting anything: nothing is read between a lane's making and its position's."""
        now_s, of_partition = time.monotonic(), dict[int, dict[str, int]]()
        for place, offset in starts.items():
            self._consumer.seek(place, offset)
            of_partition.setdefault(place.partition, {})[self._topics[place.topic]] = offset
        self._committed, self._full = {}, set()
        self.lanes = {
            partition: Lane(partition, offsets, now_s, self._settings.lanes)
            for partition, offsets in sorted(of_partition.items())
        }
        for place, offset in starts.items():
            self._health.took(self._topics[place.topic], place.partition, offset)
        self.is_settled = True

    async def _starts(self, places: list[Any]) -> dict[Any, int]:
        """Where each goes on: what is committed, as far as that is still there."""
        committed = await asyncio.gather(*(self._consumer.committed(place) for place in places))
        begins = await self._consumer.beginning_offsets(places)
        ends = await self._consumer.end_offsets(places)
        starts = {}
        for place, offset in zip(places, committed, strict=True):
            starts[place] = begins[place] if offset is None else offset
            if not begins[place] <= starts[place] <= ends[place]:
                starts[place] = begins[place]
                _tell_gap(place, offset, begins[place], ends[place])
        return starts

    async def _go_on_at_earliest(self, refused: list[Any]) -> None:
        begins = await self._consumer.beginning_offsets(refused)
        ends = await self._consumer.end_offsets(refused)
        for place in refused:
            lane, topic = self.lanes.get(place.partition), self._topics[place.topic]
            if lane is not None and not begins[place] <= (offset := lane.done[topic]) <= ends[place]:
                lane.skip_to(topic, begins[place])
                self._consumer.seek(place, begins[place])
                _tell_gap(place, offset, begins[place], ends[place])

    def _taken(self, found: Mapping[Any, list[Any]]) -> dict[str, int]:
        now_s, counts = time.monotonic(), dict[str, int]()
        for place, records in found.items():
            lane, topic = self.lanes.get(place.partition), self._topics[place.topic]
            if lane is None:
                continue  # taken over just now, and read again from where its lane will begin
            lane.add(topic, [_record(topic, one) for one in records], now_s)
            counts[topic] = counts.get(topic, 0) + len(records)
            if lane.is_full(topic):
                self._consumer.pause(place)
                self._full.add(place)
        return counts

    async def _taken_around_unreadable(self) -> dict[str, int]:
        """Read each partition that is behind by itself; what cannot be read is taken as records that hold nothing."""
        counts = dict[str, int]()
        for place in list(self._consumer.assignment()):
            end = self._consumer.last_stable_offset(place)
            if place.partition not in self.lanes or end is None or await self._consumer.position(place) >= end:
                continue
            records, bad = await unreadable_at(self._consumer, place, end)
            if (lane := self.lanes.get(place.partition)) is None:
                break  # partitions were given out anew meanwhile
            topic = self._topics[place.topic]
            stamp_ms = records[-1].timestamp if records else 0
            empty = [Record(topic, place.partition, offset, stamp_ms, None, None, UNREADABLE) for offset in bad]
            if bad:
                log.error("%s/%d: records %d to %d cannot be read", place.topic, place.partition, bad[0], bad[-1])
            lane.add(topic, [*(_record(topic, one) for one in records), *empty], time.monotonic())
            counts[topic] = counts.get(topic, 0) + len(records) + len(empty)
        return counts

    def _place(self, topic: str, partition: int) -> Any:
        return TopicPartition(self._kafka.topic(topic), partition)


def _record(topic: str, one: Any) -> Record:
    """As every log hands it over."""
    headers = one.headers
    if None in [content for _, content in headers]:
        headers = tuple((name, content or b"") for name, content in headers)
    return Record(topic, one.partition, one.offset, min(max(one.timestamp, 0), MS_MAX), one.key, one.value, headers)


def _tell_gap(place: Any, wanted: int | None, begin: int, end: int) -> None:
    if wanted is not None and wanted < begin:
        log.error(
            "%s/%d: records %d to %d were deleted before intake read them, since their retention passed; what they held "
            "is lost unless whoever sent it sends it again. Going on at %d",
            place.topic, place.partition, wanted, begin - 1, begin,
        )  # fmt: skip
    else:
        log.error(
            "%s/%d: intake stands at %s, and the topic holds %d to %d: it was made anew. Going on at %d; what came before "
            "is dropped as a duplicate",
            place.topic, place.partition, wanted, begin, end, begin,
        )  # fmt: skip


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
