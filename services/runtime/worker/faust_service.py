"""A Faust app as a service: follows topics, and acknowledges a record only when it is finished.

Faust acknowledges a record as soon as its stream is asked for the next one, is cancelled, or dies of an exception. Here
each record is held by one more reference from before it is touched until it is finished, so that a record which was
begun and not finished comes again: to this worker, or to the next. And nothing is committed after a send that failed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, cast

import faust

from schemas.topics import Topic
from services.runtime.log.records import Record
from services.runtime.topics import check
from services.runtime.worker.faust_app import CommittingConsumer
from services.runtime.worker.service import Workplace

WATCH_S: Final = 1.0
"""How often the ends of the log are asked for."""
Take = Callable[[Record], Awaitable[None]]
"""Finishes one record: when it returns, what the record led to was handed to the producer."""
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
        self._in_hand = 0
        self._draining = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._broken: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._watching: asyncio.Task[None] | None = None

    def channel(self, topic: Topic) -> Any:
        """The topic as Faust speaks of it: bytes in, bytes out, under the installation's prefix."""
        return self.app.topic(self._place.kafka.topic(topic.name), key_type=bytes, value_type=bytes, allow_empty=True)

    def follow(self, topic: Topic, take: Take) -> None:
        """Hand each record of a topic to `take`, one after the other, in the order of its partition.

        What `take` raises ends the process: its record was not acknowledged and comes again.
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

    async def _one(self, topic: Topic, event: Any, take: Take) -> None:
        message = event.message
        message.incref()
        if self._draining.is_set():
            await _for_ever()  # the record is the next worker's
        self._in_hand += 1
        self._idle.clear()
        try:
            record = _record(topic, message)
            await take(record)
            event.ack()  # the stream's own acknowledgement, when it is asked for the next record, is the last one
            self._place.health.done(topic.name, record.partition, record.offset, record.stamp_ms)
        except Exception as error:  # noqa: BLE001 - raised by `failed`, and the process ends
            if not self._broken.done():
                self._broken.set_result(error)
            await _for_ever()
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()

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
            health.took(self._followed[tp.topic].name, tp.partition)
        if self.app.rebalancing:
            return ours
        ends = await consumer.highwaters(*ours) if ours else {}
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


async def _for_ever() -> None:
    """Until the task is cancelled, since the process ends."""
    await asyncio.Event().wait()
