"""The board of a shared database, to be read by the same queries as the embedded shell's file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, Text, bindparam, text
from sqlalchemy.exc import SQLAlchemyError

from services.board.errors import BoardUnanswered
from services.board.reading import NONE, Board, Values
from services.runtime.database import named


class DatabaseReader(Board):
    """What queries ask, for one thread at a time. Open one per request; its engine keeps the connections.

    Args:
        engine: connected for reading.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def rows(self, statement: str, values: Values = NONE) -> Iterator[Mapping[str, Any]]:
        """The rows of a statement, one by one."""
        with self.snapshot():
            assert self._connection is not None, "a snapshot has a connection"
            try:
                yield from map(dict, self._connection.execute(_typed(statement, values), values).mappings())
            except SQLAlchemyError as error:
                raise self._unanswered(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several statements that see the same moment. May be nested."""
        if self._connection is not None:
            yield
            return
        try:
            connection = self._engine.connect()
        except SQLAlchemyError as error:
            raise self._unanswered(error) from error
        with connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None

    def close(self) -> None:
        """Nothing is open between two snapshots."""

    def _unanswered(self, error: SQLAlchemyError) -> BoardUnanswered:
        why = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        return BoardUnanswered(named(self._engine), why)


def _typed(statement: str, values: Values) -> Any:
    """The statement with each value's type: PostgreSQL does not guess what a missing one was meant to be."""
    kinds = (
        bindparam(name, type_=BigInteger() if isinstance(value, int) else Text()) for name, value in values.items()
    )
    return text(statement).bindparams(*kinds)
