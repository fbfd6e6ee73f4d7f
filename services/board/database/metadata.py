"""The board's tables as SQLAlchemy knows them, made from `services.board.tables`: there is one list of columns."""

from typing import Any, get_args, get_type_hints

from sqlalchemy import Column, MetaData
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeEngine

from services.board.tables import SENT, TABLES, Table
from services.runtime.database.column_types import NUMBER, TEXT

METADATA = MetaData()
KINDS: dict[type, TypeEngine[Any]] = {int: NUMBER, str: TEXT}


def _described(table: Table[Any]) -> SqlTable:
    hints = get_type_hints(table.row)
    return SqlTable(table.name, METADATA, *(_column(table, name, hints[name]) for name in table.columns))


def _column(table: Table[Any], name: str, hint: Any) -> Column[Any]:
    nullable = type(None) in get_args(hint)
    (kind,) = (each for each in (get_args(hint) or (hint,)) if each is not type(None))
    return Column(name, KINDS[kind], primary_key=name in table.keys, autoincrement=False, nullable=nullable)


SQL_TABLES = {table.name: _described(table) for table in (*TABLES, SENT)}
