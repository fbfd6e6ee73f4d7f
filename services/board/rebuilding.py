"""The decisions log → a board made anew.

What a rebuild writes is what applying the same blocks one by one has written: the board holds nothing of its own.
"""

import os
from pathlib import Path

from services.board.decisions import Told, batches, partitions, silently
from services.board.file import WritingLock, discard, settle
from services.board.writer import Tables
from services.runtime.log.seam import Log


def rebuild(log: Log, path: Path, *, told: Told = silently) -> int:
    """Make the board anew from the whole log, beside the old one, and exchange the two at the end.

    1. Nobody else writes from here on. Killed here: nothing has happened.
    2. The old board is settled, so that nothing beside it can be mistaken for the new one's; readers may come back.
       Killed here: the old board stands.
    3. The log is folded into a fresh file. Killed here: the old board stands; the next rebuild removes the rest.
    4. The new file is on disk, whole, and takes the old one's name at once. Killed here: one of the two stands.

    Returns:
        How many blocks it was made from.

    Raises:
        BoardInUse: another process writes or reads the board.
        BoardGap, FactOutOfPlace, DecisionUnreadable, BoardUnwritable: the old board stands as before.
    """
    fresh = path.with_name(f"{path.name}.rebuilding")
    with WritingLock(path, "making it anew"):
        settle(path)
        discard(fresh)
        try:
            count = _fold_into(log, fresh, told)
            _sync(fresh)
            fresh.replace(path)
            _sync(path.parent)
        finally:
            discard(fresh)
    return count


def _fold_into(log: Log, fresh: Path, told: Told) -> int:
    tables, count = Tables(fresh), 0
    try:
        for partition in partitions(log):
            for blocks in batches(log, partition, 0):
                new = tables.apply(partition, blocks)
                told(new)
                count += new
    finally:
        tables.close()
    return count


def _sync(path: Path) -> None:
    """Wait until the disk has it: for a folder, until it knows the new name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
