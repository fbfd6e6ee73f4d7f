"""Boards wherever they may stand: a file of the embedded shell, SQLite, PostgreSQL."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemas.decisions import DecisionBlock
from services.board import Board, BoardReader, BoardWriter
from services.board.database import DatabaseBoard, DatabaseReader
from services.runtime.database import upgrade
from services.runtime.postgres import LocalPostgres
from tests.databases import KINDS, Opened
from tests.unit.board.decided import Decided

Boards = Callable[..., Board]


@pytest.fixture(params=["file", *KINDS])
def board_of(request: pytest.FixtureRequest, tmp_path: Path, opened: Opened) -> Iterator[Boards]:
    """Opens a board made of what was decided, one partition for each `Decided`, wherever boards may stand."""
    boards: list[Board] = []

    def in_a_file(blocks: list[list[DecisionBlock]]) -> Board:
        path = tmp_path / f"board{len(boards)}.db"
        with BoardWriter(path) as writer:
            for partition, each in enumerate(blocks):
                writer.apply_all(partition, each)
        return BoardReader(path)

    def in_a_database(blocks: list[list[DecisionBlock]]) -> Board:
        address = empty_database_of(request, tmp_path / f"board{len(boards)}.db")
        upgrade(opened(address))
        for partition, each in enumerate(blocks):
            DatabaseBoard(opened(address)).apply_all(partition, each)
        return DatabaseReader(opened(address, reading=True))

    def make(*decided: Decided) -> Board:
        made = in_a_file if request.param == "file" else in_a_database
        boards.append(made([each.block().blocks for each in decided]))
        return boards[-1]

    yield make
    for board in boards:
        board.close()


def empty_database_of(request: pytest.FixtureRequest, path: Path) -> str:
    """An empty database of the kind the test is run for; a test may want several."""
    if request.param == "sqlite":
        return f"sqlite:///{path}"
    server: LocalPostgres = request.getfixturevalue("postgres")
    return server.create(f"test_{uuid.uuid4().hex}")
