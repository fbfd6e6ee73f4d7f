"""A reader's place in one partition of a Kafka topic."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log.answers import reading
from services.runtime.kafka_log.clients import FETCH_WAIT_MS, reading_client
from services.runtime.log.errors import LogUnreachable
from services.runtime.log.records import Record
from services.runtime.log.seam import READ_BYTES_MAX, READ_RECORDS_MAX

READ_DEADLINE_S = 30.0
"""How long records that are known to be there may take to come."""


class Cursor:
    """Goes through one partition from an offset on. One reader at a time.

    Offsets may be missing on the way: what compaction took, and what marks a transaction, are no records.

    Args:
        offset: of the first record wanted.
    """

    def __init__(self, settings: KafkaSettings, topic: str, partition: int, offset: int) -> None:
        self._settings, self._topic, self._partition = settings, topic, partition
        self._place = TopicPartition(settings.topic(topic), partition)
        self._client: AIOKafkaConsumer | None = None
        self._fetched: deque[Record] = deque()
        self.offset = offset
        """Of the next record, if there is one at it."""

    async def start(self) -> None:
        """Connect.

        Raises:
            LogUnreachable: no broker answered.
        """
        client = reading_client(self._settings)
        with reading(self._topic, self._partition):
            try:
                await client.start()
                client.assign([self._place])
                client.seek(self._place, self.offset)
            except BaseException:
                await client.stop()
                raise
        self._client = client

    async def stop(self) -> None:
        """Let go of the connection. Twice is fine."""
        client, self._client = self._client, None
        if client is not None:
            await client.stop()

    async def read(
        self,
        end: int,
        *,
        records_max: int = READ_RECORDS_MAX,
        bytes_max: int = READ_BYTES_MAX,
        deadline_s: float = READ_DEADLINE_S,
    ) -> list[Record]:
        """The next records before `end`, as many as both bounds allow; waits for the first of them.

        Returns:
            Empty where no record is left before `end`; `offset` then stands at it, or beyond.

        Raises:
            LogUnreachable: the deadline passed, and neither a record nor the end of the log was heard of.
            OffsetOutOfRange: the log begins after `offset`, or ends before it.
        """
        if not self._fetched and self.offset < end:
            await self._fetch(end, deadline_s)
        taken: list[Record] = []
        while self._fetched and self._fetched[0].offset < end and len(taken) < records_max:
            bytes_max -= self._fetched[0].size_bytes
            if taken and bytes_max < 0:
                break
            taken.append(self._fetched.popleft())
            self.offset = taken[-1].offset + 1
        if not taken:
            self.offset = max(self.offset, end)
        return taken

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _fetch(self, end: int, deadline_s: float) -> None:
        """At least one record, or the knowledge that none is left before `end`."""
        client, loop = self._client, asyncio.get_running_loop()
        assert client is not None, "a cursor is started before it is read"
        due_s = loop.time() + deadline_s
        while not self._fetched:
            with reading(self._topic, self._partition):
                found = await client.getmany(self._place, timeout_ms=FETCH_WAIT_MS, max_records=READ_RECORDS_MAX)
                self._fetched += [self._record(one) for one in found.get(self._place, ())]
                if not self._fetched and await client.position(self._place) >= end:
                    return  # the rest was compacted away, or marks a transaction
            if not self._fetched and loop.time() > due_s:
                raise LogUnreachable(
                    f"topic {self._topic}, partition {self._partition}: nothing came of the records from {self.offset} "
                    f"to {end} within {deadline_s:g} s; see that the broker runs, with `commonweal doctor`"
                )

    def _record(self, found: Any) -> Record:
        headers = tuple((name, bytes(content or b"")) for name, content in found.headers)
        return Record(self._topic, self._partition, found.offset, found.timestamp, found.key, found.value, headers)
