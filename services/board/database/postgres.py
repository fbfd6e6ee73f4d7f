"""The board's writing in PostgreSQL's words: arrays in, arrays out, and COPY for what is only ever added."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, get_type_hints

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from services.board.tables import Table

Values = Sequence[Any]
LOCKS = 0x4357_4244
"""The first half of the board's advisory locks; the second is the partition."""


class Postgres:
    """One writer per partition, by an advisory lock that ends with the transaction, and with its worker's connection."""

    def hold(self, connection: Connection, partition: int) -> None:
        """Take the partition's lock."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCKS}, {partition})")

    def find(self, connection: Connection, table: Table[Any], keys: Sequence[Values]) -> Iterable[Values]:
        """Rows by their keys, in one statement."""
        columns = ", ".join(f'{table.name}."{name}"' for name in table.columns)
        names = ", ".join(f'"{name}"' for name in table.keys)
        statement = (
            f"SELECT {columns} FROM unnest({_arrays(table, table.keys)}) AS wanted ({names}) "  # noqa: S608 - names are the tables' own
            f"JOIN {table.name} USING ({names})"
        )
        return connection.exec_driver_sql(statement, _columnwise(keys)).all()

    def upsert(self, connection: Connection, table: Table[Any], rows: Sequence[Values]) -> None:
        """All rows in one statement."""
        names = ", ".join(f'"{name}"' for name in table.columns)
        changing = [name for name in table.columns if name not in table.keys]
        statement = (
            f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({_arrays(table, table.columns)}) "  # noqa: S608 - names are the tables' own
            f"ON CONFLICT ({', '.join(table.keys)}) DO UPDATE SET "
            + ", ".join(f'"{name}" = excluded."{name}"' for name in changing)
        )
        connection.exec_driver_sql(statement, _columnwise(rows))

    def insert(self, connection: Connection, table: Table[Any], rows: Sequence[Values]) -> None:
        """All rows by COPY."""
        names = ", ".join(f'"{name}"' for name in table.columns)
        try:
            with (
                closing(connection.connection.cursor()) as cursor,
                cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:  # past SQLAlchemy, which knows no COPY
            raise SQLAlchemyError(str(error)) from error


def _arrays(table: Table[Any], names: Sequence[str]) -> str:
    hints = get_type_hints(table.row)
    return ", ".join("%b::bigint[]" if _is_number(hints[name]) else "%b::text[]" for name in names)


def _is_number(hint: Any) -> bool:
    return hint in (int, int | None)


def _columnwise(rows: Sequence[Values]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
