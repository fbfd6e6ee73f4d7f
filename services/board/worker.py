"""The board as a process of its own: a Faust agent on the decisions, a lane for each partition, and the query API."""

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import faust
from sqlalchemy import Engine

from schemas.topics import DECISIONS, MATCHES, TOPICS
from services.board.api import document, routes
from services.board.database import DatabaseBoard, DatabaseReader, rebuild_database
from services.board.errors import DATABASE_MADE_ANEW
from services.board.lane import Lane, Room, Surroundings
from services.board.same_history import check_same_history
from services.runtime.database import connect, ready
from services.runtime.kafka_log import KafkaLog, Writer
from services.runtime.log import Record
from services.runtime.topics import check
from services.runtime.worker import FaustService, Workplace, faust_app

__all__ = ["BoardService", "DatabaseBoard", "DatabaseReader", "build", "document", "rebuild_database"]


def build(place: Workplace) -> "BoardService":
    """The board worker of this process; connects nothing."""
    return BoardService(place)


class BoardService:
    """The four verbs of a service; see `services.runtime.worker`."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._engines: list[Engine] = [
            connect(place.settings.database_url),
            connect(place.settings.database_url, reading=True),
        ]
        self._writer = Writer(place.kafka)
        self._log: KafkaLog | None = None
        self._comparing = threading.Lock()
        self.app = faust_app(place)
        self._faust = FaustService(self.app, place, topics=(DECISIONS, MATCHES), finish=self._finish)
        self._around = Surroundings(
            board=DatabaseBoard(self._engines[0]),
            append=self._writer.append,
            open_log=lambda: KafkaLog(place.kafka, TOPICS),
            check_history=self._check_history,
            health=place.health,
            metrics=place.metrics,
            room=Room(),
            stopped=self._hold_back,
        )
        self._lanes: dict[int, Lane] = {}
        self._topic = place.kafka.topic(DECISIONS.name)
        place.routes.extend(routes(self._engines[1]))
        self._listen()

    async def start(self) -> None:
        """Check the cluster and the database, connect and begin to consume.

        Raises:
            ClusterDiffers, ClusterError, LogError: the cluster is not as the code says, or not there.
            DatabaseError: the database is not of this version, or not there.
            BoardAstray: its tables were made of another cluster's decisions, or of another prefix's.
        """
        (await asyncio.to_thread(ready, self._place.settings.database_url)).dispose()
        await asyncio.to_thread(check, self._place.kafka, (DECISIONS.name, MATCHES.name))
        await asyncio.to_thread(self._check_history)
        await self._writer.start()
        await self._faust.start()

    async def failed(self) -> None:
        """Wait as long as it works; raise what it cannot go on after."""
        await self._faust.failed()

    async def drain(self) -> None:
        """Take up nothing new, finish the batches in hand, and commit."""
        await self._faust.drain()

    async def stop(self) -> None:
        """Close everything, whatever happened before."""
        await self._finish()
        await self._faust.stop()
        await self._writer.stop()
        if self._log is not None:
            await asyncio.to_thread(self._log.close)
        for engine in self._engines:
            engine.dispose()

    def _listen(self) -> None:
        """What Faust tells: records, and which partitions are ours."""

        async def board(stream: Any) -> None:
            async for event in stream.events():
                event.message.incref()  # until its lane has finished it
                lane = self._lanes.get(event.message.partition)
                if lane is not None:  # otherwise it is another worker's by now
                    await lane.put(_InHand(event, _record(event.message)))

        async def assigned(*told: Any, **_: Any) -> None:
            ours = self._ours(told[-1])
            await self._give_back(partition for partition in list(self._lanes) if partition not in ours)
            for partition in ours:
                if partition not in self._lanes:
                    self._place.health.took(DECISIONS.name, partition)
                    self._lanes[partition] = Lane(partition, self._around)

        async def revoked(*told: Any, **_: Any) -> None:
            await self._give_back(self._ours(told[-1]))

        self._faust.watch(DECISIONS)
        self.app.agent(self._faust.channel(DECISIONS), name="board")(board)
        self.app.on_partitions_assigned.connect(assigned, weak=False)
        self.app.on_partitions_revoked.connect(revoked, weak=False)

    def _check_history(self, partition: int | None = None) -> None:
        """Compare one partition of the tables with the log, or all of them: any that is another log's spoils all rows."""
        for progress in self._around.board.progress():
            if partition in {None, progress.partition}:
                with self._comparing:
                    self._log = self._log or KafkaLog(self._place.kafka, TOPICS)
                check_same_history(self._log, progress, remedy=DATABASE_MADE_ANEW)

    async def _give_back(self, partitions: Iterable[int]) -> None:
        lanes = [self._lanes.pop(partition) for partition in partitions if partition in self._lanes]
        await asyncio.gather(*(lane.finish() for lane in lanes))

    async def _finish(self) -> None:
        await self._give_back(list(self._lanes))

    def _hold_back(self, partition: int) -> None:
        self.app.consumer.pause_partitions({faust.types.TP(self._topic, partition)})

    def _ours(self, places: Any) -> list[int]:
        return sorted(place.partition for place in places if place.topic == self._topic)


@dataclass(frozen=True, slots=True)
class _InHand:
    """A record that its stream has handed over, and that nobody has finished yet."""

    event: Any
    record: Record

    def finished(self) -> None:
        """Acknowledge it."""
        self.event.ack()


def _record(message: Any) -> Record:
    return Record(
        topic=DECISIONS.name,
        partition=message.partition,
        offset=message.offset,
        stamp_ms=round(message.timestamp * 1_000),
        key=message.key,
        value=message.value,
        headers=(),
    )
