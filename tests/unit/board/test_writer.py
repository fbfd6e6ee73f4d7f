"""Applying blocks: exactly once, in order, whole or not at all."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.decisions import DecisionBlock
from services.board import BoardGap, BoardReader, BoardUnwritable, BoardWriter, FactOutOfPlace
from services.board.tables import TABLES
from tests.unit.board.decided import Decided
from tests.unit.board.histories import EXAMPLES_ON_DISK, histories
from tests.unit.board.logged import content_of
from tests.unit.board.test_folding import folded


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "board.db"


@pytest.fixture
def blocks() -> list[DecisionBlock]:
    """An ask, an offer, a proposal, silence for a block, an acceptance and thanks."""
    decided = Decided().defined().block().ask().offer().block().proposed().block().block()
    return decided.moved("M1", "accept", "complete").thanked("M1").block().blocks


def applied(path: Path, blocks: list[DecisionBlock]) -> list[str]:
    with BoardWriter(path) as board:
        for block in blocks:
            assert board.apply(0, block)
    return content_of(path)


def test_blocks_move_the_board_on_and_empty_ones_too(path: Path, blocks: list[DecisionBlock]) -> None:
    with BoardWriter(path) as board:
        assert [board.apply(0, block) for block in blocks] == [True] * 5
        assert board.next_source(0) == 5
        (progress,) = board.progress()
    assert (progress.chain, progress.logic, progress.now_ms) == (blocks[-1].chain, "test-1", blocks[-1].now_ms)


def test_a_block_that_was_applied_before_changes_nothing(path: Path, blocks: list[DecisionBlock]) -> None:
    before = applied(path, blocks)
    with BoardWriter(path) as board:
        assert [board.apply(0, block) for block in blocks] == [False] * 5
    assert content_of(path) == before


def test_the_first_record_for_a_source_wins(path: Path, blocks: list[DecisionBlock]) -> None:
    before = applied(path, blocks)
    other = blocks[-1].model_copy(update={"chain": "f" * 64, "facts": ()})
    with BoardWriter(path) as board:
        assert not board.apply(0, other)
    assert content_of(path) == before


def test_a_gap_stops_the_board_and_names_its_place_and_the_way_out(path: Path, blocks: list[DecisionBlock]) -> None:
    before = applied(path, blocks[:2])
    with BoardWriter(path) as board, pytest.raises(BoardGap) as stopped:
        board.apply(0, blocks[3])
    assert str(stopped.value) == (
        "partition 0: the board stands at source 2, the block is for source 3, "
        "those between are missing; run `commonweal board rebuild`"
    )
    assert (stopped.value.partition, stopped.value.next_source, stopped.value.got_source) == (0, 2, 3)
    assert content_of(path) == before


def test_the_first_block_of_a_partition_is_for_source_0(path: Path, blocks: list[DecisionBlock]) -> None:
    with BoardWriter(path) as board, pytest.raises(BoardGap, match="partition 7: the board stands at source 0"):
        board.apply(7, blocks[1])


def test_partitions_stand_by_themselves(path: Path) -> None:
    riverside = Decided("riverside").defined().ask().block().block().blocks
    hillside = Decided("hillside").defined().ask().block().blocks
    with BoardWriter(path) as board:
        assert board.apply_all(3, riverside) == 2
        assert board.apply_all(9, hillside) == 1
        assert [(each.partition, each.next_source) for each in board.progress()] == [(3, 2), (9, 1)]
        assert board.next_source(4) == 0


def test_blocks_applied_together_are_applied_all_or_none(path: Path, blocks: list[DecisionBlock]) -> None:
    with BoardWriter(path) as board:
        with pytest.raises(BoardGap):
            board.apply_all(0, [blocks[0], blocks[1], blocks[3]])
        assert board.progress() == []
        assert board.apply_all(0, [*blocks[:3], *blocks]) == 5


def test_a_fact_out_of_place_leaves_the_board_as_it_was(path: Path, blocks: list[DecisionBlock]) -> None:
    before = applied(path, blocks)
    strange = Decided(blocks=list(blocks)).ask("A2").held("A3").block().blocks[-1]
    with (
        BoardWriter(path) as board,
        pytest.raises(FactOutOfPlace, match=r"source 5, fact 1: ask\.marked speaks of ask A3"),
    ):
        board.apply(0, strange)
    assert content_of(path) == before


@pytest.mark.parametrize("table", [table.name for table in TABLES if table.name not in ("communities", "policies")])
def test_a_disk_that_fails_in_the_middle_leaves_rows_and_progress_together(
    path: Path, blocks: list[DecisionBlock], table: str
) -> None:
    before = applied(path, blocks[:2])
    rest = blocks[2:]
    change = "CREATE TRIGGER broken BEFORE {} ON {} BEGIN SELECT RAISE(ABORT, 'the disk says no'); END"
    connection = sqlite3.connect(path)
    connection.execute(change.format("INSERT", table))
    with BoardWriter(path) as board:
        with pytest.raises(BoardUnwritable, match=r"could not be written \(the disk says no\); free space"):
            board.apply_all(0, rest)
        assert board.next_source(0) == 2
        connection.execute("DROP TRIGGER broken")
        connection.close()
        assert content_of(path) == before
        assert board.apply_all(0, rest) == 3
    assert content_of(path) == applied(path.with_name("straight.db"), blocks)


@settings(max_examples=EXAMPLES_ON_DISK)
@given(blocks=histories(), cut=st.data())
def test_any_prefix_applied_twice_equals_once(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[DecisionBlock], cut: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("boards")
    once, twice = folder / "once.db", folder / "twice.db"
    length = cut.draw(st.integers(0, len(blocks)))
    with BoardWriter(once) as board:
        board.apply_all(0, blocks)
    with BoardWriter(twice) as board:
        board.apply_all(0, blocks[:length])
    with BoardWriter(twice) as board:
        for block in blocks:
            assert board.apply(0, block) == (block.source >= length)
    assert content_of(once) == content_of(twice)


@settings(max_examples=EXAMPLES_ON_DISK)
@given(blocks=histories())
def test_the_tables_hold_what_the_fold_says(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[DecisionBlock]
) -> None:
    path = tmp_path_factory.mktemp("boards") / "board.db"
    with BoardWriter(path) as board:
        for block in blocks:
            board.apply(0, block)
    rows = folded(blocks)
    expected = {
        "asks": rows.asks.changed.values(),
        "communities": rows.communities.values(),
        "explanations": rows.explanations,
        "matches": rows.matches.changed.values(),
        "members": rows.members.changed.values(),
        "offers": rows.offers.changed.values(),
        "policies": rows.policies,
        "timeline": rows.timeline,
    }
    with BoardReader(path) as reader:
        for table in TABLES:
            if table.name in expected:
                found = [table.row(**row) for row in reader.select(table.dump)]
                assert sorted(found, key=table.values) == sorted(expected[table.name], key=table.values)
