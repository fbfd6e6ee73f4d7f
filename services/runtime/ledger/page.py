"""The rows of a partition while one block is folded: reads go through to what stands, writes are collected."""

from typing import Any, Protocol

import orjson

Row = dict[str, Any]
"""Whole numbers, words, lists and dicts of them. `until_ms`: the row is forgotten after that log time."""
SOURCE = "source"
UNTIL = "until_ms"


class RowsByKey(Protocol):
    """Where rows are kept: a dict, a Faust table, a database."""

    def get(self, key: str, /) -> bytes | None:
        """The row as it was written, or None."""


class Page:
    """What one block changes. Keys are the fold's own; `Ledger` puts the partition before them."""

    def __init__(self, rows: RowsByKey, prefix: str) -> None:
        self._rows = rows
        self._prefix = prefix
        self._changed: dict[str, Row | None] = {}

    def get(self, key: str) -> Row | None:
        """A row as this block has left it so far. To change it, `put` it."""
        if key in self._changed:
            return self._changed[key]
        written = self._rows.get(self._prefix + key)
        if written is None:
            return None
        row: Row = orjson.loads(written)
        del row[SOURCE]
        return row

    def put(self, key: str, row: Row) -> None:
        """The row as it is from here on, whole."""
        self._changed[key] = row

    def drop(self, key: str) -> None:
        """There is no such row any more."""
        self._changed[key] = None

    def changes(self, source: int) -> dict[str, bytes | None]:
        """Key with prefix → what is to be written there, stamped with its source; None: nothing any more."""
        return {self._prefix + key: None if row is None else encoded(row, source) for key, row in self._changed.items()}


def encoded(row: Row, source: int) -> bytes:
    """A row as it is written: the same bytes for the same row."""
    return orjson.dumps(row | {SOURCE: source}, option=orjson.OPT_SORT_KEYS)
