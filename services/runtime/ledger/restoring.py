"""Rows read back from where a ledger wrote them: what a writer added that had been overtaken does not count."""

from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

import orjson

from services.runtime.ledger.page import SOURCE

POSITION: Final = b"/position"
Stands = Callable[[bytes], bytes | None]
"""The row that stands under a key."""


class Written(Protocol):
    """A row as it was written: key and value."""

    @property
    def key(self) -> bytes:
        """The row's key: its partition, a slash, and the fold's own."""

    @property
    def value(self) -> bytes | None:
        """The row; None: it was dropped."""


W = TypeVar("W", bound=Written)


class Restoring:
    """Tells the rows that count, in the order in which they were written.

    A writer puts its position before the rows it changes. Where a position goes back, a writer went on that no longer
    knew how the rows stood: it and what follows it are left out, up to the next position that does not go back.
    """

    def __init__(self, stands: Stands) -> None:
        self._stands = stands
        self._source: dict[bytes, int] = {}
        self._overtaken: set[bytes] = set()
        self._left_out: dict[bytes, dict[bytes, None]] = {}

    def left_out(self, partition: int) -> list[bytes]:
        """The keys of a partition under which rows were left out: to be written anew, or a compaction keeps what is wrong."""
        return list(self._left_out.pop(str(partition).encode(), ()))

    def counting(self, written: Iterable[W]) -> list[W]:
        """Those that count."""
        return [one for one in written if self._counts(one.key, one.value)]

    def _counts(self, key: bytes, row: bytes | None) -> bool:
        partition, _, _ = key.partition(b"/")
        if key == partition + POSITION and row is not None:
            source = source_of(row)
            before = self._source.get(partition)
            if before is None:
                stands = self._stands(key)
                before = -1 if stands is None else source_of(stands)
            self._source[partition] = max(before, source)
            (self._overtaken.add if source < before else self._overtaken.discard)(partition)
        if partition not in self._overtaken:
            return True
        self._left_out.setdefault(partition, {})[key] = None
        return False


def source_of(row: bytes) -> int:
    """The block a row was last changed by."""
    source: int = orjson.loads(row)[SOURCE]
    return source
