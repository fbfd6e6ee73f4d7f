"""Intake as a worker on Kafka: from the inbound topics to the journal, in batches.

It cuts as the embedded shell does, and orders its effects so that nothing is lost; what comes twice, the engine drops:

1. read the inbound topics into lanes, one per partition;
2. cut a lane, if nothing of it is under way: blocks for its journal, and dead letters for what is no event
   (killed here: nothing has happened, the same records are read again);
3. send both, and wait until all replicas have them (killed here: they come twice);
4. count the records as done, and commit that every second (killed before: they come twice).

One cut of a lane is under way at a time, so that nothing overtakes what failed; whatever fails, its lane alone is read
again from where it is done. Blocks are written only while the group certainly knows us as the partition's holder.
"""

import asyncio
import logging
import time
from collections.abc import Collection, Sequence
from typing import Final

from schemas.journal import Tick
from schemas.topics import DEAD_LETTERS, INBOUND, JOURNAL
from services.intake.blocks import Unusable, encode
from services.intake.breaker import Breaker
from services.intake.inbound import as_sent, source_of
from services.intake.inbox import Inbox
from services.intake.lanes import Lane, Ready
from services.intake.limited import limited
from services.intake.outbox import Outbox, SendError, Sending
from services.intake.settings import IntakeWorkerSettings
from services.runtime.collector import collect_rarely
from services.runtime.database import DatabaseSealingKeys, connect, ready
from services.runtime.log import NewRecord, wall_clock
from services.runtime.sealing import Sealing
from services.runtime.sealing_keys import DeadLetterError
from services.runtime.topics import check
from services.runtime.worker import Workplace

IDLE_WAIT_S: Final = 0.2
RETRY_S: Final = 1.0
LOOK_AROUND_S: Final = 2.0
PURGE_AGAIN_S: Final = 60.0
NEVER: Final = float("inf")
ARRIVING_S: Final = 10.0
"""How long partitions that go to another worker wait for what is under way; a session is longer."""

log = logging.getLogger("commonweal.intake")


def build(place: Workplace) -> "IntakeWorker":
    """The service, not connected yet.

    Raises:
        IntakeSettingsError: the environment is not in order.
    """
    collect_rarely()
    return IntakeWorker(place, IntakeWorkerSettings.from_environment(place.env))


class IntakeWorker:
    """One member of intake's group. See `services.runtime.worker.Service` for its verbs."""

    def __init__(self, place: Workplace, settings: IntakeWorkerSettings) -> None:
        self._place = place
        self._settings = settings
        self._inbox = Inbox(place.kafka, settings, place.health, self._arrived, session_s=place.settings.session_s)
        self._outbox = Outbox(place.kafka)
        self._database = connect(place.settings.database_url)
        self._sealing = Sealing(DatabaseSealingKeys(self._database), wall_clock)
        self._read = limited(Breaker(settings.limits))
        self._flights: dict[Lane, asyncio.Task[None]] = {}
        self._troubles: dict[Lane, float] = {}
        """Lanes that something went wrong in, and when they may go on."""
        self._told: dict[tuple[Lane, str], int] = {}
        """Ends as health heard them last."""
        self._is_draining = False
        self._commit_s = self._look_s = 0.0
        self._running: asyncio.Task[None] | None = None
        self._purging: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Check the topics, connect, and begin to read.

        Raises:
            ClusterDiffers: the cluster's topics are not those of the code.
            DatabaseError: the database, where the keys of dead letters are, is not of this version, or not there.
            KafkaError: no broker answers, or refuses us.
        """
        (await asyncio.to_thread(ready, self._place.settings.database_url)).dispose()
        names = [topic.name for topic in (*INBOUND, JOURNAL, DEAD_LETTERS)]
        await asyncio.to_thread(check, self._place.kafka, names)
        await self._outbox.start()
        await self._inbox.start()
        self._running = asyncio.create_task(self._run())

    async def failed(self) -> None:
        """Wait as long as it works; raise what it cannot go on after."""
        assert self._running is not None, "it was started"
        await asyncio.shield(self._running)

    async def drain(self) -> None:
        """Read no more, finish what is under way, commit."""
        self._is_draining = True
        await self._ended(self._running)
        await self._arrived(self._inbox.lanes.values())
        await self._inbox.commit()

    async def stop(self) -> None:
        """Leave the group and close; what is under way is left alone."""
        self._is_draining = True
        for task in (self._running, *self._flights.values()):
            await self._ended(task)
        await self._ended(self._purging)
        await self._inbox.stop()
        await self._outbox.stop()
        self._database.dispose()

    async def _ended(self, task: asyncio.Task[None] | None) -> None:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            counts = await self._inbox.read(self._wait_s())
            for topic, count in counts.items():
                self._place.metrics.events_received.inc(count, topic=topic)
            for lane in list(self._inbox.lanes.values()):
                await self._take_off(lane)
            await self._see_to(time.monotonic())

    def _wait_s(self) -> float:
        """How long to wait for records: until the next cut is due."""
        now_s, linger_s = time.monotonic(), self._settings.linger_ms / 1_000
        waits = [
            linger_s if lane in self._flights or lane in self._troubles else lane.due_s - now_s
            for lane in self._inbox.lanes.values()
            if lane.due_s is not None
        ]
        return max(min(waits, default=IDLE_WAIT_S), 0.0)

    async def _take_off(self, lane: Lane) -> None:
        """Step 2, and the beginning of step 3, if it is time."""
        now_s = time.monotonic()
        if lane.due_s is None or lane.due_s > now_s or not self._may_write(lane, now_s):
            return
        drained, is_fresh = await self._inbox.drained(lane)
        try:
            ready = lane.cut(now_s, drained=drained, caught_up=is_fresh, read=self._read)
        except Exception as error:
            log.exception("partition %d: its records cannot be cut", lane.partition)
            self._trouble(lane, f"its records cannot be cut ({error}); see the log, and start anew", NEVER)
            return
        self._inbox.make_room(lane)
        if ready is not None:
            self._flights[lane] = asyncio.create_task(self._fly(lane, ready))

    def _may_write(self, lane: Lane, now_s: float) -> bool:
        return (
            lane not in self._flights
            and not self._is_draining
            and self._troubles.get(lane, now_s) <= now_s
            and self._inbox.is_settled
            and self._inbox.is_member()
        )

    async def _fly(self, lane: Lane, ready: Ready) -> None:
        """Steps 3 and 4 of one cut; then the next one, if it waits."""
        blocks = [
            written
            for block, written in zip(ready.cut.blocks, ready.cut.written, strict=True)
            if block.events or (block.caught_up and self._is_silent(lane, time.monotonic()))
        ]
        if await self._send(lane, blocks, ready.cut.rejects):
            lane.finish(ready.last)
            if self._inbox.holds(lane):
                for topic, record in ready.last.items():
                    self._place.health.done(topic, lane.partition, record.offset, record.stamp_ms)
                await self._take_off(lane)

    async def _send(self, lane: Lane, blocks: Sequence[bytes], rejects: Sequence[Unusable] = ()) -> bool:
        """Make it durable; if that fails, the lane is read again from where it is done."""
        try:
            letters = await asyncio.to_thread(self._letters, rejects, lane.partition) if rejects else []
            journal = [(JOURNAL.name, lane.partition, NewRecord(written)) for written in blocks]
            await self._outbox.send([*letters, *journal])
        except (SendError, DeadLetterError) as error:
            self._place.metrics.send_errors.inc(len(blocks) + len(rejects))
            self._trouble(lane, f"{error}; its records are read again", time.monotonic() + RETRY_S)
            self._inbox.rewind([lane])
            return False
        finally:
            self._flights.pop(lane, None)
        if self._troubles.pop(lane, None) is not None:
            self._place.health.troubled(JOURNAL.name, lane.partition, None)
        for reject in rejects:
            self._place.metrics.dead_letters.inc(reason=reject.why.reason.value.replace("_", "-"))
        if blocks:
            self._place.metrics.blocks_written.inc(len(blocks))
            self._inbox.with_events.add(lane.partition)
            lane.written_s = time.monotonic()
        return True

    def _trouble(self, lane: Lane, sentence: str, until_s: float) -> None:
        log.warning("partition %d: %s", lane.partition, sentence)
        if not self._inbox.holds(lane):
            return  # whoever holds it now will see for itself
        self._troubles[lane] = until_s
        self._place.health.troubled(JOURNAL.name, lane.partition, f"partition {lane.partition}: {sentence}")

    def _letters(self, rejects: Sequence[Unusable], partition: int) -> list[Sending]:
        """Sealed on a thread: the first letter of a day asks the database for its key."""
        return [self._letter(reject, partition) for reject in rejects]

    def _letter(self, reject: Unusable, partition: int) -> Sending:
        record = reject.record
        letter = self._sealing.letter(
            as_sent(record),
            origin=f"{record.topic}/{record.partition}/{record.offset}",
            reason=reject.why.reason.value,
            sentence=reject.why.detail,
            source=source_of(record),
            received_ms=record.stamp_ms or None,
        )
        return DEAD_LETTERS.name, partition, letter

    async def _see_to(self, now_s: float) -> None:
        """What is done by the second: commits, ticks, and what the operator sees."""
        if now_s - self._commit_s >= self._settings.commit_ms / 1_000:
            self._commit_s = now_s
            await self._inbox.commit()
        if now_s - self._look_s >= LOOK_AROUND_S:
            self._look_s = now_s
            await self._write_ticks(now_s)
            self._report()
            if self._purging is None or self._purging.done():
                self._purging = asyncio.create_task(self._purge())
            if not self._inbox.lanes and await self._inbox.is_heard_of():
                self._place.health.heard()

    async def _purge(self) -> None:
        """Keys die on their day, whether letters come or not."""
        try:
            await asyncio.to_thread(self._sealing.purge_daily)
        except DeadLetterError as error:
            log.warning("keys of dead letters whose time is up are destroyed later: %s", error)
            await asyncio.sleep(PURGE_AGAIN_S)

    async def _write_ticks(self, now_s: float) -> None:
        """Into every partition that has had events, holds none, and fell silent."""
        for lane in list(self._inbox.lanes.values()):
            if lane.due_s is None and self._is_silent(lane, now_s) and self._may_write(lane, now_s):
                drained, is_fresh = await self._inbox.drained(lane)
                if is_fresh and len(drained) == len(INBOUND):
                    tick = encode(Tick(inbound=lane.taken))
                    self._flights[lane] = asyncio.create_task(self._tick(lane, tick))

    async def _tick(self, lane: Lane, tick: bytes) -> None:
        await self._send(lane, [tick])

    def _is_silent(self, lane: Lane, now_s: float) -> bool:
        had_events = lane.partition in self._inbox.with_events
        return had_events and now_s - lane.written_s >= self._settings.tick_after_ms / 1_000

    def _report(self) -> None:
        """Tell health where each partition ends; of those where nothing happened, one, so that it hears of the cluster."""
        self._troubles = {lane: until_s for lane, until_s in self._troubles.items() if self._inbox.holds(lane)}
        before, self._told = self._told, {}
        is_heard = False
        for lane in self._inbox.lanes.values():
            for topic, next_offset in lane.done.items():
                end = self._inbox.end(topic, lane.partition)
                if end is None:
                    continue
                self._told[lane, topic] = end
                fresh = not is_heard and self._inbox.is_fresh(topic, lane.partition)
                is_heard = is_heard or fresh
                if fresh or end != next_offset or before.get((lane, topic)) != end:
                    self._place.health.ends(topic, lane.partition, end, next_offset, fresh=fresh)

    async def _arrived(self, lanes: Collection[Lane]) -> None:
        """Wait for what is under way, as far as there is time."""
        flights = [self._flights[lane] for lane in lanes if lane in self._flights]
        if flights:
            await asyncio.wait(flights, timeout=ARRIVING_S)
