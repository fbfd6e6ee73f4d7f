"""What queries ask of a board, wherever its tables stand: statements that SQLite and PostgreSQL understand alike."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self, TypeVar

import orjson
from pydantic import BaseModel

from services.board.tables import TABLES
from services.board.views import Standing

M = TypeVar("M", bound=BaseModel)
Values = Mapping[str, int | str | None]
NONE: Values = {}


class Board(ABC):
    """A board to be read, for one thread at a time; nothing done through it can change anything.

    In a shared database every verb raises `BoardUnanswered` where it does not answer.
    """

    @abstractmethod
    def rows(self, statement: str, values: Values = NONE) -> Iterable[Mapping[str, Any]]:
        """The rows of a statement, one by one, by column name. Values are named: `WHERE ask = :ask`."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """Several statements that see the same moment. May be nested."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the tables."""

    def select(self, statement: str, values: Values = NONE) -> list[dict[str, Any]]:
        """All rows of a statement. Statements bound what they read."""
        return [dict(row) for row in self.rows(statement, values)]

    def first(self, statement: str, values: Values = NONE) -> dict[str, Any] | None:
        """The first row of a statement, or None."""
        return next((dict(row) for row in self.rows(statement, values)), None)

    def number(self, statement: str, values: Values = NONE) -> int:
        """The one number a statement gives."""
        (row,) = self.rows(statement, values)
        (value,) = dict(row).values()
        return int(value)

    def standings(self) -> list[Standing]:
        """How far each partition was read, in their order."""
        rows = self.select("SELECT * FROM progress ORDER BY partition")
        return [typed(Standing, row) for row in rows]

    def dump(self) -> Iterator[str]:
        """Every row of every table, one line each, in an order that depends on the content alone."""
        with self.snapshot():
            for table in TABLES:
                yield f"# {table.name} {' '.join(table.columns)}"
                for row in self.rows(table.dump):
                    yield orjson.dumps(tuple(dict(row).values())).decode()

    def content_hash(self) -> str:
        """SHA-256 over `dump()`: two boards made from the same decisions have the same, on whatever database."""
        digest = hashlib.sha256()
        for line in self.dump():
            digest.update(line.encode())
            digest.update(b"\n")
        return digest.hexdigest()

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
