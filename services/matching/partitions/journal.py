"""The journal of one partition as its task reads it: from the inbox, and from the log where the inbox let go."""

from collections import deque

from schemas.topics import JOURNAL
from services.matching.partitions.inbox import Inbox
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import Cursor
from services.runtime.log import LogError, Record


class Journal:
    """The next records, in their order, wherever they come from."""

    def __init__(self, kafka: KafkaSettings, partition: int, inbox: Inbox) -> None:
        self._kafka = kafka
        self._partition = partition
        self._inbox = inbox
        self._cursor: Cursor | None = None
        self._read: deque[Record] = deque()

    async def next(self, offset: int) -> Record | None:
        """The record at this offset; None where the journal is not known to hold it yet.

        Raises:
            LogError: the log did not answer, or has no such record.
        """
        found = self._inbox.take(offset) or self._taken(offset)
        if found is None and self._inbox.end > offset:
            found = await self._fetched(offset)
        return found

    async def close(self) -> None:
        """Let go of the connection. Twice is fine."""
        cursor, self._cursor = self._cursor, None
        self._read.clear()
        if cursor is not None:
            await cursor.stop()

    def _taken(self, offset: int) -> Record | None:
        while self._read and self._read[0].offset < offset:
            self._read.popleft()
        if self._read and self._read[0].offset == offset:
            return self._read.popleft()
        return None

    async def _fetched(self, offset: int) -> Record:
        if self._cursor is not None and self._cursor.offset != offset:
            await self.close()
        if self._cursor is None:
            self._cursor = Cursor(self._kafka, JOURNAL.name, self._partition, offset)
            await self._cursor.start()
        self._read += await self._cursor.read(self._inbox.end)
        found = self._taken(offset)
        if found is None:
            raise LogError(
                f"partition {self._partition}: the journal has no record {offset}, and ends at {self._inbox.end}; it is "
                "not as it was written: restore it from a backup"
            )
        return found
