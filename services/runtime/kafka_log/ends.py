"""Where partitions begin and end, asked for many at once."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log.answers import connecting, reading
from services.runtime.kafka_log.clients import reading_client


class Ends:
    """One connection that asks for offsets. `async with Ends(settings) as ends:`; any task may ask meanwhile."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._client: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        """Connect.

        Raises:
            LogUnreachable: no broker answered.
        """
        client = reading_client(self._settings)
        async with connecting(self._settings):
            try:
                await client.start()
            except BaseException:
                await client.stop()
                raise
        self._client = client

    async def stop(self) -> None:
        """Let go of the connection. Twice is fine."""
        client, self._client = self._client, None
        if client is not None:
            await client.stop()

    async def next_offsets(self, topic: str, partitions: Iterable[int]) -> Mapping[int, int]:
        """The offset that the next record of each partition will get.

        Raises:
            LogError: the broker did not answer, or has no such topic.
        """
        wanted = self._wanted(topic, partitions)
        with reading(topic):
            found = await self._connected().end_offsets(wanted)
        return {place.partition: offset for place, offset in found.items()}

    async def first_offsets(self, topic: str, partitions: Iterable[int]) -> Mapping[int, int]:
        """The offset of the first record that each partition still has, or will have.

        Raises:
            LogError: the broker did not answer, or has no such topic.
        """
        wanted = self._wanted(topic, partitions)
        with reading(topic):
            found = await self._connected().beginning_offsets(wanted)
        return {place.partition: offset for place, offset in found.items()}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _wanted(self, topic: str, partitions: Iterable[int]) -> list[TopicPartition]:
        return [TopicPartition(self._settings.topic(topic), partition) for partition in partitions]

    def _connected(self) -> AIOKafkaConsumer:
        assert self._client is not None, "Ends is started before it is asked"
        return self._client
