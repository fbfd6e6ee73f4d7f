"""One partition's task: restore, decide, write, keep; and begin anew after whatever goes wrong."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from schemas.dead_letters import Quarantined
from schemas.topics import DECISIONS, JOURNAL
from services.matching import recovery
from services.matching.canonical import Sealed
from services.matching.history import Standing, journal_record
from services.matching.metrics import Took, count
from services.matching.partitions.inbox import Inbox
from services.matching.partitions.journal import Journal
from services.matching.partitions.restoring import restored, words_of
from services.matching.partitions.shared import Shared
from services.matching.partitions.source import Source
from services.matching.partitions.troubles import trouble
from services.matching.quarantine import EventFailedError
from services.matching.waiting_asks import WaitingAsks
from services.runtime.log import LogError, LogUnwritable, NewRecord, Record
from services.runtime.snapshots import SnapshotError

FINISH_S = 2.0
"""How long a partition that is given up may take to hear of the record on its way."""
PAUSE_S_MIN, PAUSE_S_MAX = 0.1, 30.0
"""Between two tries; each is twice the one before it, as long as nothing is decided in between."""
WORDS_ASKED_S = 1.0
"""How soon an operator's word about an event that failed is heard."""
EVENT_FAILED_PAUSE_S = 600.0
"""Without one it is tried again after this: to find out that nothing changed may mean to restore a city."""
SLOW_S = 0.1
"""A record that took more of the processor than this lets the next ones be decided on a thread. What it waited for the
processor does not count: on a busy machine all would move to threads, share one lock there, and each be slow for it."""
ASIDE_RECORDS = 64
"""So many of the next ones: several rounds' worth. A large town's records are quick between its rounds, and the next round
would stop the event loop."""
SLOW_LOOK_S, SLOW_LOOKS_MAX = 5.0, 120
"""Ten minutes: one that takes longer does not end, and liveness may say so."""
ROUNDS_TO_THE_WIRE = 4
"""Turns of the event loop that a record takes through the client to its socket: the next one is decided meanwhile."""
Decide = Callable[[], tuple[Sealed, float]]
"""A record's decisions, and the processor time they took, in seconds."""
log = logging.getLogger("commonweal.matching")


@dataclass(frozen=True, slots=True)
class _OnItsWay:
    """A decision that was sent and not acknowledged yet."""

    asked: Record
    decided: Sealed
    took: Took
    sending: asyncio.Task[int]


class PartitionTask:
    """Decides one partition as long as it is ours.

    Args:
        known: its engine, if it was ours before; it is gone on with.
    """

    def __init__(self, shared: Shared, source: Source, partition: int, known: Standing | None = None) -> None:
        self.inbox = Inbox(partial(source.flow, partition))
        self.waiting: WaitingAsks | None = None
        """None until it was restored."""
        self._shared = shared
        self._source = source
        self._partition = partition
        self._journal = Journal(shared.kafka, partition, self.inbox)
        self._standing = known
        """None while it is not known to stand where its decisions end."""
        self._on_its_way: _OnItsWay | None = None
        self._reached = 0
        self._aside = 1
        """So many records are decided on a thread before one is decided here again."""
        self._words: Mapping[int, Mapping[int, Quarantined]] = {}
        self._stopping = asyncio.Event()
        self._running = asyncio.create_task(self._run(), name=f"partition-{partition}")

    async def stop(self) -> Standing | None:
        """Take up nothing more, hear of what is on its way, and end.

        Returns:
            The engine, if it is known to stand where its decisions end.
        """
        self._stopping.set()
        self.inbox.give_up()
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await asyncio.shield(self._running)
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running
        return self._standing

    async def _run(self) -> None:
        pause_s, reached = PAUSE_S_MIN, 0
        try:
            while not self._stopping.is_set():
                try:
                    await self._go_on()
                except Exception as error:  # noqa: BLE001 - told with its place; the neighbours go on
                    pause_s = PAUSE_S_MIN if self._reached > reached else min(2 * pause_s, PAUSE_S_MAX)
                    reached = self._reached
                    await self._begin_anew(error, pause_s)
        finally:
            await self._dropped()
            await self._journal.close()

    async def _go_on(self) -> None:
        """Decide one record after the other until told to stop."""
        standing, settings = await self._restored(), self._shared.settings
        while not self._stopping.is_set():
            record = await self._next(standing)
            if record is not None:
                await self._decide(standing, record)
            elif self._on_its_way is not None:
                await self._landed(standing)
            else:
                self._standing = standing
                await self.inbox.grows_beyond(standing.engine.next_offset)
            if standing.is_snapshot_due(settings.snapshot_growth, settings.snapshot_bytes_min):
                await self._landed(standing)
                await self._keep(standing)
        await self._landed(standing)
        self._standing = standing

    async def _next(self, standing: Standing) -> Record | None:
        """The next record, if it is there. Where the journal does not answer, the engine need not be restored for that."""
        try:
            return await self._journal.next(standing.engine.next_offset)
        except LogError:
            await self._landed(standing)
            self._standing = standing
            raise

    async def _restored(self) -> Standing:
        known, self._standing = self._standing, None
        health = self._shared.health
        health.recovering(JOURNAL.name, self._partition)
        async with self._shared.restoring:
            try:
                standing = await restored(self._shared, self._partition, known)
            except LogError:
                self._standing = known  # as far as it came; whole records were folded
                raise
        self._words = await words_of(self._shared, self._partition)
        self.waiting = await asyncio.to_thread(WaitingAsks, standing.engine.state)
        self._reached, self._aside = standing.engine.next_offset, max(self._aside, 1)
        if self.inbox.heard < self._reached:  # to be handed what was decided long ago takes seconds for each day of it
            await self._source.go_on_at(self._partition, self._reached)
        health.ends(JOURNAL.name, self._partition, self.inbox.end, position=self._reached)
        health.recovering(JOURNAL.name, self._partition, on=False)
        health.troubled(JOURNAL.name, self._partition, None)
        return standing

    async def _decide(self, standing: Standing, asked: Record) -> None:
        """Step 2, and the beginning of step 3: the record before this one has landed by then.

        After a start, and for a while after a slow record, on a thread: a large town's neighbours share the processor
        instead of waiting. Otherwise here: to change threads costs milliseconds.
        """
        self._standing = None
        before_ms, began_s = standing.engine.state.clock.now_ms, time.perf_counter()
        decide = partial(_decided, standing, asked, self._words.get(asked.offset))
        decided, cpu_s = await (self._on_a_thread(decide) if self._aside else self._in_turn(decide))
        took = Took(time.perf_counter() - began_s, before_ms)
        self._aside = ASIDE_RECORDS if cpu_s > SLOW_S else max(self._aside - 1, 0)
        self._shared.after_step("decide")
        await self._landed(standing)
        written = [NewRecord(decided.written)]
        sending = asyncio.create_task(self._shared.append(DECISIONS.name, self._partition, written))
        self._on_its_way = _OnItsWay(asked, decided, took, sending)
        for _ in range(ROUNDS_TO_THE_WIRE):
            await asyncio.sleep(0)

    async def _in_turn(self, decide: Decide) -> tuple[Sealed, float]:
        """Decide here and now; whatever else waits for the event loop comes before the next city."""
        async with self._shared.turn:
            decided = decide()
            await asyncio.sleep(0)
        return decided

    async def _on_a_thread(self, decide: Decide) -> tuple[Sealed, float]:
        """Decide beside everything else; it counts as going on for a bounded time."""
        async with self._shared.aside:
            deciding = asyncio.create_task(asyncio.to_thread(decide))
            for _ in range(SLOW_LOOKS_MAX):
                done, _ = await asyncio.wait({deciding}, timeout=SLOW_LOOK_S)
                if done:
                    break
                self._shared.health.moved(JOURNAL.name, self._partition)
            return await deciding

    async def _landed(self, standing: Standing) -> None:
        """Step 3: what is on its way stands where the decisions ended, or this engine is not to be trusted."""
        sent = self._on_its_way
        if sent is None:
            return
        offset = await asyncio.shield(sent.sending)
        self._on_its_way = None
        standing.wrote(offset, [sent.decided])
        self._reached = sent.asked.offset + 1
        self._shared.after_step("append decisions")
        self._shared.health.done(JOURNAL.name, self._partition, sent.asked.offset, sent.asked.stamp_ms)
        count(self._shared.metrics, standing.engine, sent.decided.block, sent.took)
        if self.waiting is not None:
            self.waiting.hear(standing.engine.state, sent.decided.block.facts)

    async def _keep(self, standing: Standing) -> None:
        """Step 5. The engine stands still meanwhile, its neighbours do not."""
        if self._shared.snapshots is None:
            return
        began_s = time.perf_counter()
        try:
            size_bytes = await asyncio.to_thread(
                recovery.keep, self._shared.snapshots, self._partition, standing.engine
            )
        except SnapshotError as error:
            log.warning("partition %d: no snapshot was kept, it is due again later: %s", self._partition, error)
            standing.kept(standing.snapshot_bytes)
            return
        standing.kept(size_bytes)
        self._shared.metrics.snapshot_seconds.observe(time.perf_counter() - began_s)
        self._shared.metrics.snapshot_bytes.set(size_bytes)
        self._shared.after_step("snapshot")

    async def _begin_anew(self, error: Exception, pause_s: float) -> None:
        """Throw the engine away unless it is known to stand, say why, and wait until trying again may help."""
        await self._dropped()
        found = trouble(self._partition, error)
        if self._standing is None:
            self._shared.metrics.engines_dropped.inc(reason=found.reason)
        if isinstance(error, LogUnwritable):
            self._shared.metrics.send_errors.inc()
        log.log(logging.ERROR if found.stopped else logging.WARNING, "%s", found.sentence, exc_info=found.unknown)
        if found.stopped:
            self._shared.health.troubled(JOURNAL.name, self._partition, found.sentence)
            pause_s = PAUSE_S_MAX
        changes = self._words_change() if isinstance(error, EventFailedError) else asyncio.sleep(pause_s)
        await _first_of(changes, self._stopping.wait())

    async def _words_change(self) -> None:
        """An operator says something about this partition, or a while passes."""
        due_s = time.monotonic() + EVENT_FAILED_PAUSE_S
        while time.monotonic() < due_s:
            await asyncio.sleep(WORDS_ASKED_S)
            with suppress(LogError):
                if await words_of(self._shared, self._partition) != self._words:
                    return

    async def _dropped(self) -> None:
        """The engine may be in two minds if anything is on its way: what the log says by then counts."""
        sent, self._on_its_way = self._on_its_way, None
        if sent is None:
            return
        self._standing = None
        await asyncio.wait({sent.sending}, timeout=FINISH_S)
        sent.sending.cancel()
        await asyncio.gather(sent.sending, return_exceptions=True)


def _decided(standing: Standing, asked: Record, words: Mapping[int, Quarantined] | None) -> tuple[Sealed, float]:
    """A record's decisions, and the processor time they took of this thread, in seconds."""
    began_s = time.thread_time()
    return standing.engine.decide(journal_record(asked), words), time.thread_time() - began_s


async def _first_of(*waiting: Coroutine[Any, Any, object]) -> None:
    tasks = [asyncio.create_task(one) for one in waiting]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
