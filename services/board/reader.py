"""The board's file to be read: through a connection that can change nothing."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.board.file import open_to_read
from services.board.reading import NONE, Board, Values


class BoardReader(Board):
    """What queries ask, for one thread at a time. Open as many as there are threads: they never wait for the writer.

    Raises:
        BoardMissing, BoardTooNew, BoardTooOld, BoardUnreadable: see `services.board.errors`.
    """

    def __init__(self, path: Path) -> None:
        self._connection = open_to_read(path)
        self._connection.row_factory = sqlite3.Row

    def rows(self, statement: str, values: Values = NONE) -> Iterator[Mapping[str, Any]]:
        """The rows of a statement, one by one."""
        return iter(map(dict, self._connection.execute(statement, values)))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several statements that see the same moment. May be nested."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
