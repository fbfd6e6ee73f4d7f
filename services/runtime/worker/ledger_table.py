"""A ledger (`services.runtime.ledger`, which says in which order effects come) whose rows are kept in a Faust table."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar, cast

from schemas.decisions import DecisionBlock
from schemas.partitions import PARTITIONS
from schemas.topics import Topic
from services.runtime.ledger import POSITION, Ledger, Page, Restoring, decoded, source_of
from services.runtime.log.records import NewRecord, Record
from services.runtime.worker.faust_service import Durable, FaustService

T = TypeVar("T")
KEY_SEPARATOR: Final = b"/"
log = logging.getLogger("commonweal.faust")


class OvertakenError(Exception):
    """Another worker has gone on with this partition's rows. The process ends; what it wrote last does not count."""

    def __init__(self, partition: int, stands: int, found: int) -> None:
        super().__init__(
            f"partition {partition}: another worker has written rows up to source {found}, and this one stands at {stands}; "
            "it was away for longer than its session, and is to be started anew"
        )


class LedgerTable:
    """The rows of all partitions in this worker's hands, and the fold that changes them.

    Args:
        name: of the table; its changelog is `SERVICE-NAME-changelog` in `schemas/topics.py`.
    """

    def __init__(self, service: FaustService, name: str) -> None:
        self._service = service
        self._table = cast(Any, service.app.Table(name, partitions=PARTITIONS, key_type=bytes, value_type=bytes))
        self._changelog = service.changelog(name)
        self._ledgers: dict[int, Ledger] = {}
        self._durable: dict[int, Durable] = {}
        """Partition → done once everything written to its changelog is acknowledged."""
        self._restored: Restoring | None = None
        self._ends: dict[int, int] = {}
        """Partition → the offset of our next row in its changelog, unless somebody else writes there."""
        self._keys: dict[int, list[str]] | None = None
        self._table.apply_changelog_batch = self._restoring(self._table.apply_changelog_batch)
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
            self._ends |= self._read_up_to(partition)
            ledger = Ledger(partition, self, self._keys.pop(partition, ()))
            await self._write(partition, ledger.redo())
            await self._durable[partition]
            await self._rewrite(partition, self._restored.left_out(partition) if self._restored is not None else ())
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
        durable = self._durable[partition] = asyncio.create_task(self._written(partition, records))
        return durable

    async def _written(self, partition: int, records: Sequence[NewRecord]) -> None:
        """Write, and look whether anybody else did meanwhile: an offset that is not the next one says so.

        Raises:
            OvertakenError: they are ahead of us.
            LogError: a batch was not acknowledged.
        """
        for first, count in await self._service.send(self._changelog, partition, records):
            expected = self._ends.pop(partition, first)
            if first >= 0:
                self._ends[partition] = first + count
            if 0 <= expected < first:
                await self._settle(partition, await self._service.read(self._changelog, partition, expected, first))

    async def _settle(self, partition: int, foreign: Sequence[Record]) -> None:
        """Between two writers the one whose position is behind ends, and the other has the last word on every row."""
        position = f"{partition}/{POSITION}".encode()
        written = [source_of(each.value) for each in foreign if each.key == position and each.value is not None]
        stands = self._table.data.get(position)
        if not written or stands is None or max(written) == source_of(stands):
            return  # the same block leads to the same rows
        if max(written) > source_of(stands):
            raise OvertakenError(partition, source_of(stands), max(written))
        log.warning("partition %d: a worker that was overtaken wrote rows of source %d", partition, max(written))
        await self._rewrite(partition, [each.key for each in foreign if each.key is not None])

    async def _rewrite(self, partition: int, keys: Iterable[bytes]) -> None:
        """Have the last word on rows, behind the position as it stands."""
        anew = dict.fromkeys([f"{partition}/{POSITION}".encode(), *keys])
        if len(anew) > 1:
            await self._written(partition, [NewRecord(self._table.data.get(key), key) for key in anew])

    def _read_up_to(self, partition: int) -> dict[int, int]:
        """Where the changelog was read up to, as far as Faust says."""
        tables = cast(Any, self._service.app.tables)
        offsets = {
            place.partition: offset
            for place, offset in tables.recovery.active_offsets.items()
            if place.topic == self._table.changelog_topic_name
        }
        return {partition: offsets[partition] + 1} if offsets.get(partition) is not None else {}

    def _restoring(self, apply: Callable[[list[Any]], None]) -> Callable[[list[Any]], None]:
        """Faust's way of reading rows back, without those that do not count."""

        def applied(events: Iterable[Any]) -> None:
            if self._restored is None:
                self._restored = Restoring(self._table.data.get)
            by_message = {id(event.message): event for event in events}
            counting = self._restored.counting([event.message for event in by_message.values()])
            apply([by_message[id(message)] for message in counting])

        return applied

    async def _revoked(self, *_: Any, **__: Any) -> None:
        """Whoever has the partitions next may write: after what is on its way, and nothing remembered counts any more."""
        await asyncio.gather(*self._durable.values(), return_exceptions=True)
        self._ledgers.clear()
        self._durable.clear()
        self._ends.clear()
        self._keys = self._restored = None
