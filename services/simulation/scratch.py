"""Data folders that are gone when they are no longer needed: in memory, where the machine has room for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder is made in it under a name nobody can guess
"""Nothing in it waits for a disk."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder for as long as the block runs."""
    home = IN_MEMORY if IN_MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="commonweal-", dir=home) as folder:
        yield Path(folder)
