"""A Faust app as a service: follows topics, and acknowledges a record only when it is finished.

Faust acknowledges a record as soon as its stream is asked for the next one, is cancelled, or dies of an exception. Here
each record is held by one more reference from before it is touched until it is finished, so that a record which was
begun and not finished comes again: to this worker, or to the next. And nothing is committed after a send that failed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, cast

import faust
from aiokafka.errors import IllegalStateError, KafkaError
from faust.types import TP

from schemas.topics import Topic
from services.runtime.kafka_log import Writer, scan
from services.runtime.log import LogUnwritable
from services.runtime.log.records import NewRecord, Record
from services.runtime.topics import check
from services.runtime.worker.faust_app import CommittingConsumer
from services.runtime.worker.service import Workplace
from services.runtime.worker.trouble import trouble

BATCH_BYTES_MAX: Final = 1024 * 1024
WATCH_S: Final = 1.0
"""How often the ends of the log are asked for."""
Durable = asyncio.Future[Any]
"""Done once the broker has acknowledged something; raises what the client said where it has not."""
Take = Callable[[Record], Awaitable[Durable | None]]
"""Finishes one record. What it led to is durable when the future it answers is done, or at once where it answers none.

Faust's own `flush` is no such promise: it gives up on messages that could not be handed over within 100 ms, and offsets
are committed all the same (measured: rows 50 blocks behind the offset, after a kill)."""
log = logging.getLogger("commonweal.faust")


class FaustService:
    """The four verbs of a service around a Faust app.

    Args:
        topics: what the cluster has to hold as `schemas/topics.py` says, or `start` refuses.
        finish: for agents of the service's own: waits until what they have in hand is finished.
    """

    def __init__(
        self,
        app: faust.App,
        place: Workplace,
        topics: Sequence[Topic],
        finish: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.app = app
        self._place = place
        self._topics = topics
        self._finish = finish
        self._followed: dict[str, Topic] = {}
        self._stopped: set[tuple[str, int]] = set()
        self._writer = Writer(place.kafka)  # connects when something is sent
        self._expected: dict[Any, int] = {}
        """Partition → the offset that comes next; repeats come before it, nothing may come after it."""
        self._in_hand = 0
        self._draining = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._broken: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self._watching: asyncio.Task[None] | None = None
        app.on_partitions_revoked.connect(self._revoked)

    def channel(self, topic: Topic) -> Any:
        """The topic as Faust speaks of it: bytes in, bytes out, under the installation's prefix."""
        return self.app.topic(self._place.kafka.topic(topic.name), key_type=bytes, value_type=bytes, allow_empty=True)

    def changelog(self, table: str) -> str:
        """The topic in which Faust looks for a table's rows, without the installation's prefix."""
        return f"{self._place.name}-{table}-changelog"

    async def send(self, topic: str, partition: int, records: Sequence[NewRecord]) -> list[tuple[int, int]]:
        """Append records to one partition, in batches; returns once the broker has acknowledged all of them.

        Not by Faust's producer, which hands over record by record: a batch at a time is more than twice as fast, lands whole
        or not at all, and says so.

        Returns:
            Where each batch came to stand, and how many records it holds; below 0 where the broker forgot where.

        Raises:
            LogUnwritable: a batch was not acknowledged, and nothing that comes after it was sent.
        """
        stand = []
        while records:
            batch, records = _batch(records)
            stand.append((await self._writer.append(topic, partition, batch), len(batch)))
        return stand

    async def read(self, topic: str, partition: int, start: int, end: int) -> list[Record]:
        """The records from one offset up to, not including, another.

        Raises:
            LogError: the broker did not answer in time.
        """
        return [record async for some in scan(self._place.kafka, topic, partition, start, end) for record in some]

    def follow(self, topic: Topic, take: Take) -> None:
        """Hand each record of a topic to `take`, one after the other, in the order of its partition.

        Where `take` raises, its partition stands still, with the reason at /health/ready, and the others go on; the record
        comes again when the process starts anew. Where the broker did not acknowledge, the process ends.
        """
        self.watch(topic)

        async def following(stream: Any) -> None:
            async for event in stream.events():
                await self._one(topic, event, take)  # raises nothing: Faust would start the agent anew and go on

        self.app.agent(self.channel(topic), name=f"{self._place.name}-{topic.name}")(following)

    def watch(self, topic: Topic) -> None:
        """Tell `Health` of the topic's partitions and of where they end; `follow` does, an agent of one's own asks."""
        self._followed[self._place.kafka.topic(topic.name)] = topic

    async def start(self) -> None:
        """Check the cluster, join the group, restore the tables, begin.

        Raises:
            ClusterDiffers, ClusterError: the cluster is not as the code says, or not there.
        """
        await asyncio.to_thread(check, self._place.kafka, [topic.name for topic in self._topics])
        await self.app.start()
        self._watching = asyncio.create_task(self._watch(), name="watch")

    async def failed(self) -> None:
        """Wait as long as the app works; raise what it crashed of."""
        crashing: asyncio.Future[Any] = asyncio.create_task(self._crashed())
        broken: asyncio.Future[Any] = self._broken
        try:
            await asyncio.wait({crashing, broken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            crashing.cancel()
        if self._broken.done():
            raise self._broken.result()
        raise self.app.crash_reason or RuntimeError("Faust ended and does not say of what; see the log above")

    async def _crashed(self) -> None:
        await self.app.wait()  # until it crashed, or was stopped

    async def drain(self) -> None:
        """Finish the records in hand, send and commit."""
        self._draining.set()
        await self._idle.wait()
        if self._finish is not None:
            await self._finish()
        await self.app.producer.flush()
        await self.app.consumer.commit()

    async def stop(self) -> None:
        """Leave the group and close."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        await self.app.stop()
        await self._writer.stop()

    async def _one(self, topic: Topic, event: Any, take: Take) -> None:
        message = event.message
        message.incref()
        if self._draining.is_set():
            await _for_ever()  # the record is the next worker's
        if (topic.name, message.partition) in self._stopped:
            return  # with its reference held: neither finished nor forgotten
        record = _record(topic, message)
        if not await self._follows(record, message.tp):
            return
        self._hold()
        try:
            durable = await take(record)
        except (KafkaError, LogUnwritable) as error:
            self._break(error)
            await _for_ever()
        except Exception as error:
            log.exception("%s/%d stands still at %d", record.topic, record.partition, record.offset)
            self._stopped.add((record.topic, record.partition))
            self._place.health.troubled(record.topic, record.partition, trouble(record, error))
            self._let_go()
        except BaseException:  # cancelled: its partition is taken away, or the process ends
            self._let_go()
            raise
        else:
            if durable is None:
                self._finish_one(record, event)
            else:
                durable.add_done_callback(partial(self._once_durable, record, event))

    async def _follows(self, record: Record, tp: Any) -> bool:
        """Whether nothing was left out before it on its way to us; else the consumer is sent back to what was."""
        consumer = cast(CommittingConsumer, self.app.consumer)
        begun = consumer.begun_at(tp)
        if begun is None:
            return False  # Faust has yet to seek, and all comes again
        expected = max(self._expected.get(tp, 0), begun)
        if record.offset > expected:
            with suppress(IllegalStateError):  # it is another worker's by now
                await consumer.seek(tp, expected)
            return False
        self._expected[tp] = max(expected, record.offset + 1)
        return True

    def _once_durable(self, record: Record, event: Any, durable: Durable) -> None:
        error = None if durable.cancelled() else durable.exception()
        if error is not None:
            self._break(error)
        elif durable.cancelled():
            self._let_go()
        else:
            self._finish_one(record, event)

    def _finish_one(self, record: Record, event: Any) -> None:
        event.ack()  # the last one, or the last but one: the stream acknowledges when it is asked for the next record
        self._place.health.done(record.topic, record.partition, record.offset, record.stamp_ms)
        self._let_go()

    def _break(self, error: BaseException) -> None:
        """The process ends of this."""
        if not self._broken.done():
            self._broken.set_result(error)
        self._let_go()

    def _hold(self) -> None:
        self._in_hand += 1
        self._idle.clear()

    def _let_go(self) -> None:
        self._in_hand -= 1
        if not self._in_hand:
            self._idle.set()

    async def _revoked(self, *_: Any, **__: Any) -> None:
        """Whoever gets a partition tries it anew."""
        for topic, partition in self._stopped:
            self._place.health.troubled(topic, partition, None)
        self._stopped.clear()
        self._expected.clear()

    async def _watch(self) -> None:
        """Keep `Health` told of which partitions are ours, whether they recover, and where they end."""
        held: set[Any] = set()
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                async with asyncio.timeout(10 * WATCH_S):
                    held = await self._look(held)
            except Exception as error:  # noqa: BLE001 - readiness fails by itself where nothing is heard any more
                log.warning("the ends of the log could not be asked for (%s)", type(error).__name__)

    async def _look(self, held: set[Any]) -> set[Any]:
        consumer, health = cast(CommittingConsumer, self.app.consumer), self._place.health
        ours = {tp for tp in consumer.assignment() if tp.topic in self._followed}
        for tp in held - ours:
            health.gave(self._followed[tp.topic].name, tp.partition)
        for tp in ours - held:
            if not health.holds(self._followed[tp.topic].name, tp.partition):  # else an agent was faster, and told more
                health.took(self._followed[tp.topic].name, tp.partition)
        if self.app.rebalancing:
            return ours
        asked = ours or {
            TP(name, 0) for name in self._followed
        }  # who holds nothing would not notice a broker that is away
        ends = await consumer.highwaters(*asked) if asked else {}
        if ends:
            health.heard()
        for tp in ours:
            name = self._followed[tp.topic].name
            health.recovering(name, tp.partition, on=self.app.in_recovery)
            health.ends(name, tp.partition, ends[tp] or 0, position=consumer.begun_at(tp))
        return ours


def _record(topic: Topic, message: Any) -> Record:
    return Record(
        topic=topic.name,
        partition=message.partition,
        offset=message.offset,
        stamp_ms=round(message.timestamp * 1_000),
        key=message.key,
        value=message.value,
        headers=tuple(message.headers or ()),
    )


def _batch(records: Sequence[NewRecord]) -> tuple[Sequence[NewRecord], Sequence[NewRecord]]:
    """As many as travel together, one at least, and the rest."""
    size = 0
    for count, record in enumerate(records):
        size += record.size_bytes
        if count and size > BATCH_BYTES_MAX:
            return records[:count], records[count:]
    return records, ()


async def _for_ever() -> None:
    """Until the task is cancelled, since the process ends."""
    await asyncio.Event().wait()
