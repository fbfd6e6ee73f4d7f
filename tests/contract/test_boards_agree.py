"""The board's two shells hold equal rows for equal decisions, wherever they stand and however the blocks were cut."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from schemas.decisions import DecisionBlock
from schemas.states import MatchRow
from services.board import BoardGap, BoardUnwritable, BoardWriter, FactOutOfPlace
from services.board.database import DatabaseBoard, DatabaseReader, rebuild_database
from services.board.tables import TABLES
from tests.databases import Opened
from tests.unit.board.decided import Decided
from tests.unit.board.histories import EXAMPLES_ON_DISK, histories
from tests.unit.board.logged import append, content_of, memory_log


@dataclass(frozen=True)
class Shared:
    """A board in a database: its writer, another worker's writer, and its rows."""

    engine: Engine
    board: DatabaseBoard
    other: DatabaseBoard
    reader: DatabaseReader

    def content(self) -> list[str]:
        return list(self.reader.dump())

    def emptied(self) -> "Shared":
        with self.engine.begin() as connection:
            for table in (*(table.name for table in TABLES), "matches_sent"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        return self


@pytest.fixture
def shared(database_url: str, opened: Opened) -> Shared:
    engine = opened(database_url)
    reader = DatabaseReader(opened(database_url, reading=True))
    return Shared(engine, DatabaseBoard(engine), DatabaseBoard(opened(database_url)), reader)


@pytest.fixture
def blocks() -> list[DecisionBlock]:
    """An ask, an offer, a proposal, silence for a block, an acceptance and thanks."""
    decided = Decided().defined().block().ask().offer().block().proposed().block().block()
    return decided.moved("M1", "accept", "complete").thanked("M1").block().blocks


def told_since(board: DatabaseBoard, source: int = 0) -> dict[str, MatchRow]:
    """The matches that were spoken of from a source on."""
    return {row.match: row for found in board.matches_since(0, source) for row in found.rows}


def embedded(path: Path, blocks: list[DecisionBlock]) -> list[str]:
    """What the embedded shell's file says after these blocks."""
    path.unlink(missing_ok=True)
    with BoardWriter(path) as board:
        board.apply_all(0, blocks)
    return content_of(path)


@settings(max_examples=EXAMPLES_ON_DISK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=histories(), cuts=st.data())
def test_whatever_was_decided_both_shells_hold_equal_rows(
    shared: Shared, tmp_path: Path, blocks: list[DecisionBlock], cuts: st.DataObject
) -> None:
    shared.emptied()
    start = 0
    while start < len(blocks):
        end = cuts.draw(st.integers(start + 1, len(blocks)))
        back = cuts.draw(st.integers(0, start))
        applied = shared.board.apply_all(0, blocks[back:end])
        assert (applied.blocks, applied.next_source) == (end - start, end)
        start = end
    assert shared.content() == embedded(tmp_path / "embedded.db", blocks)


@settings(max_examples=EXAMPLES_ON_DISK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=histories())
def test_what_is_told_of_matches_is_what_the_table_holds(shared: Shared, blocks: list[DecisionBlock]) -> None:
    shared.emptied()
    told: dict[str, MatchRow] = {}
    for block in blocks:
        told |= {row.match: row for row in shared.board.apply_all(0, [block]).matches}
    assert told == told_since(shared.board)


def test_a_block_that_was_applied_before_changes_nothing(shared: Shared, blocks: list[DecisionBlock]) -> None:
    assert shared.board.apply_all(0, blocks).blocks == len(blocks)
    before = shared.content()
    again = shared.other.apply_all(0, blocks)

    assert (again.blocks, again.next_source, again.matches) == (0, len(blocks), ())
    assert shared.content() == before


def test_the_first_record_for_a_source_wins(shared: Shared, blocks: list[DecisionBlock]) -> None:
    shared.board.apply_all(0, blocks)
    before = shared.content()
    other = blocks[-1].model_copy(update={"chain": "f" * 64, "facts": ()})

    assert shared.board.apply_all(0, [other]).blocks == 0
    assert shared.content() == before


def test_a_gap_stops_the_board_and_names_its_place_and_the_way_out(shared: Shared, blocks: list[DecisionBlock]) -> None:
    shared.board.apply_all(0, blocks[:2])
    before = shared.content()
    with pytest.raises(BoardGap, match=r"the board stands at source 2, the block is for source 3, .*board rebuild"):
        shared.board.apply_all(0, blocks[3:])
    with pytest.raises(BoardGap):
        shared.board.apply_all(0, [blocks[2], blocks[4]])
    assert shared.content() == before
    assert shared.board.apply_all(0, blocks).blocks == 3


def test_a_fact_out_of_place_leaves_the_board_as_it_was(shared: Shared, blocks: list[DecisionBlock]) -> None:
    shared.board.apply_all(0, blocks)
    before = shared.content()
    strange = Decided(blocks=list(blocks)).ask("A2").held("A3").block().blocks[-1]

    with pytest.raises(FactOutOfPlace, match=r"source 5, fact 1: ask\.marked speaks of ask A3"):
        shared.board.apply_all(0, [strange])
    assert shared.content() == before


def test_a_change_the_database_refuses_is_told_and_changes_nothing(shared: Shared, blocks: list[DecisionBlock]) -> None:
    shared.board.apply_all(0, blocks[:2])
    before = shared.content()
    with shared.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE timeline RENAME TO elsewhere")
    with pytest.raises(BoardUnwritable, match=r"could not be written \(.*timeline"):
        shared.board.apply_all(0, blocks)
    with shared.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO timeline")
    assert shared.content() == before
    assert shared.board.apply_all(0, blocks).blocks == 3


def test_partitions_stand_by_themselves(shared: Shared) -> None:
    riverside = Decided("riverside").defined().ask().block().block().blocks
    hillside = Decided("hillside").defined().ask().block().blocks

    assert shared.board.apply_all(3, riverside).blocks == 2
    assert shared.board.apply_all(9, hillside).blocks == 1
    assert [(each.partition, each.next_source) for each in shared.board.progress()] == [(3, 2), (9, 1)]
    assert (shared.board.next_source(3), shared.board.next_source(4)) == (2, 0)


def test_what_the_matches_topic_was_told_is_not_told_again(shared: Shared) -> None:
    decided = (
        Decided().defined().ask().offer().proposed().block().ask("A2").offer("O2").proposed("M2", "A2", "O2").block()
    )
    shared.board.apply_all(0, decided.blocks)
    assert shared.board.sent(0) == 0
    assert list(told_since(shared.board)) == ["M1", "M2"]
    assert list(shared.board.matches_since(1, 0)) == []

    shared.board.remember_sent(0, 1)
    assert shared.other.sent(0) == 1
    assert list(told_since(shared.other, 1)) == ["M2"]
    shared.board.apply_all(0, decided.moved("M1", "accept").block().blocks, sent=2)
    assert [row.status.value for row in told_since(shared.other, shared.other.sent(0)).values()] == ["accepted"]


def test_matches_are_told_some_at_a_time_and_each_once(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    decided = Decided().defined()
    for number in range(7):
        decided.ask(f"A{number}").offer(f"O{number}").proposed(f"M{number}", f"A{number}", f"O{number}")
    shared.board.apply_all(0, decided.block().blocks)
    monkeypatch.setattr("services.board.database.writer.MATCHES_MAX", 3)

    found = list(shared.board.matches_since(0, 0))
    assert [len(some.rows) for some in found] == [3, 3, 1]
    assert [row.match for some in found for row in some.rows] == [f"M{number}" for number in range(7)]


def test_a_board_made_anew_is_the_board_that_followed(shared: Shared, blocks: list[DecisionBlock]) -> None:
    log = memory_log(blocks)
    hillside = Decided("hillside").defined().ask("A7").block().blocks
    append(log, hillside, partition=9)
    shared.board.apply_all(0, blocks)
    shared.board.apply_all(9, hillside)
    shared.board.remember_sent(9, 1)
    followed = shared.content()
    with shared.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM asks")
        connection.exec_driver_sql("UPDATE matches SET status = 'proposed'")

    assert rebuild_database(log, shared.engine) == len(blocks) + 1
    assert shared.content() == followed
    assert shared.board.sent(9) == 0


def test_a_board_that_cannot_be_made_anew_stands_as_before(shared: Shared, blocks: list[DecisionBlock]) -> None:
    shared.board.apply_all(0, blocks)
    before = shared.content()

    with pytest.raises(BoardGap):
        rebuild_database(memory_log([*blocks[:2], blocks[4]]), shared.engine)
    assert shared.content() == before
