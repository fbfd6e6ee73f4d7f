"""One writer per log, whatever happens to it: an advisory lock that the kernel lets go of with the process."""

import contextlib
import fcntl
import os
from pathlib import Path

from services.runtime.log.errors import LogBusy, LogUnwritable

PID_BYTES_MAX = 20


class WriterLock:
    """Held from construction to `release`, on a file beside the log, which stays there: only the lock counts.

    A file of its own, because closing any handle on SQLite's file would drop SQLite's locks on it. A process forked
    from the holder shares the lock, as it shares the log: fork before opening.

    Raises:
        LogBusy: another process, or another log in this one, holds it.
        LogUnwritable: the lock's file cannot be made.
    """

    def __init__(self, log_path: Path) -> None:
        self.path = log_path.with_name(f"{log_path.name}.writer")
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise LogUnwritable(f"{self.path}: {error.strerror}; make the folder, or make it writable") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = _holder(self._file)
            os.close(self._file)
            raise LogBusy(
                f"{log_path} is being written by {holder}; stop it first, or open the log for reading only"
            ) from None
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same, only nameless
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let the next writer in. Releasing twice is fine."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _holder(file: int) -> str:
    """Who holds the lock. The number is written after the lock is taken, so for a moment it may be missing."""
    pid = os.pread(file, PID_BYTES_MAX, 0).decode("ascii", "replace")
    return f"process {pid}" if pid.isdecimal() else "another process"
