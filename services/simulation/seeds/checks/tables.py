"""What is computed from the decisions is nothing but computed from the decisions."""

from collections.abc import Iterator

from services.board import BoardReader, rebuild
from services.embedded import DataFolder, Replayed
from services.runtime.log import Log


def board_is_a_fold(log: Log, folder: DataFolder) -> Iterator[str]:
    """A breach where the board is not what a rebuild makes of the log."""
    before = _content_hash(folder)
    rebuild(log, folder.board)
    if _content_hash(folder) != before:
        yield "the board is not what a rebuild makes of the log"


def replay_comes_to_the_living_state(replayed: Replayed, live_hashes: dict[int, str]) -> Iterator[str]:
    """Breaches where the recorded decisions do not fold to the state that lived."""
    for one in replayed.partitions:
        if one.undecided:
            yield f"partition {one.partition}: {one.undecided} journal records were never decided"
        if one.state_hash != live_hashes.get(one.partition):
            yield f"partition {one.partition}: what is recorded folds to another state than the one that lived"


def _content_hash(folder: DataFolder) -> str:
    with BoardReader(folder.board) as board:
        return board.content_hash()
