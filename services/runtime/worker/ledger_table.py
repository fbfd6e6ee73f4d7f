"""A ledger (`services.runtime.ledger`, which says in which order effects come) whose rows are kept in a Faust table."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from schemas.decisions import DecisionBlock
from schemas.partitions import PARTITIONS
from schemas.topics import Topic
from services.runtime.ledger import Ledger, Page, decoded
from services.runtime.log.records import NewRecord, Record
from services.runtime.worker.faust_service import Durable, FaustService

T = TypeVar("T")
KEY_SEPARATOR: Final = b"/"


class LedgerTable:
    """The rows of all partitions in this worker's hands, and the fold that changes them.

    Args:
        name: of the table; its changelog is `SERVICE-NAME-changelog` in `schemas/topics.py`.
    """

    def __init__(self, service: FaustService, name: str) -> None:
        self._service = service
        self._table: Any = service.app.Table(name, partitions=PARTITIONS, key_type=bytes, value_type=bytes)
        self._changelog = service.changelog(name)
        self._ledgers: dict[int, Ledger] = {}
        self._durable: dict[int, Durable] = {}
        """Partition → done once everything written to its changelog is acknowledged."""
        self._keys: dict[int, list[str]] | None = None
        service.app.on_partitions_revoked.connect(self._revoked)

    def get(self, key: str, /) -> bytes | None:
        """A row as it was written."""
        row: bytes | None = self._table.data.get(key.encode())
        return row

    def rows(self) -> dict[str, bytes]:
        """All rows of the partitions in this worker's hands, as they stand."""
        return {key.decode(): row for key, row in self._table.data.items()}

    def follow(
        self,
        topic: Topic,
        fold: Callable[[Page, DecisionBlock], T],
        send: Callable[[int, T], Awaitable[None]],
    ) -> None:
        """Fold each block of the topic, in the order of its partition.

        Args:
            send: returns once what the block led to is acknowledged by the broker.
        """

        async def take(record: Record) -> Durable | None:
            partition = record.partition
            ledger = await self._ledger(partition)
            block = decoded(partition, record.offset, record.value)
            step = ledger.take(block, fold)
            if step is None:
                return self._durable.get(partition)
            await send(partition, step.outcome)  # 1
            return await self._write(partition, dict([step.position]) | step.changes)  # 2, 3; 4 is the service's

        self._service.follow(topic, take)

    async def _ledger(self, partition: int) -> Ledger:
        ledger = self._ledgers.get(partition)
        if ledger is None:
            if self._keys is None:
                self._keys = self._keys_by_partition()
            ledger = Ledger(partition, self, self._keys.pop(partition, ()))
            await self._write(partition, ledger.redo())
            self._ledgers[partition] = ledger
        return ledger

    def _keys_by_partition(self) -> dict[int, list[str]]:
        """In one go over the table, however many partitions came at once."""
        found = defaultdict[int, list[str]](list)
        for key in self._table.data:
            found[int(key.partition(KEY_SEPARATOR)[0])].append(key.decode())
        return found

    async def _write(self, partition: int, changes: Mapping[str, bytes | None]) -> Durable:
        """Into the table and, in this order, its changelog: only once what was written there before is acknowledged.

        A row is never in flight after one that failed: otherwise a later position could vouch for rows that are lost.
        """
        before = self._durable.get(partition)
        if before is not None:
            await before
        for key, row in changes.items():
            if row is None:
                self._table.data.pop(key.encode(), None)
            else:
                self._table.data[key.encode()] = row
        records = [NewRecord(row, key.encode()) for key, row in changes.items()]
        durable = self._durable[partition] = asyncio.create_task(
            self._service.send(self._changelog, partition, records)
        )
        return durable

    async def _revoked(self, *_: Any, **__: Any) -> None:
        """Whoever has the partitions next may write: after what is on its way, and nothing remembered counts any more."""
        await asyncio.gather(*self._durable.values(), return_exceptions=True)
        self._ledgers.clear()
        self._durable.clear()
        self._keys = None
