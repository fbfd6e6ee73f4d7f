"""Matching as a process of its own: a Faust agent on the journal, and a task for each partition it is given."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

import faust

from schemas.taxonomy.load import load as load_taxonomy
from schemas.topics import DECISIONS, JOURNAL, QUARANTINE
from services.matching.agent import AfterStep, silently
from services.matching.partitions import Append, Partitions, Shared
from services.matching.settings import MatchingSettings
from services.runtime.collector import collect_rarely
from services.runtime.database import DatabaseSnapshots, connect, ready
from services.runtime.kafka_log import Ends, Writer
from services.runtime.log import Record
from services.runtime.worker import Workplace
from services.runtime.worker.faust_app import POLLED_RECORDS_MAX, CommittingConsumer, faust_app
from services.runtime.worker.faust_service import FaustService

Through = Callable[[Append], Append]
"""What stands between deciding and the log: nothing, or what makes sends fail on purpose."""


SWITCH_S = 0.001
"""How long a thread that restores, or decides what takes minutes, keeps the event loop waiting each time it wakes."""


BUFFER_RECORDS_MAX = 2 * POLLED_RECORDS_MAX
"""Room for what is fetched at once: Faust holds back all partitions together where a buffer is full, and lets them go on one
by one. It is emptied each turn of the event loop, into inboxes of their own."""


def directly(append: Append) -> Append:
    """Nothing."""
    return append


class MatchingService:
    """The four verbs of a service; see `services.runtime.worker`.

    Args:
        after_step: told "decide", "append decisions" and "snapshot" as each is done.
        through: what sends go through.
    """

    def __init__(
        self,
        place: Workplace,
        settings: MatchingSettings,
        after_step: AfterStep,
        through: Through,
        **faust_settings: Any,
    ) -> None:
        self._place = place
        self._ends, self._writer = Ends(place.kafka), Writer(place.kafka)
        self._database = connect(place.settings.database_url)
        shared = Shared(
            kafka=place.kafka,
            ends=self._ends,
            append=through(self._writer.append),
            snapshots=DatabaseSnapshots(self._database),
            taxonomy=load_taxonomy(),
            settings=settings,
            health=place.health,
            metrics=place.metrics,
            after_step=after_step,
        )
        self.app = faust_app(place, **{"stream_buffer_maxsize": BUFFER_RECORDS_MAX, **faust_settings})
        self.partitions = Partitions(shared, self)
        self._faust = FaustService(
            self.app, place, topics=(JOURNAL, DECISIONS, QUARANTINE), finish=self.partitions.stop
        )
        self._journal = place.kafka.topic(JOURNAL.name)
        self._listen()

    async def start(self) -> None:
        """Check the cluster, connect and begin to consume.

        Raises:
            ClusterDiffers, ClusterError, LogError: the cluster is not as the code says, or not there.
            DatabaseError: the database is not of this version, or not there.
        """
        (await asyncio.to_thread(ready, self._place.settings.database_url)).dispose()
        await self._ends.start()
        await self._writer.start()
        await self._faust.start()

    async def failed(self) -> None:
        """Wait as long as it works; raise what it cannot go on after."""
        await self._faust.failed()

    async def drain(self) -> None:
        """Take up nothing new, hear of what is on its way, and commit."""
        await self._faust.drain()

    async def stop(self) -> None:
        """Close everything, whatever happened before."""
        await self.partitions.stop()
        await self._faust.stop()
        await self._writer.stop()
        await self._ends.stop()
        self._database.dispose()

    def flow(self, partition: int, may_come: bool) -> None:  # noqa: FBT001 - a valve is open or not
        """Hold back a partition's records, or let them come again."""
        place = faust.types.TP(self._journal, partition)
        if may_come:
            self.app.consumer.resume_partitions({place})
        else:
            self.app.consumer.pause_partitions({place})

    async def go_on_at(self, partition: int, offset: int) -> None:
        """Hand out nothing that lies before this offset any more: it was decided, by whomever."""
        consumer = cast(CommittingConsumer, self.app.consumer)
        await consumer.finished_below(faust.types.TP(self._journal, partition), offset)

    def _listen(self) -> None:
        """What Faust tells: records, and which partitions are ours."""

        async def matching(stream: Any) -> None:
            async for event in stream.events():  # acknowledged as it is handed on: committed offsets are a hint
                self._put(event.message)
                for waiting in _waiting(stream.channel.queue):
                    self._put(waiting.message)
                    waiting.ack()

        async def assigned(*told: Any, **_: Any) -> None:
            await self.partitions.assigned(self._ours(told[-1]))

        async def revoked(*told: Any, **_: Any) -> None:
            await self.partitions.revoked(self._ours(told[-1]))

        self.app.agent(self._faust.channel(JOURNAL), name="matching")(matching)
        self.app.on_partitions_assigned.connect(assigned, weak=False)
        self.app.on_partitions_revoked.connect(revoked, weak=False)

    def _put(self, message: Any) -> None:
        self.partitions.put(_record(message))

    def _ours(self, places: Any) -> list[int]:
        return [place.partition for place in places if place.topic == self._journal]


def build(
    place: Workplace,
    *,
    settings: MatchingSettings | None = None,
    after_step: AfterStep = silently,
    through: Through = directly,
    **faust_settings: Any,
) -> MatchingService:
    """The matching worker of this process; connects nothing.

    Args:
        faust_settings: in place of the house's, for who wants to see a worker given up sooner.
    """
    assert __debug__, "Commonweal stops bugs by its assertions, and `python -O` leaves them out; start without"
    collect_rarely()
    sys.setswitchinterval(SWITCH_S)
    return MatchingService(place, settings or MatchingSettings(), after_step, through, **faust_settings)


def _waiting(queue: Any) -> Iterator[Any]:
    """What came meanwhile. Faust hands out one record a turn of the event loop, and in a turn several cities are decided."""
    while not queue.empty():
        yield queue.get_nowait()


def _record(message: Any) -> Record:
    return Record(
        topic=JOURNAL.name,
        partition=message.partition,
        offset=message.offset,
        stamp_ms=round(message.timestamp * 1_000),
        key=message.key,
        value=message.value,
        headers=(),
    )
