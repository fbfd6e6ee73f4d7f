"""From the log to the board: catching up, making it anew, and noticing that the two do not belong together."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from schemas.decisions import DecisionBlock
from schemas.topics import DECISIONS
from services.board import (
    BoardAstray,
    BoardGap,
    BoardInUse,
    BoardReader,
    BoardTooNew,
    BoardUnreadable,
    BoardUnwritable,
    BoardWriter,
    DecisionUnreadable,
    FactOutOfPlace,
    catch_up,
    open_board,
    rebuild,
)
from services.board.decisions import RECORDS_MAX
from services.board.tables import VERSION
from services.runtime.log import NewRecord
from tests.unit.board.decided import Decided
from tests.unit.board.histories import EXAMPLES_ON_DISK, histories
from tests.unit.board.logged import append, content_of, memory_log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "board.db"


@pytest.fixture
def blocks() -> list[DecisionBlock]:
    decided = Decided().defined().block().ask().offer().block().proposed().block().block()
    return decided.moved("M1", "accept", "complete").thanked("M1").block().blocks


def files_beside(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


@settings(max_examples=EXAMPLES_ON_DISK)
@given(blocks=histories())
def test_a_board_made_anew_is_the_board_row_for_row(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[DecisionBlock]
) -> None:
    path = tmp_path_factory.mktemp("boards") / "board.db"
    log = memory_log(blocks)
    with BoardWriter(path) as board:
        for block in blocks:
            board.apply(0, block)
    with BoardReader(path) as reader:
        before, hash_before = list(reader.dump()), reader.content_hash()
    assert rebuild(log, path) == len(blocks)
    with BoardReader(path) as reader:
        assert (list(reader.dump()), reader.content_hash()) == (before, hash_before)


def test_the_content_hash_tells_boards_apart(path: Path, blocks: list[DecisionBlock]) -> None:
    rebuild(memory_log(blocks[:-1]), path)
    with BoardReader(path) as reader:
        shorter = reader.content_hash()
    rebuild(memory_log(blocks), path)
    with BoardReader(path) as reader:
        assert reader.content_hash() != shorter


def test_catching_up_goes_on_where_the_board_stands(path: Path, blocks: list[DecisionBlock]) -> None:
    log = memory_log(blocks[:2])
    with open_board(log, path) as board:
        assert board.next_source(0) == 2
        append(log, blocks[2:])
        assert catch_up(log, board) == 3
        assert catch_up(log, board) == 0


def test_a_long_log_is_read_piece_by_piece_and_told_on_the_way(path: Path) -> None:
    decided = Decided().defined()
    for _ in range(RECORDS_MAX + 5):
        decided.block()
    heard: list[int] = []
    with open_board(memory_log(decided.blocks), path, told=heard.append) as board:
        assert board.next_source(0) == RECORDS_MAX + 5
    assert heard == [RECORDS_MAX, 5]


def test_every_partition_is_caught_up_with(path: Path) -> None:
    log = memory_log(Decided("riverside").defined().block().blocks, partition=3)
    append(log, Decided("hillside").defined().block().block().blocks, partition=40)
    with open_board(log, path) as board:
        assert [(each.partition, each.next_source) for each in board.progress()] == [(3, 1), (40, 2)]


def test_records_that_repeat_a_source_are_dropped_wherever_reading_begins(
    path: Path, blocks: list[DecisionBlock]
) -> None:
    again = blocks[1].model_copy(update={"chain": "e" * 64, "facts": ()})
    log = memory_log([*blocks[:2], blocks[0], again])
    with open_board(log, path) as board:
        append(log, [again, *blocks[2:]])
        assert catch_up(log, board) == 3
        append(log, [again])
        assert catch_up(log, board) == 0
    expected = path.with_name("expected.db")
    rebuild(memory_log(blocks), expected)
    assert content_of(path) == content_of(expected)


def test_a_gap_in_the_log_stops_and_keeps_the_old_board(path: Path, blocks: list[DecisionBlock]) -> None:
    rebuild(memory_log(blocks[:2]), path)
    before = content_of(path)
    with pytest.raises(BoardGap):
        rebuild(memory_log([*blocks[:2], *blocks[3:]]), path)
    assert content_of(path) == before
    assert files_beside(path) == ["board.db", "board.db.lock"]


@pytest.mark.parametrize("length", [0, 1])
def test_a_log_that_was_set_back_is_noticed(path: Path, blocks: list[DecisionBlock], length: int) -> None:
    with open_board(memory_log(blocks[:2]), path) as board, pytest.raises(BoardAstray, match="set back or is another"):
        catch_up(memory_log(blocks[:length]), board)


def test_another_folders_log_is_noticed(path: Path, blocks: list[DecisionBlock]) -> None:
    other = [block.model_copy(update={"chain": "d" * 64}) for block in blocks]
    with open_board(memory_log(blocks[:2]), path) as board:
        before = content_of(path)
        with pytest.raises(BoardAstray, match="partition 0: the board stands at source 2"):
            catch_up(memory_log(other), board)
        assert content_of(path) == before


def test_a_log_that_skips_the_block_the_board_read_last_is_noticed(path: Path, blocks: list[DecisionBlock]) -> None:
    log = memory_log([blocks[0], blocks[2], blocks[3]])
    with open_board(memory_log(blocks[:2]), path) as board, pytest.raises(BoardAstray):
        catch_up(log, board)


@pytest.mark.parametrize("value", [None, b"", b'{"version": 2}', b"\xff"])
def test_a_record_that_is_no_decision_block_names_its_offset(
    path: Path, blocks: list[DecisionBlock], value: bytes | None
) -> None:
    log = memory_log(blocks)
    log.append(DECISIONS.name, 0, [NewRecord(value)])
    with pytest.raises(DecisionUnreadable, match="decisions, partition 0, offset 5: not a decision block of version 1"):
        rebuild(log, path)


def test_a_board_of_an_older_version_is_made_anew_when_it_is_opened(path: Path, blocks: list[DecisionBlock]) -> None:
    log = memory_log(blocks)
    open_board(log, path).close()
    before = content_of(path)
    in_file(path, "ALTER TABLE asks DROP COLUMN to_community", f"PRAGMA user_version = {VERSION - 1}")
    with open_board(log, path) as board:
        assert board.next_source(0) == 5
    assert content_of(path) == before


def in_file(path: Path, *statements: str) -> None:
    """Somebody else's hand in the file."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA writable_schema = ON")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_board_of_a_newer_version_is_not_opened(path: Path, blocks: list[DecisionBlock]) -> None:
    open_board(memory_log(blocks), path).close()
    in_file(path, f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(BoardTooNew):
        open_board(memory_log(blocks), path)


def test_a_board_that_cannot_catch_up_lets_go_of_the_file(path: Path, blocks: list[DecisionBlock]) -> None:
    open_board(memory_log(blocks), path).close()
    with pytest.raises(BoardAstray):
        open_board(memory_log(), path)
    with BoardWriter(path) as board:
        assert board.next_source(0) == 5


@pytest.mark.parametrize("damage", [b"", b"garbage " * 1_000])
def test_a_damaged_board_is_made_anew(path: Path, blocks: list[DecisionBlock], damage: bytes) -> None:
    rebuild(memory_log(blocks), path)
    before = content_of(path)
    path.write_bytes(damage)
    path.with_name("board.db-wal").write_bytes(b"what lay beside it")
    with pytest.raises(BoardUnreadable):
        BoardReader(path)
    rebuild(memory_log(blocks), path)
    assert content_of(path) == before


def test_the_write_ahead_file_of_a_killed_writer_never_meets_the_new_board(
    path: Path, blocks: list[DecisionBlock]
) -> None:
    killed = path.with_name("killed.db")
    with BoardWriter(killed) as board:
        board.apply_all(0, blocks)
        for suffix in ("", "-wal"):  # as they lie on the disk when the process is gone
            path.with_name(f"board.db{suffix}").write_bytes(killed.with_name(f"killed.db{suffix}").read_bytes())
    rebuild(memory_log(blocks[:2]), path)
    with BoardReader(path) as reader:
        assert [each.next_source for each in reader.standings()] == [2]


def test_what_an_interrupted_rebuild_left_is_removed(path: Path, blocks: list[DecisionBlock]) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(f"board.db.rebuilding{suffix}").write_bytes(b"half a board")
    rebuild(memory_log(blocks), path)
    assert files_beside(path) == ["board.db", "board.db.lock"]


def test_side_files_of_a_board_that_is_gone_are_removed(path: Path, blocks: list[DecisionBlock]) -> None:
    path.with_name("board.db-wal").write_bytes(b"of a board that was deleted by hand")
    assert rebuild(memory_log(blocks), path) == 5
    assert files_beside(path) == ["board.db", "board.db.lock"]


def test_nobody_makes_a_board_anew_while_another_writes_it(path: Path, blocks: list[DecisionBlock]) -> None:
    log = memory_log(blocks)
    with open_board(log, path), pytest.raises(BoardInUse, match="making it anew needs it alone; stop that one first"):
        rebuild(log, path)


def test_nobody_makes_a_board_anew_while_another_reads_it(path: Path, blocks: list[DecisionBlock]) -> None:
    log = memory_log(blocks)
    rebuild(log, path)
    with BoardReader(path) as reader:
        assert len(reader.standings()) == 1
        with pytest.raises(BoardInUse, match="making it anew needs it alone"):
            rebuild(log, path)
    assert rebuild(log, path) == 5


def test_a_rebuild_where_there_is_no_folder_is_refused(tmp_path: Path, blocks: list[DecisionBlock]) -> None:
    with pytest.raises(BoardUnwritable, match="No such file or directory"):
        rebuild(memory_log(blocks), tmp_path / "nowhere" / "board.db")


def test_a_fact_out_of_place_in_the_log_keeps_the_old_board(path: Path, blocks: list[DecisionBlock]) -> None:
    rebuild(memory_log(blocks), path)
    before = content_of(path)
    strange = Decided(blocks=list(blocks)).held("A9").block().blocks
    with pytest.raises(FactOutOfPlace, match="if it says the same, the decisions log is damaged"):
        rebuild(memory_log(strange), path)
    assert content_of(path) == before


@pytest.fixture
def reader(path: Path, blocks: list[DecisionBlock]) -> Iterator[BoardReader]:
    rebuild(memory_log(blocks), path)
    with BoardReader(path) as board:
        yield board


def test_a_snapshot_sees_one_moment_and_may_be_nested(reader: BoardReader, path: Path) -> None:
    with reader.snapshot(), reader.snapshot():
        assert [each.next_source for each in reader.standings()] == [5]
        with BoardWriter(path) as board:
            board.apply(0, Decided(blocks=[*[Decided().block().blocks[0]] * 5]).block().blocks[-1])
        assert [each.next_source for each in reader.standings()] == [5]
    assert [each.next_source for each in reader.standings()] == [6]
