"""What the board's writer says to a database, in its own words. Each runs inside the transaction it is handed."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from services.board.database.sqlite import Sqlite
from services.board.tables import Table
from services.runtime.database import is_postgres

Values = Sequence[Any]


class Tongue(Protocol):
    """How rows get in and out, many at a time."""

    def hold(self, connection: Connection, partition: int) -> None:
        """Be the only writer of a partition until the transaction ends; whoever else is at it is waited for."""

    def find(self, connection: Connection, table: Table[Any], keys: Sequence[Values]) -> Iterable[Values]:
        """The rows with these keys, as far as there are any, their values in the table's order."""

    def upsert(self, connection: Connection, table: Table[Any], rows: Sequence[Values]) -> None:
        """Write rows whether they are new or not. No two of them have one key."""

    def insert(self, connection: Connection, table: Table[Any], rows: Sequence[Values]) -> None:
        """Write new rows."""


def tongue_of(engine: Engine) -> Tongue:
    """The words of an engine's database."""
    if not is_postgres(engine):
        return Sqlite()
    from services.board.database.postgres import Postgres  # psycopg is not needed beside SQLite

    return Postgres()
