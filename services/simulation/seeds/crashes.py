"""Crashes: the process is gone between two steps, and what it leaves is what lay on the disk.

A killed process closes nothing. So the folder is copied at that very moment, and life goes on in the copy; the files
that are still open belong to a folder nobody looks at again.
"""

from collections.abc import Iterable
from pathlib import Path
from random import Random
from shutil import copytree, ignore_patterns, rmtree

from services.embedded import DataFolder
from services.simulation.chance import pick

WRITE_AHEAD = "-wal"
NOT_LEFT = ignore_patterns("*-shm")
"""SQLite's index of a write-ahead file: whoever opens the database first makes it anew."""
LEFT = {"killed": 75, "power cut": 10, "board lost": 7, "snapshots lost": 8, "relay lost": 7}


class Killed(BaseException):
    """The process is gone. No `Exception`: nobody in the product may catch it."""


class Fuse:
    """Kills after so many finished steps, then after so many more.

    Args:
        gaps: how many steps are finished from one crash to the next.
        home: where folders lie, one per life.
    """

    def __init__(self, gaps: Iterable[int], home: Path) -> None:
        self.folder = home / "0"
        """Where the process lives, or is to live next."""
        self.killed: list[str] = []
        """The step after which it was, each time."""
        self._gaps = iter(gaps)
        self._left = next(self._gaps, 0)

    def after_step(self, step: str) -> None:
        """Hear that a step is done.

        Raises:
            Killed: that was the last thing the process did.
        """
        self._left -= 1
        if self._left != 0:
            return
        self.killed.append(step)
        self._left = next(self._gaps, 0)
        image = self.folder.with_name(str(len(self.killed)))
        copytree(self.folder, image, ignore=NOT_LEFT)
        self.folder = image
        raise Killed(step)


def befall(draw: Random, folder: Path) -> str:
    """What else the crash did to what was left: files that may be lost are, and no other.

    Returns:
        Which of `LEFT` it was.
    """
    left, data = pick(draw, LEFT), DataFolder(folder)
    if left == "power cut":  # what was not waited for never came to the disk
        for path in (data.board, data.snapshots):
            path.with_name(f"{path.name}{WRITE_AHEAD}").unlink(missing_ok=True)
    elif left == "board lost":
        _remove(data.board)
    elif left == "snapshots lost":
        _remove(data.snapshots)
    elif left == "relay lost":
        _remove(data.relay)
    return left


def bury(folder: Path) -> None:
    """The folder of a life that is over."""
    rmtree(folder, ignore_errors=True)


def _remove(database: Path) -> None:
    for name in (database.name, f"{database.name}{WRITE_AHEAD}"):
        database.with_name(name).unlink(missing_ok=True)
