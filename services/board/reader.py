"""A board to be read: a connection that can change nothing, and rows as typed values."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import orjson
from pydantic import BaseModel

from services.board.file import open_to_read
from services.board.tables import TABLES
from services.board.views import Standing

M = TypeVar("M", bound=BaseModel)
Values = Sequence[int | str | None] | Mapping[str, int | str | None]


class BoardReader:
    """What queries ask, for one thread at a time. Open as many as there are threads: they never wait for the writer.

    Raises:
        BoardMissing, BoardTooNew, BoardTooOld, BoardUnreadable: see `services.board.errors`.
    """

    def __init__(self, path: Path) -> None:
        self._connection = open_to_read(path)
        self._connection.row_factory = sqlite3.Row

    def select(self, statement: str, values: Values = ()) -> list[dict[str, Any]]:
        """All rows of a statement, by column name. Statements bound what they read."""
        return [dict(row) for row in self._connection.execute(statement, values)]

    def first(self, statement: str, values: Values = ()) -> dict[str, Any] | None:
        """The first row of a statement, or None."""
        row = self._connection.execute(statement, values).fetchone()
        return None if row is None else dict(row)

    def number(self, statement: str, values: Values = ()) -> int:
        """The one number a statement gives."""
        (value,) = self._connection.execute(statement, values).fetchone()
        return int(value)

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

    def standings(self) -> list[Standing]:
        """How far each partition was read, in their order."""
        rows = self.select("SELECT * FROM progress ORDER BY partition")
        return [typed(Standing, row) for row in rows]

    def dump(self) -> Iterator[str]:
        """Every row of every table, one line each, in an order that depends on the content alone."""
        with self.snapshot():
            for table in TABLES:
                yield f"# {table.name} {' '.join(table.columns)}"
                for row in self._connection.execute(table.dump):
                    yield orjson.dumps(tuple(row)).decode()

    def content_hash(self) -> str:
        """SHA-256 over `dump()`: two boards made from the same decisions have the same."""
        digest = hashlib.sha256()
        for line in self.dump():
            digest.update(line.encode())
            digest.update(b"\n")
        return digest.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def typed(model: type[M], row: dict[str, Any]) -> M:
    """A row as its typed value; columns the model does not have are left out.

    Not strict: SQLite has no booleans, and its texts are the words of our lists.
    """
    return model.model_validate(row, strict=False)
