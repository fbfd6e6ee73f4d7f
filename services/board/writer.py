"""Decision blocks → the board's tables, exactly once: rows and progress change in one transaction or not at all."""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from schemas.decisions import DecisionBlock
from services.board import tables
from services.board.applying import apply
from services.board.errors import BoardUnwritable
from services.board.file import WritingLock, open_to_write
from services.board.rows import Kept, Key, Keyed, Progress, Rows, unread
from services.board.tables import Table

R = TypeVar("R", bound=Keyed)


class BoardWriter:
    """The one writer of a board, for one thread at a time. Closing it, or its process dying, lets the next one in."""

    def __init__(self, path: Path) -> None:
        """Open the board at `path`, with empty tables where there was none.

        Raises:
            BoardInUse: another process writes it.
            BoardTooNew, BoardTooOld, BoardUnreadable, BoardUnwritable: see `services.board.errors`.
        """
        self._lock = WritingLock(path, "writing")
        try:
            self._tables = Tables(path)
        except BaseException:
            self._lock.release()
            raise

    def apply(self, partition: int, block: DecisionBlock) -> bool:
        """Apply one block.

        Returns:
            False where the block was applied before: it changes nothing.

        Raises:
            BoardGap: the block does not follow the last one.
            FactOutOfPlace: the log and this board do not belong together.
            BoardUnwritable: the disk refuses. Whatever is raised, rows and progress stand as before.
        """
        return self._tables.apply(partition, [block]) == 1

    def apply_all(self, partition: int, blocks: Iterable[DecisionBlock]) -> int:
        """Apply blocks that follow each other in one transaction: all of them or none.

        Returns:
            How many were new.

        Raises:
            BoardGap, FactOutOfPlace, BoardUnwritable: as `apply`.
        """
        return self._tables.apply(partition, blocks)

    def next_source(self, partition: int) -> int:
        """The source the next block of a partition must have; 0 for one never read."""
        return self._tables.progress(partition).next_source

    def progress(self) -> list[Progress]:
        """Where each partition that was read stands, in their order."""
        return self._tables.all_progress()

    def close(self) -> None:
        """Close the file and let the next writer in."""
        self._tables.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Tables:
    """The tables of one file, changed through `apply` alone. Whoever opens them holds the lock of the board."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = open_to_write(path)

    def apply(self, partition: int, blocks: Iterable[DecisionBlock]) -> int:
        """Apply blocks in one transaction; see `BoardWriter`."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                count = self._apply(partition, blocks)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have rolled it back already
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise BoardUnwritable(str(self._path), str(error)) from error
        return count

    def _apply(self, partition: int, blocks: Iterable[DecisionBlock]) -> int:
        progress, rows = self.progress(partition), self._rows()
        count = apply(progress, rows, blocks)
        if count:
            self._write(rows, progress)
        return count

    def _rows(self) -> Rows:
        return Rows(
            asks=Kept(self._finder(tables.ASKS)),
            offers=Kept(self._finder(tables.OFFERS)),
            matches=Kept(self._finder(tables.MATCHES)),
            members=Kept(self._finder(tables.MEMBERS)),
        )

    def _finder(self, table: Table[Any]) -> Callable[[Key], Any]:
        def find(key: Key) -> Any:
            found = self._connection.execute(table.find, key).fetchone()
            return None if found is None else table.row(*found)

        return find

    def _write(self, rows: Rows, progress: Progress) -> None:
        self._each(tables.ASKS.upsert, tables.ASKS, rows.asks.changed.values())
        self._each(tables.OFFERS.upsert, tables.OFFERS, rows.offers.changed.values())
        self._each(tables.MATCHES.upsert, tables.MATCHES, rows.matches.changed.values())
        self._each(tables.MEMBERS.upsert, tables.MEMBERS, rows.members.changed.values())
        self._each(tables.COMMUNITIES.upsert, tables.COMMUNITIES, rows.communities.values())
        self._each(tables.POLICIES.insert, tables.POLICIES, rows.policies)
        self._each(tables.EXPLANATIONS.upsert, tables.EXPLANATIONS, rows.explanations)
        self._each(tables.TIMELINE.insert, tables.TIMELINE, rows.timeline)
        self._each(tables.PROGRESS.upsert, tables.PROGRESS, [progress])

    def _each(self, statement: str, table: Table[Any], rows: Iterable[Any]) -> None:
        self._connection.executemany(statement, map(table.values, rows))

    def progress(self, partition: int) -> Progress:
        """Where a partition stands; at its beginning if it was never read."""
        found = self._connection.execute(tables.PROGRESS.find, (partition,)).fetchone()
        return unread(partition) if found is None else Progress(*found)

    def all_progress(self) -> list[Progress]:
        """Where each partition that was read stands, in their order."""
        return [Progress(*found) for found in self._connection.execute(tables.PROGRESS.dump)]

    def close(self) -> None:
        """Close the file; the last to close folds the write-ahead log in."""
        self._connection.close()
