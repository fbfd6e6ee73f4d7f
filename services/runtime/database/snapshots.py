"""Snapshots in the read model's database: any worker finds what another one kept, on whichever machine it runs.

The same promises as `services.runtime.snapshots`, and one more, since here two workers may both believe a partition to
be theirs: neither takes the other's chunks away unnoticed. A snapshot is begun by its row, without hashes; whoever
finishes it last counts; what was begun before and not finished is swept by who comes after.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from services.runtime.database.connecting import named
from services.runtime.database.tables import CHUNKS, SNAPSHOTS
from services.runtime.snapshots import KEPT_PER_PARTITION, Found, Manifest, SnapshotError, UnreadableError, checked


class DatabaseSnapshots:
    """The snapshots of all partitions, in the database behind an engine. Any number of workers and threads.

    Chunks are transactions of their own, so a large snapshot blocks nobody and is never in memory whole.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, partition: int, next_offset: int, codec: int, chunks: Iterable[bytes]) -> int:
        """Keep a state, and forget all but the last two of its partition.

        Args:
            next_offset: of the source; everything before it is in the state.
            codec: version of how the state was frozen: only who asks for the same one gets it back.
            chunks: the frozen state, taken one by one: no two of them need to be in memory at a time.

        Returns:
            Bytes that were kept.

        Raises:
            SnapshotError: the database did not take it, or another worker began a later one meanwhile; what was kept
                before is still there.
        """
        with self._transaction() as connection:
            begun = insert(SNAPSHOTS).values(partition=partition, next_offset=next_offset, codec=codec)
            snapshot: int = connection.execute(begun.returning(SNAPSHOTS.c.snapshot)).scalar_one()
            _sweep(connection, partition, snapshot)
        size_bytes, sha256s = 0, bytearray()
        for number, data in enumerate(chunks):
            with self._transaction() as connection:
                connection.execute(insert(CHUNKS).values(snapshot=snapshot, number=number, data=data))
            size_bytes += len(data)
            sha256s += hashlib.sha256(data).digest()
        with self._transaction() as connection:
            self._finish(connection, snapshot, size_bytes, bytes(sha256s))
            _sweep(connection, partition, snapshot)
        return size_bytes

    def at_or_below(self, partition: int, offset: int, codec: int) -> Found:
        """The kept states of this codec with `next_offset` at or below `offset`, the newest first.

        Never raises: of a database that does not answer it says so.
        """
        table = SNAPSHOTS.c
        finished = (table.partition == partition, table.next_offset <= offset, table.codec == codec)
        statement = (
            select(SNAPSHOTS)
            .where(*finished, table.sha256s.is_not(None))
            .order_by(table.next_offset.desc(), table.snapshot.desc())
        )
        try:
            with self._transaction() as connection:
                rows = connection.execute(statement).all()
        except SnapshotError as error:
            return Found((), str(error))
        return Found(tuple(Manifest(*row) for row in rows))

    def chunks(self, manifest: Manifest) -> Iterator[bytes]:
        """The chunks of a state, one by one, each as it was written.

        Raises:
            UnreadableError: one of them is missing or is not as it was written. Those before it were in order.
        """
        return checked(manifest, self._chunk)

    def _chunk(self, manifest: Manifest, number: int) -> object:
        """What lies in the chunk's place."""
        place = (CHUNKS.c.snapshot == manifest.snapshot, CHUNKS.c.number == number)
        try:
            with self._transaction() as connection:
                return connection.execute(select(CHUNKS.c.data).where(*place)).scalar_one_or_none()
        except SnapshotError as error:
            raise UnreadableError(str(error)) from error

    def _finish(self, connection: Connection, snapshot: int, size_bytes: int, sha256s: bytes) -> None:
        """Write the manifest: from here on the snapshot counts. Its chunks must all still be there."""
        own = connection.execute(
            update(SNAPSHOTS)
            .where(SNAPSHOTS.c.snapshot == snapshot)
            .values(size_bytes=size_bytes, sha256s=sha256s)
            .returning(SNAPSHOTS.c.next_offset)
        ).one_or_none()
        kept = connection.execute(
            select(func.coalesce(func.sum(func.length(CHUNKS.c.data)), 0)).where(CHUNKS.c.snapshot == snapshot)
        ).scalar_one()
        if own is None or kept != size_bytes:
            raise SnapshotError(
                f"{named(self._engine)}: another worker keeps this partition's snapshots and swept this one away; "
                "nothing is lost, the partition is somebody else's now"
            )

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            why = str(getattr(error, "orig", None) or error).strip()
            raise SnapshotError(
                f"{named(self._engine)}: {why}; make room, or see that the database runs: without a snapshot the next "
                "start folds more of the log, and nothing is lost"
            ) from error


def _sweep(connection: Connection, partition: int, snapshot: int) -> None:
    """Forget what this one follows: all begun before it, but the last two that were finished."""
    table = SNAPSHOTS.c
    ours = select(table.snapshot).where(table.partition == partition)
    finished = ours.where(table.sha256s.is_not(None)).order_by(table.snapshot.desc()).limit(KEPT_PER_PARTITION)
    last = connection.execute(finished).scalars().all()
    connection.execute(
        delete(SNAPSHOTS).where(table.partition == partition, table.snapshot < snapshot, table.snapshot.not_in(last))
    )
    connection.execute(delete(CHUNKS).where(CHUNKS.c.snapshot.not_in(select(table.snapshot))))
