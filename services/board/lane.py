"""One partition of the decisions on its way into the board, by a task of its own: a slow or stopped one holds up nobody.

Its steps, in this order, the same here, in docs/board.md and in the runbooks:

1. take: records of the decisions lie in the lane, held but not acknowledged.
   Killed here: nothing has happened; they come again.
2. apply: their blocks are folded into the tables; rows and source in one transaction.
   Killed here: what was committed is dropped when it comes again, and its matches are told at the next start.
3. tell: the matches that changed go to the `matches` topic, and are acknowledged by it.
   Killed here: some are told twice; the topic is compacted, and says the same.
4. acknowledge: the records are done; their offsets are committed from time to time.
   Killed here: they come again, and are dropped.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TypeVar

from schemas.decisions import DecisionBlock
from schemas.topics import DECISIONS
from services.board.database.writer import Applied, DatabaseBoard
from services.board.decisions import batches, decoded
from services.board.errors import BoardError, BoardGap, BoardUnwritable
from services.board.telling_partners import Append, Partners
from services.runtime.log import Log, LogError, Record
from services.runtime.metrics import Metrics
from services.runtime.worker import Health

RECORDS_MAX: Final = 256
BYTES_MAX: Final = 4 * 1024 * 1024
"""What is applied in one transaction."""
WAITING_MAX: Final = 512
WAITING_BYTES_MAX: Final = 64 * 1024 * 1024
"""Records that wait in a lane, and their bytes in all lanes; the agent then waits, and Faust fetches no more."""
RETRY_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Between one try and the next where the database or the topic does not answer; the last one from then on."""
FINISH_S: Final = 10.0
"""How long a batch that is under way may take when the partition goes to another worker."""
T = TypeVar("T")
log = logging.getLogger("commonweal.board")


class Held(Protocol):
    """A record in hand, to be acknowledged once it is finished."""

    @property
    def record(self) -> Record:
        """The record."""

    def finished(self) -> None:
        """It will not come again."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all lanes of a worker stand on."""

    board: DatabaseBoard
    append: Append
    open_log: Callable[[], Log]
    """The whole log, for blocks that nobody hands out again. Whoever opens it closes it."""
    check_history: Callable[[int], None]
    """Raises `BoardAstray` where a partition of the tables was made of another log than the one that is followed."""
    health: Health
    metrics: Metrics
    room: "Room"
    stopped: Callable[[int], None]
    """Is told a partition whose records need not come any more."""


class Room:
    """What lies in all lanes together, in bytes. One record is let in whatever its size."""

    def __init__(self, bytes_max: int = WAITING_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._freed = asyncio.Event()

    async def take(self, size_bytes: int) -> None:
        """Wait until there is room."""
        while self._bytes and self._bytes + size_bytes > self._bytes_max:
            self._freed.clear()
            await self._freed.wait()
        self._bytes += size_bytes

    def free(self, size_bytes: int) -> None:
        """A record is out of its lane."""
        self._bytes -= size_bytes
        self._freed.set()


class Lane:
    """A partition in this worker's hands, from when it is assigned until it is given back."""

    def __init__(self, partition: int, around: Surroundings) -> None:
        self._partition = partition
        self._around = around
        self._partners = Partners(partition, around.append)
        self._waiting: asyncio.Queue[Held] = asyncio.Queue(WAITING_MAX)
        self._next_source = 0
        self._sent = self._sent_at_start = 0
        self._is_open = True
        self._finishing = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"board-{partition}")

    async def put(self, held: Held) -> None:
        """Hand a record over; waits while the lane is full. One that is closed lets it go, unacknowledged."""
        if self._is_open:
            await self._around.room.take(held.record.size_bytes)
            await self._waiting.put(held)
        if not self._is_open:
            self._close()  # it was closed while this one waited

    async def finish(self) -> None:
        """Finish the batch in hand, for a bounded time, and remember what was told. The rest comes again to the next."""
        self._close()
        self._finishing.set()
        try:
            async with asyncio.timeout(FINISH_S):
                await asyncio.wait({self._task})
        except TimeoutError:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _close(self) -> None:
        self._is_open = False
        while not self._waiting.empty():
            self._around.room.free(self._waiting.get_nowait().record.size_bytes)

    async def _run(self) -> None:
        try:
            await self._begin()
            while (taken := await self._taken()) is not None:
                await self._finish_batch(taken)
            await self._certainly(lambda: asyncio.to_thread(self._remember))
        except (BoardError, LogError) as error:
            self._stop(error)
        except Exception as error:
            log.exception("partition %d of the decisions stopped", self._partition)
            self._stop(error)

    def _stop(self, error: Exception) -> None:
        """Loudly, and alone: readiness says why, and the other partitions go on."""
        if self._finishing.is_set():
            return  # it is the next worker's
        sentence = (
            str(error) if isinstance(error, BoardError | LogError) else f"a bug, {type(error).__name__}; see the log"
        )
        log.error("partition %d of the decisions stands still: %s", self._partition, sentence)
        self._around.health.troubled(DECISIONS.name, self._partition, sentence)
        self._close()
        self._around.stopped(self._partition)

    async def _begin(self) -> None:
        """Find out where the tables stand, and tell what whoever had the partition before may not have told."""
        self._around.health.recovering(DECISIONS.name, self._partition)
        board = self._around.board
        await self._check_history()
        self._next_source = await self._certainly(lambda: asyncio.to_thread(board.next_source, self._partition))
        self._sent = await self._certainly(lambda: asyncio.to_thread(board.sent, self._partition))
        self._sent_at_start = self._sent
        await self._tell_since(self._sent)
        self._around.health.recovering(DECISIONS.name, self._partition, on=False)

    async def _check_history(self) -> None:
        """Rows of two logs in one table would make sense to nobody, and no later block would show it."""
        await self._certainly(lambda: asyncio.to_thread(self._around.check_history, self._partition))

    async def _taken(self) -> list[Held] | None:
        """Step 1: the next records, as many as wait and go into one transaction; None: nothing more is taken."""
        first = asyncio.ensure_future(self._waiting.get())
        finishing = asyncio.ensure_future(self._finishing.wait())
        await asyncio.wait({first, finishing}, return_when=asyncio.FIRST_COMPLETED)
        finishing.cancel()
        if not first.done() or self._finishing.is_set():
            first.cancel()
            return None
        taken, room = [first.result()], BYTES_MAX - first.result().record.size_bytes
        while len(taken) < RECORDS_MAX and room > 0 and not self._waiting.empty():
            taken.append(self._waiting.get_nowait())
            room -= taken[-1].record.size_bytes
        return taken

    async def _finish_batch(self, taken: Sequence[Held]) -> None:
        """Steps 2 to 4."""
        blocks = await asyncio.to_thread(lambda: [decoded(held.record) for held in taken])
        if blocks[0].source > self._next_source:
            await self._fill(blocks[0].source)
        await self._apply_and_tell(blocks)
        for held in taken:
            held.finished()
            self._around.room.free(held.record.size_bytes)
        last = taken[-1].record
        self._around.health.done(DECISIONS.name, self._partition, last.offset, last.stamp_ms)

    async def _apply_and_tell(self, blocks: Sequence[DecisionBlock]) -> None:
        expected = sum(block.source >= self._next_source for block in blocks)
        applied = await self._certainly(lambda: asyncio.to_thread(self._apply, blocks))
        self._next_source = applied.next_source
        if applied.blocks == expected:
            await self._tell(applied)
        else:  # another worker applied them, and it may not have come to telling
            await self._check_history()
            await self._tell_since(self._sent)

    def _apply(self, blocks: Sequence[DecisionBlock]) -> Applied:
        """Step 2."""
        applied = self._around.board.apply_all(self._partition, blocks, sent=self._sent)
        for table, rows in applied.rows.items():
            self._around.metrics.board_rows.inc(rows, table=table)
        return applied

    async def _tell(self, applied: Applied) -> None:
        """Step 3."""
        alone = await self._certainly(lambda: self._partners.tell(applied.matches, applied.next_source))
        if not alone:
            await self._tell_since(self._sent_at_start)
        self._sent = applied.next_source

    async def _tell_since(self, source: int) -> None:
        """Tell every match that blocks from `source` on spoke of, as it stands now."""
        telling = self._around.board.matches_since(self._partition, source)
        while (some := await asyncio.to_thread(next, telling, None)) is not None:
            await self._certainly(partial(self._partners.tell, some.rows, some.next_source))
            self._around.health.moved(DECISIONS.name, self._partition)
        self._sent = max(self._sent, self._next_source)

    async def _fill(self, source: int) -> None:
        """Apply from the log what nobody hands out again: the tables were set back, or made anew.

        Raises:
            BoardGap: the log does not hold it either.
        """
        log.info("partition %d: reading the decisions from source %d on", self._partition, self._next_source)
        self._around.health.recovering(DECISIONS.name, self._partition)
        reading = await asyncio.to_thread(self._around.open_log)
        try:
            found = batches(reading, self._partition, self._next_source)
            while self._next_source < source:
                blocks = await asyncio.to_thread(next, found, None)
                if blocks is None:
                    raise BoardGap(self._partition, self._next_source, source)
                await self._apply_and_tell([block for block in blocks if block.source < source])
        finally:
            await asyncio.to_thread(reading.close)
        self._around.health.recovering(DECISIONS.name, self._partition, on=False)

    async def _certainly(self, action: Callable[[], Awaitable[T]]) -> T:
        """Try until it is done: a database or a topic that is away comes back, and nothing is lost meanwhile."""
        tries = 0
        while True:
            try:
                done = await action()
            except (BoardUnwritable, LogError) as error:
                if self._finishing.is_set():
                    raise
                if tries == 0:
                    log.warning("partition %d of the decisions waits: %s", self._partition, error)
                self._around.health.troubled(DECISIONS.name, self._partition, str(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._finishing.wait(), RETRY_S[min(tries, len(RETRY_S) - 1)])
                tries += 1
            else:
                if tries:
                    self._around.health.troubled(DECISIONS.name, self._partition, None)
                return done

    def _remember(self) -> None:
        self._around.board.remember_sent(self._partition, self._sent)
