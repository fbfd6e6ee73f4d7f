"""The board's writing in SQLite's words."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from services.board.tables import Table

Values = Sequence[Any]


class Sqlite:
    """One writer at a time, by the file's own lock, which `BEGIN IMMEDIATE` has taken."""

    def hold(self, connection: Connection, partition: int) -> None:
        """Nothing more to take."""

    def find(self, connection: Connection, table: Table[Any], keys: Sequence[Values]) -> Iterable[Values]:
        """Rows by their keys, one index look-up each, in one statement."""
        columns = ", ".join(f'{table.name}."{name}"' for name in table.columns)
        same = " AND ".join(
            f"{table.name}.\"{name}\" = json_extract(wanted.value, '$[{place}]')"
            for place, name in enumerate(table.keys)
        )
        statement = f"SELECT {columns} FROM json_each(?) AS wanted CROSS JOIN {table.name} ON {same}"  # noqa: S608 - names are the tables' own
        return connection.exec_driver_sql(statement, (json.dumps([list(key) for key in keys]),)).all()

    def upsert(self, connection: Connection, table: Table[Any], rows: Sequence[Values]) -> None:
        """Row by row, as one statement prepared once."""
        connection.exec_driver_sql(table.upsert, [tuple(row) for row in rows])

    def insert(self, connection: Connection, table: Table[Any], rows: Sequence[Values]) -> None:
        """Row by row, as one statement prepared once."""
        connection.exec_driver_sql(table.insert, [tuple(row) for row in rows])
