"""The partitions that are this worker's: a task for each, from the moment it is assigned until it is revoked."""

import asyncio
import logging
from collections.abc import Iterable

from schemas.topics import JOURNAL
from services.matching.history import Standing
from services.matching.metrics import show_waits
from services.matching.partitions.shared import Shared
from services.matching.partitions.source import Source
from services.matching.partitions.task import PartitionTask
from services.runtime.log import LogError, Record

WATCH_S = 1.0
"""How often it is asked where the journal ends: for the lag, and for what nobody handed out."""
log = logging.getLogger("commonweal.matching")


class Partitions:
    """All tasks of a process.

    Args:
        source: hands out the journal.
    """

    def __init__(self, shared: Shared, source: Source) -> None:
        self._shared = shared
        self._source = source
        self._tasks: dict[int, PartitionTask] = {}
        self._known: dict[int, Standing] = {}
        self._watching: asyncio.Task[None] | None = None

    def put(self, record: Record) -> None:
        """Hand a record of the journal to its partition's task; never waits."""
        task = self._tasks.get(record.partition)
        if task is not None:  # else of a partition that was revoked meanwhile
            task.inbox.put(record)

    async def assigned(self, partitions: Iterable[int]) -> None:
        """These are ours from now on, and no others. Each goes on from where its decisions end, whatever is handed out."""
        ours = sorted(partitions)
        await self.revoked([partition for partition in self._tasks if partition not in ours])
        for partition in ours:
            if partition not in self._tasks:
                self._shared.health.took(JOURNAL.name, partition)
                known = self._known.pop(partition, None)
                self._tasks[partition] = PartitionTask(self._shared, self._source, partition, known)
        self._known.clear()  # engines of partitions that are another's now
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="journal-ends")

    async def revoked(self, partitions: Iterable[int]) -> None:
        """These are not ours any more: what is on its way is waited for, for a bounded time; engines are kept at hand."""
        tasks = {partition: self._tasks.pop(partition) for partition in partitions if partition in self._tasks}
        standings = await asyncio.gather(*(task.stop() for task in tasks.values()))
        for partition, standing in zip(tasks, standings, strict=True):
            self._shared.health.gave(JOURNAL.name, partition)
            if standing is not None:
                self._known[partition] = standing

    async def stop(self) -> None:
        """Give up all of them."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        await self.revoked(list(self._tasks))
        self._known.clear()

    async def _watch(self) -> None:
        while True:
            try:
                await self._look()
            except LogError as error:
                log.warning("%s", error)
            waiting = [task.waiting for task in self._tasks.values() if task.waiting is not None]
            show_waits(self._shared.metrics, waiting)
            await asyncio.sleep(WATCH_S)

    async def _look(self) -> None:
        """Tell each task, and `Health`, where its journal ends by now."""
        ends = await self._shared.ends.next_offsets(JOURNAL.name, list(self._tasks) or [0])
        self._shared.health.heard()
        for partition, end in ends.items():
            task = self._tasks.get(partition)
            if task is None:
                continue
            task.inbox.reaches(end)
            self._shared.health.ends(JOURNAL.name, partition, end)
