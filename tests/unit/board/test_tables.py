"""The board's file: its tables, its version, and who may write it."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from services.board import (
    BoardInUse,
    BoardMissing,
    BoardReader,
    BoardTooNew,
    BoardTooOld,
    BoardUnreadable,
    BoardUnwritable,
    BoardWriter,
)
from services.board.tables import TABLES, VERSION, Table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "board.db"


def changed(path: Path, statement: str) -> None:
    """Somebody else's hand in the file."""
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_row_has_the_columns_of_its_table_in_the_same_order(path: Path, table: Table[Any]) -> None:
    BoardWriter(path).close()
    with BoardReader(path) as board:
        found = board.select(f"PRAGMA table_info({table.name})")
    assert tuple(column["name"] for column in found) == table.columns
    assert {column["name"] for column in found if column["pk"]} == set(table.keys)


def test_a_board_that_a_newer_version_wrote_is_refused_and_left_alone(path: Path) -> None:
    BoardWriter(path).close()
    changed(path, f"PRAGMA user_version = {VERSION + 1}")
    for opening in (BoardWriter, BoardReader):
        with pytest.raises(BoardTooNew, match=f"of version {VERSION + 1}, this Commonweal knows {VERSION}; upgrade"):
            opening(path)
    assert path.exists()


def test_a_board_that_an_older_version_wrote_says_how_it_is_made_anew(path: Path) -> None:
    BoardWriter(path).close()
    changed(path, f"PRAGMA user_version = {VERSION - 1}")
    for opening in (BoardWriter, BoardReader):
        with pytest.raises(BoardTooOld, match="run `commonweal board rebuild`"):
            opening(path)


def test_another_programs_database_is_never_written(path: Path) -> None:
    changed(path, "CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    for opening in (BoardWriter, BoardReader):
        with pytest.raises(BoardUnreadable, match="belongs to another program"):
            opening(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database at all, " * 100)
    for opening in (BoardWriter, BoardReader):
        with pytest.raises(BoardUnreadable, match=r"file is not a database.*commonweal board rebuild"):
            opening(path)


def test_reading_where_there_is_no_board_says_how_to_make_one(path: Path) -> None:
    with pytest.raises(BoardMissing, match=re.escape(f"{path}: there is no board yet; run `commonweal board rebuild`")):
        BoardReader(path)
    assert not path.exists()


def test_writing_into_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoardUnwritable, match="nowhere"):
        BoardWriter(tmp_path / "nowhere" / "board.db")


def test_a_second_writer_is_refused_until_the_first_one_closes(path: Path) -> None:
    with BoardWriter(path), pytest.raises(BoardInUse, match="another process has the board open, and writing needs it"):
        BoardWriter(path)
    BoardWriter(path).close()
    assert path.exists()


def test_a_writer_that_could_not_open_holds_no_lock(path: Path) -> None:
    changed(path, "CREATE TABLE recipes (name TEXT)")
    with pytest.raises(BoardUnreadable):
        BoardWriter(path)
    path.unlink()
    with BoardWriter(path) as writer:
        assert writer.progress() == []


def test_a_reader_can_change_nothing(path: Path) -> None:
    BoardWriter(path).close()
    with BoardReader(path) as board, pytest.raises(sqlite3.OperationalError, match="readonly"):
        board.select("DELETE FROM asks RETURNING 1")


def test_a_reader_reads_while_the_writer_has_the_board_open(path: Path) -> None:
    with BoardWriter(path), BoardReader(path) as board:
        assert board.standings() == []
