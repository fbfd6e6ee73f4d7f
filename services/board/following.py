"""The decisions log → the board: opening it, catching up, and noticing that the two tell different histories."""

from contextlib import suppress
from pathlib import Path

from services.board.decisions import Told, batches, partitions, silently
from services.board.errors import BoardMissing, BoardTooOld
from services.board.file import open_to_read
from services.board.rebuilding import rebuild
from services.board.same_history import check_same_history
from services.board.writer import BoardWriter
from services.runtime.log.seam import Log


def open_board(log: Log, path: Path, *, told: Told = silently) -> BoardWriter:
    """Open the board to write it: made anew if an older version wrote it, and caught up with the log.

    Raises:
        BoardError: of any kind; see `services.board.errors`.
    """
    with suppress(BoardMissing):  # the first start: opening it to write makes it
        try:
            open_to_read(path).close()
        except BoardTooOld:
            rebuild(log, path, told=told)
    writer = BoardWriter(path)
    try:
        catch_up(log, writer, told=told)
    except BaseException:
        writer.close()
        raise
    return writer


def catch_up(log: Log, writer: BoardWriter, *, told: Told = silently) -> int:
    """Apply everything the log holds beyond the board.

    Returns:
        How many blocks were new.

    Raises:
        BoardAstray: the board was made from another log, or this one was set back.
        BoardGap, FactOutOfPlace, DecisionUnreadable, BoardUnwritable: what was applied before stays applied.
    """
    for progress in writer.progress():
        check_same_history(log, progress)
    count = 0
    for partition in partitions(log):
        for blocks in batches(log, partition, writer.next_source(partition)):
            new = writer.apply_all(partition, blocks)
            told(new)
            count += new
    return count
