"""One partition's rows, and how far its decisions were taken into them."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import orjson
from pydantic import ValidationError

from schemas.decisions import DecisionBlock
from services.runtime.ledger.page import SOURCE, UNTIL, Page, RowsByKey

POSITION: Final = "position"
FORGOTTEN_PER_BLOCK_MAX: Final = 256
T = TypeVar("T")
Fold = Callable[[Page, DecisionBlock], T]
"""Reads and changes rows by what was decided, and answers what that leads to. Pure."""


class UnreadableBlockError(Exception):
    """A record of the decisions holds no block that this version reads."""

    def __init__(self, partition: int, offset: int) -> None:
        super().__init__(
            f"partition {partition}: decision {offset} is no block this version reads; start the version that wrote it, "
            "or a later one"
        )


class GapError(Exception):
    """A block does not follow the one that was applied last: something between them is not in the log."""

    def __init__(self, partition: int, wanted: int, source: int) -> None:
        super().__init__(
            f"partition {partition}: rows stand at source {wanted - 1}, and {source} came instead of {wanted}; the "
            "decisions log is not as it was written, or the rows are another log's: restore it, or delete the rows' topic "
            "and start this service from the beginning"
        )


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """What one block comes to."""

    outcome: T
    """To be sent first."""
    position: tuple[str, bytes]
    """To be written next: key and row."""
    changes: dict[str, bytes | None]
    """To be written last: key → row, None where there is none any more."""


class Ledger:
    """The fold of one partition's decisions over its rows. The shell writes each `Step` before it takes the next block.

    Args:
        rows: where all rows are kept; read, never written.
        keys: the keys in it that begin with this partition's `prefix`.
    """

    def __init__(self, partition: int, rows: RowsByKey, keys: Iterable[str]) -> None:
        self.partition = partition
        self._prefix = prefix(partition)
        self._rows = rows
        self._due = [(until_ms, key) for key in keys if (until_ms := _until(rows.get(key))) is not None]
        heapq.heapify(self._due)
        written = rows.get(self._prefix + POSITION)
        self.next_source = 0 if written is None else orjson.loads(written)[SOURCE] + 1
        """The block that is taken next: 0 where none was."""

    def redo(self) -> dict[str, bytes | None]:
        """Rows that the position says were changed and that do not stand: to be written before anything is taken."""
        written = self._rows.get(self._prefix + POSITION)
        if written is None:
            return {}
        changed: dict[str, str | None] = orjson.loads(written)["changed"]
        wanted = {key: None if row is None else row.encode() for key, row in changed.items()}
        missing = {key: row for key, row in wanted.items() if self._rows.get(key) != row}
        self._note(missing)
        return missing

    def take(self, block: DecisionBlock, fold: Fold[T]) -> Step[T] | None:
        """Fold a block.

        Returns:
            What is to be sent and written; None where the block was applied before.

        Raises:
            GapError: it does not follow the last one.
        """
        if block.source < self.next_source:
            return None
        if block.source > self.next_source:
            raise GapError(self.partition, self.next_source, block.source)
        page = Page(self._rows, self._prefix)
        outcome = fold(page, block)
        changes = page.changes(block.source)
        self._note(changes)
        self._forget(changes, block.now_ms)
        self.next_source += 1
        told = {key: None if row is None else row.decode() for key, row in changes.items()}
        position = orjson.dumps({SOURCE: block.source, "changed": told}, option=orjson.OPT_SORT_KEYS)
        return Step(outcome, (self._prefix + POSITION, position), changes)

    def _note(self, changes: dict[str, bytes | None]) -> None:
        for key, row in changes.items():
            until_ms = _until(row)
            if until_ms is not None:
                heapq.heappush(self._due, (until_ms, key))

    def _forget(self, changes: dict[str, bytes | None], now_ms: int) -> None:
        """Drop rows whose time is over; a few per block, so that no block takes long."""
        forgotten = 0
        while self._due and self._due[0][0] < now_ms and forgotten < FORGOTTEN_PER_BLOCK_MAX:
            until_ms, key = heapq.heappop(self._due)
            stands = changes[key] if key in changes else self._rows.get(key)
            if _until(stands) == until_ms:  # else it was changed since, and stands on the heap once more
                changes[key] = None
                forgotten += 1


def prefix(partition: int) -> str:
    """With what the keys of a partition's rows begin."""
    return f"{partition}/"


def decoded(partition: int, offset: int, value: bytes | None) -> DecisionBlock:
    """The block of a decisions record.

    Raises:
        UnreadableBlockError: it holds none that this version reads.
    """
    try:
        return DecisionBlock.model_validate_json(value or b"")
    except ValidationError:
        raise UnreadableBlockError(partition, offset) from None


def _until(row: bytes | None) -> int | None:
    if row is None:
        return None
    until_ms: int | None = orjson.loads(row).get(UNTIL)
    return until_ms
