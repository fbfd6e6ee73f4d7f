"""Appending to Kafka topics: a batch lands whole or not at all, and its offset is told."""

import asyncio
import contextlib
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log.answers import writing
from services.runtime.kafka_log.clients import writing_client
from services.runtime.log.errors import BatchRefused
from services.runtime.log.records import NewRecord

SEND_DEADLINE_S = 60.0
"""After this a batch counts as not sent, though it may stand. A broker that restarts is back sooner."""
CLOSE_DEADLINE_S = 5.0
PACKED_FROM_BYTES = 1024 * 1024
"""From this size on a batch travels compressed, and takes a tenth of the room: what a city decides after an outage is
larger than a topic lets in, and could never be written otherwise. Smaller ones are not worth the processor's time."""


class Writer:
    """Appends batches, each to one partition, acknowledged by all replicas. Any task may append meanwhile.

    Within a partition whoever appends waits for the answer before the next append: what follows a failed batch must
    not stand without it. After an error the next append has a client of its own: the old one's numbering is torn.
    """

    def __init__(self, settings: KafkaSettings, *, deadline_s: float = SEND_DEADLINE_S) -> None:
        self._settings = settings
        self._deadline_s = deadline_s
        self._clients: dict[bool, AIOKafkaProducer] = {}
        """One that compresses, once something large was written, and one that does not."""
        self._connecting = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect.

        Raises:
            LogUnwritable: no broker answered.
        """
        await self._connected(packs=False)

    async def append(self, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        """Write a batch: all of it or none, acknowledged by all replicas before this returns.

        Returns:
            The offset of the first record; the others follow it without a gap. Below 0 in the one case that the broker
            knows the batch to stand and forgot where.

        Raises:
            BatchRefused: it is empty, or larger than a batch may be.
            LogUnwritable: it was not acknowledged in time. It may stand all the same.
        """
        with writing(topic, partition):
            client = await self._connected(packs=sum(one.size_bytes for one in records) >= PACKED_FROM_BYTES)
            try:
                async with asyncio.timeout(self._deadline_s):
                    return await self._sent(client, topic, partition, records)
            except BatchRefused:
                raise
            except BaseException:
                self._leave(client)
                raise

    async def stop(self) -> None:
        """Wait for what is on its way, for a bounded time, and let go of the connections. Twice is fine."""
        clients, self._clients = list(self._clients.values()), {}
        await asyncio.gather(*(_closed(client, flush_s=CLOSE_DEADLINE_S) for client in clients))
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def _sent(self, client: AIOKafkaProducer, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        if not records:
            raise BatchRefused(f"topic {topic}, partition {partition}: the batch is empty; append at least one record")
        batch = client.create_batch()
        for index, new in enumerate(records):
            taken = batch.append(timestamp=None, key=new.key, value=new.value, headers=list(new.headers))
            if taken is None:
                raise BatchRefused(
                    f"topic {topic}, partition {partition}: the batch is full before record {index} of {len(records)}; "
                    "append in several"
                )
        batch.close()
        answer = await client.send_batch(batch, self._settings.topic(topic), partition=partition)
        return int((await answer).offset)

    async def _connected(self, *, packs: bool) -> AIOKafkaProducer:
        if packs in self._clients:
            return self._clients[packs]
        async with self._connecting:
            if packs not in self._clients:
                client = writing_client(self._settings, "gzip" if packs else None)
                try:
                    await client.start()
                except BaseException:
                    await client.stop()
                    raise
                self._clients[packs] = client
            return self._clients[packs]

    def _leave(self, client: AIOKafkaProducer) -> None:
        """Nothing new goes by this client; others' batches that are on their way by it may still arrive."""
        for packs, known in list(self._clients.items()):
            if known is client:
                del self._clients[packs]
                leaving = asyncio.get_running_loop().create_task(_closed(client, flush_s=CLOSE_DEADLINE_S))
                self._leaving.add(leaving)
                leaving.add_done_callback(self._leaving.discard)


async def _closed(client: AIOKafkaProducer, flush_s: float) -> None:
    """Give what is on its way a moment; then end the sender, which would go on trying for ever."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(flush_s):
            await client.stop()
            return
    with contextlib.suppress(Exception):
        await client._sender.close()  # noqa: SLF001 - aiokafka has no public way to end one that does not get through
    with contextlib.suppress(Exception):
        await client.client.close()
