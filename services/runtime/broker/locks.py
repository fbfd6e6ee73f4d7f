"""Locks that the kernel lets go of with the process that holds them, or with the last one that inherited them."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from services.runtime.broker.errors import BrokerBusy

LOOK_EVERY_S = 0.05


@contextlib.contextmanager
def locked(path: Path, *, wait_s: float, shared: bool = False) -> Iterator[int]:
    """Hold a file's lock, as an open descriptor that a child may inherit: then the lock lives as long as the child.

    Args:
        shared: others may hold it too, if they share it as well.

    Raises:
        BrokerBusy: somebody else held it all the while.
        OSError: the file cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        deadline = time.monotonic() + wait_s
        while not _take(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise BrokerBusy(path.parent)
            time.sleep(LOOK_EVERY_S)
        yield descriptor
    finally:
        os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Whether a living process holds the file's lock."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        return not _take(descriptor, fcntl.LOCK_SH)  # shared, so that two who look do not see each other
    finally:
        os.close(descriptor)


def _take(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
