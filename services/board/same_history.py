"""Whether a board and a log tell one history, or the board was made of another log."""

from services.board.decisions import batches, end_of
from services.board.errors import MADE_ANEW, BoardAstray
from services.board.rows import Progress
from services.runtime.log.seam import Log


def check_same_history(log: Log, progress: Progress, *, remedy: str = MADE_ANEW) -> None:
    """The log must hold the block the board read last, with the same chain: then all before it is the same too.

    The first record for a source counts, as it did when the board read it.

    Args:
        remedy: what to do about a board of another log, where it stands.

    Raises:
        BoardAstray: it does not.
        LogError: the log does not answer.
    """
    last_source = progress.next_source - 1
    if last_source < 0:
        return
    end = end_of(log, progress.partition)
    if last_source < end:
        for blocks in batches(log, progress.partition, last_source):
            for block in blocks:
                if block.source == last_source and block.chain == progress.chain:
                    return
                if block.source >= last_source:
                    found = f"another block for source {block.source}, chain {block.chain[:12]}"
                    raise BoardAstray(progress, found, remedy)
    raise BoardAstray(progress, f"none, and ends at {end}", remedy)
