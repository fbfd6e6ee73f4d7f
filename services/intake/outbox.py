"""The outbox: what intake sends to the cluster, each record acknowledged by all replicas or an error.

The producer is idempotent: its broker takes a partition's records in the order in which they were sent, each once, and
takes none after one that failed. After any failure the producer is thrown away, since nobody knows any more what its
broker would take next; what was under way through it for other partitions still arrives.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from services.intake.closing import close
from services.runtime.kafka import REQUEST_BYTES_MAX, KafkaSettings
from services.runtime.log import NewRecord

BATCH_BYTES_MAX: Final = 1024 * 1024
"""Several small blocks of a partition travel together; one that is larger travels alone."""
REQUEST_TIMEOUT_MS: Final = 30_000
LEAVING_S: Final = 1.0
OLD_PRODUCER_S: Final = 60.0
"""How long a producer that failed may still deliver what was under way."""

Sending = tuple[str, int, NewRecord]
"""Topic without the installation's prefix, partition, and the record."""


class SendError(Exception):
    """Not all of it was acknowledged; what came to stand in the log all the same comes twice, and is dropped."""


class Outbox:
    """Sends. One event loop."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._producer: Any = None
        self._failed = False
        self._renewing = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect.

        Raises:
            KafkaError: no broker answers.
        """
        self._producer = await self._connected()

    async def send(self, sendings: Sequence[Sending]) -> None:
        """Send, and wait until all of it is durable.

        Raises:
            SendError: it is not. Nothing of it was left under way.
        """
        producer = await self._working()
        waiting = []
        try:
            for topic, partition, record in sendings:
                sent = await producer.send(
                    self._kafka.topic(topic),
                    record.value,
                    key=record.key,
                    partition=partition,
                    headers=list(record.headers),
                )
                waiting.append(sent)
        except Exception as error:
            await asyncio.gather(*waiting, return_exceptions=True)
            raise self._failing(producer, error) from error
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise self._failing(producer, outcome) from outcome

    async def stop(self) -> None:
        """Let go of what is not acknowledged, and close."""
        for task in self._closing:
            task.cancel()
        if self._producer is not None:
            await close(self._producer, LEAVING_S)
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _connected(self) -> Any:
        producer = AIOKafkaProducer(
            **self._kafka.for_aiokafka(),
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=BATCH_BYTES_MAX,
            max_request_size=REQUEST_BYTES_MAX,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    async def _working(self) -> Any:
        async with self._renewing:
            if self._failed:
                self._retire(self._producer)
                try:
                    self._producer = await self._connected()
                except Exception as error:
                    raise SendError(f"no broker answers ({error})") from error
                self._failed = False
            return self._producer

    def _failing(self, producer: Any, error: BaseException) -> SendError:
        if producer is self._producer:
            self._failed = True
        return SendError(f"not acknowledged: {type(error).__name__} {error}")

    def _retire(self, producer: Any) -> None:
        """Close it once what others sent through it is through."""
        task = asyncio.create_task(close(producer, OLD_PRODUCER_S))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
