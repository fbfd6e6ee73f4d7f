"""The migrations make the tables that the code speaks of, on both databases, and nobody works on other ones."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Inspector, MetaData, inspect

from services.board import BoardWriter
from services.board.database.metadata import METADATA as BOARD
from services.runtime.database import (
    DatabaseUnreachable,
    SchemaMissing,
    SchemaNewer,
    SchemaOlder,
    check,
    newest,
    ready,
    upgrade,
)
from services.runtime.database.tables import METADATA as RUNTIME
from tests.databases import Opened

RUNTIMES_OWN = {"alembic_version", "matches_sent", "snapshots", "snapshot_chunks", "sealing_keys"}


def test_an_upgrade_makes_the_tables_and_a_second_one_changes_nothing(empty_database: str, opened: Opened) -> None:
    engine = opened(empty_database)

    assert upgrade(engine) == (None, newest())
    assert upgrade(engine) == (newest(), newest())
    assert check(engine) == newest()


def test_the_tables_are_as_the_code_describes_them(database_url: str, opened: Opened) -> None:
    described = MetaData()
    for metadata in (RUNTIME, BOARD):
        for table in metadata.tables.values():
            table.to_metadata(described)
    with opened(database_url).connect() as connection:
        options = {"compare_type": True, "include_name": but_the_indexes_of_the_board}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, described) == []
        assert {"asks", "snapshots"} <= set(inspect(connection).get_table_names())


def but_the_indexes_of_the_board(name: str | None, kind: str, _parents: object) -> bool:
    """Those are held equal to the embedded shell's, below."""
    return kind != "index" or str(name).startswith("snapshots")


def test_the_embedded_shells_tables_and_indexes_are_the_databases(
    database_url: str, opened: Opened, tmp_path: Path
) -> None:
    BoardWriter(tmp_path / "board.db").close()
    embedded, shared = (
        inspect(opened(f"sqlite:///{tmp_path / 'board.db'}", reading=True)),
        inspect(opened(database_url)),
    )

    assert set(shared.get_table_names()) - set(embedded.get_table_names()) == RUNTIMES_OWN
    for table in embedded.get_table_names():
        assert columns_of(shared, table) == columns_of(embedded, table)
        assert indexes_of(shared, table) == indexes_of(embedded, table)
        assert checks_of(shared, table) == checks_of(embedded, table)


def columns_of(tables: Inspector, table: str) -> list[tuple[object, ...]]:
    keys = tables.get_pk_constraint(table)["constrained_columns"]
    return [
        (column["name"], "TEXT" in str(column["type"]), column["nullable"] and column["name"] not in keys)
        for column in tables.get_columns(table)
    ] + [("primary key", *keys)]


def indexes_of(tables: Inspector, table: str) -> dict[str | None, list[str | None]]:
    return {index["name"]: index["column_names"] for index in tables.get_indexes(table)}


def checks_of(tables: Inspector, table: str) -> int:
    return len(tables.get_check_constraints(table))


def test_a_worker_refuses_a_database_without_tables(postgres_url: str) -> None:
    with pytest.raises(SchemaMissing, match="there are no tables yet; run `commonweal database upgrade` to make them"):
        ready(postgres_url)


def test_a_worker_makes_a_sqlite_file_that_is_not_there(tmp_path: Path) -> None:
    engine = ready(f"sqlite:///{tmp_path}/new.db")
    assert check(engine) == newest()
    engine.dispose()


@pytest.mark.parametrize(
    ("revision", "refusal", "remedy"),
    [("0000", SchemaNewer, "start that one"), ("9999", SchemaNewer, "does not know")],
)
def test_a_worker_refuses_tables_it_does_not_know(
    database_url: str, opened: Opened, revision: str, refusal: type[Exception], remedy: str
) -> None:
    with opened(database_url).begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    with pytest.raises(refusal, match=remedy):
        ready(database_url)
    with pytest.raises(SchemaNewer):
        upgrade(opened(database_url))


def test_a_worker_refuses_older_tables_and_says_what_to_do(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.database.schema.newest", lambda: "0003")
    with pytest.raises(SchemaOlder, match=r"stand at revision 0002, this Commonweal needs 0003; run `commonweal data"):
        ready(database_url)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("nonsense", "no address of a database"),
        ("mysql://somewhere/else", "mysql is not supported"),
        ("postgresql://someone:secret@127.0.0.1:1/board", "Connection refused"),
        ("sqlite:////nowhere/at/all/board.db", "unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_reached_is_named_without_its_password(address: str, why: str) -> None:
    with pytest.raises(DatabaseUnreachable) as refused:
        ready(address)
    assert why in str(refused.value)
    assert "secret" not in str(refused.value)
