"""What the board promises whatever happens to its process: each decision block once, in order, whole or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.decisions import DecisionBlock
from schemas.topics import TOPICS
from services.board import BoardReader, BoardWriter, open_board, rebuild
from services.runtime.log import SqliteLog, VirtualClock
from tests.unit.board.decided import Decided
from tests.unit.board.logged import append, content_of

KILLS = 8
BLOCKS = 60
ASKS_IN_A_BLOCK = 30

APPLY = """
import sys
from pathlib import Path
from schemas.topics import TOPICS
from services.board import BoardWriter
from services.board.decisions import batches
from services.runtime.log import SqliteLog

log = SqliteLog(Path(sys.argv[1]), TOPICS, read_only=True)
with BoardWriter(Path(sys.argv[2])) as board:
    for blocks in batches(log, 0, board.next_source(0)):
        for block in blocks:
            print(block.source, flush=True)  # said before it is applied: the kill falls into the middle of it
            board.apply(0, block)
"""


@pytest.fixture(scope="module")
def blocks() -> list[DecisionBlock]:
    """A long story: each block opens asks, proposes them, and settles those of the block before."""
    decided = Decided().defined()
    for number in range(BLOCKS - 1):
        for index in range(ASKS_IN_A_BLOCK):
            name = f"{number}-{index}"
            decided.ask(f"A{name}").offer(f"O{name}").proposed(f"M{name}", f"A{name}", f"O{name}")
            if number:
                decided.moved(f"M{number - 1}-{index}", *(("accept", "complete") if index % 3 else ("decline",)))
        decided.block()
    return decided.block().blocks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, blocks: list[DecisionBlock]) -> Path:
    """A folder with the story's log, and the board that was made from it in one go."""
    path = tmp_path_factory.mktemp("data")
    log = SqliteLog(path / "log.db", TOPICS, VirtualClock(0), clock_kind="virtual")
    append(log, blocks)
    rebuild(log, path / "straight.db")
    log.close()
    return path


@pytest.mark.slow
def test_killed_while_applying_each_block_is_applied_once(folder: Path, blocks: list[DecisionBlock]) -> None:
    path = folder / "board.db"
    applied = 0
    for kill in range(KILLS):
        reached = killed_after(folder / "log.db", path, lines=1 + kill * 5 % 8)
        with BoardReader(path) as board:
            standings = board.standings()
        next_source = standings[0].next_source if standings else 0
        assert max(applied, reached) <= next_source <= len(blocks), "what was done stays done"
        assert [standing.chain for standing in standings] == [block.chain for block in blocks[:next_source][-1:]]
        applied = next_source
    log = SqliteLog(folder / "log.db", TOPICS, read_only=True)
    open_board(log, path).close()
    log.close()
    assert content_of(path) == content_of(folder / "straight.db")


def killed_after(log: Path, path: Path, *, lines: int) -> int:
    """Let another process apply the log, and kill it once it has said this many lines.

    Returns:
        The source it was at, at least.
    """
    command = [sys.executable, "-c", APPLY, str(log), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
    return max((int(line) for line in said if line), default=0)


@pytest.mark.slow
def test_killed_while_it_is_made_anew_the_old_board_stands(folder: Path, blocks: list[DecisionBlock]) -> None:
    path = folder / "old.db"
    with BoardWriter(path) as board:
        board.apply_all(0, blocks[:3])
    before = content_of(path)
    script = (
        "import sys; from pathlib import Path; from schemas.topics import TOPICS; from services.board import rebuild\n"
        "from services.runtime.log import SqliteLog; log = SqliteLog(Path(sys.argv[1]), TOPICS, read_only=True)\n"
        "rebuild(log, Path(sys.argv[2]), told=lambda blocks: (print(blocks, flush=True), sys.stdin.readline()))"
    )
    command = [sys.executable, "-c", script, str(folder / "log.db"), str(path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip(), "it has folded something, and waits"
        process.kill()
    assert content_of(path) == before
    log = SqliteLog(folder / "log.db", TOPICS, read_only=True)
    assert rebuild(log, path) == len(blocks)
    log.close()
    assert content_of(path) == content_of(folder / "straight.db")
    assert not list(folder.glob("old.db.rebuilding*"))
