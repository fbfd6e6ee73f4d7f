"""What Faust handed out of one partition of the journal and the partition's task has not taken yet."""

import asyncio
from collections import deque
from collections.abc import Callable

from services.runtime.log import Record

RECORDS_MAX = 256
BYTES_MAX = 8 * 1024 * 1024
Flow = Callable[[bool], None]
"""Is told that nothing more may come, and that it may again."""


def freely(may_come: bool) -> None:  # noqa: FBT001 - a valve is open or not
    """Whatever comes may come."""


class Inbox:
    """Bounded by letting go: what finds no room is read from the journal when its turn comes.

    So a partition that stands still keeps nobody waiting, whatever is handed out for it.

    Args:
        flow: is told once it is full, and once half of it or more is free again.
    """

    def __init__(self, flow: Flow = freely, *, records_max: int = RECORDS_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._flow = flow
        self._records_max = records_max
        self._bytes_max = bytes_max
        self._records: deque[Record] = deque()
        self._bytes = 0
        self._wanted = 0
        self._is_held_back = False
        self._grown = asyncio.Event()
        self._is_over = False
        self.end = 0
        """The journal is known to reach at least here."""
        self.heard = 0
        """Behind the last record that was handed out."""

    @property
    def is_full(self) -> bool:
        """What comes now is let go."""
        return len(self._records) >= self._records_max or self._bytes >= self._bytes_max

    @property
    def has_room(self) -> bool:
        """Half of it or more is free."""
        return len(self._records) <= self._records_max // 2 and self._bytes <= self._bytes_max // 2

    def put(self, record: Record) -> None:
        """Keep a record if it may still be wanted and there is room, and know in any case that it is there."""
        self.heard = record.offset + 1
        self.reaches(self.heard)
        if record.offset < self._wanted:
            return
        if not self.is_full:
            self._records.append(record)
            self._bytes += record.size_bytes
        if self.is_full and not self._is_held_back:
            self._is_held_back = True
            self._flow(False)

    def reaches(self, end: int) -> None:
        """Hear where the journal ends."""
        if end > self.end:
            self.end = end
            self._grown.set()

    def take(self, offset: int) -> Record | None:
        """The record at this offset, if it was kept. Those before it are dropped: they are decided already."""
        self._wanted = offset
        while self._records and self._records[0].offset < offset:
            self._pop()
        found = self._pop() if self._records and self._records[0].offset == offset else None
        if self._is_held_back and self.has_room:
            self._is_held_back = False
            self._flow(True)
        return found

    async def grows_beyond(self, offset: int) -> None:
        """Wait until the journal is known to hold a record at this offset, or nobody is to wait any more."""
        while self.end <= offset and not self._is_over:
            self._grown.clear()
            await self._grown.wait()

    def give_up(self) -> None:
        """Who waits for something to come waits no longer."""
        self._is_over = True
        self._grown.set()

    def _pop(self) -> Record:
        record = self._records.popleft()
        self._bytes -= record.size_bytes
        return record
