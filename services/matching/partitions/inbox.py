"""What Faust handed out of one partition of the journal and the partition's task has not taken yet."""

import asyncio
from collections import deque

from services.runtime.log import Record

RECORDS_MAX = 64
BYTES_MAX = 8 * 1024 * 1024


class Inbox:
    """Bounded by letting go: what finds no room is read from the journal when its turn comes.

    So a partition that stands still keeps nobody waiting, whatever is handed out for it.
    """

    def __init__(self, records_max: int = RECORDS_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._records_max = records_max
        self._bytes_max = bytes_max
        self._records: deque[Record] = deque()
        self._bytes = 0
        self._grown = asyncio.Event()
        self._is_over = False
        self.end = 0
        """The journal is known to reach at least here."""

    @property
    def is_full(self) -> bool:
        """What comes now is let go."""
        return len(self._records) >= self._records_max or self._bytes >= self._bytes_max

    @property
    def has_room(self) -> bool:
        """Half of it or more is free again."""
        return len(self._records) <= self._records_max // 2 and self._bytes <= self._bytes_max // 2

    def put(self, record: Record) -> None:
        """Keep a record if there is room, and know in any case that it is there."""
        self.reaches(record.offset + 1)
        if not self.is_full:
            self._records.append(record)
            self._bytes += record.size_bytes

    def reaches(self, end: int) -> None:
        """Hear where the journal ends."""
        if end > self.end:
            self.end = end
            self._grown.set()

    def take(self, offset: int) -> Record | None:
        """The record at this offset, if it was kept. Those before it are dropped: they are decided already."""
        while self._records and self._records[0].offset < offset:
            self._pop()
        if self._records and self._records[0].offset == offset:
            return self._pop()
        return None

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
