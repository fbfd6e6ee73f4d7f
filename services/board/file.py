"""The board's file: who may write it, how it is opened, and what is refused at the door."""

import fcntl
import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from services.board.errors import (
    BoardInUse,
    BoardMissing,
    BoardTooNew,
    BoardTooOld,
    BoardUnreadable,
    BoardUnwritable,
)
from services.board.tables import APPLICATION_ID, DDL, VERSION

BUSY_S = 5.0
"""How long to wait for another connection's lock before giving up."""
CACHE_KIB = 64 * 1024
SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite may keep beside a database; only ever valid together with the very file it was written for."""


class WritingLock:
    """The right to change the board at a path: one process at a time, and gone with the process that holds it."""

    def __init__(self, path: Path, wanted: str) -> None:
        """Take the lock.

        Args:
            wanted: who wants it, for the refusal.

        Raises:
            BoardInUse: another process, or another writer in this one, holds it.
            BoardUnwritable: the folder is missing or refuses.
        """
        try:
            self._descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise BoardUnwritable(str(path), error.strerror or "no reason was given") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise BoardInUse(str(path), wanted) from error

    def release(self) -> None:
        """Let somebody else write."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the board, with empty tables where there was none. The caller holds the lock.

    A power cut may cost the last transactions, never part of one: progress is in them, and the log has the rest.

    Raises:
        BoardTooNew: a newer Commonweal wrote it.
        BoardTooOld: it has to be made anew.
        BoardUnreadable: it is something else, or damaged.
        BoardUnwritable: the folder or the disk refuses.
    """
    try:
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise BoardUnwritable(str(path), str(error)) from error
    try:
        _create_or_check(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    except sqlite3.Error as error:
        connection.close()
        raise _refusal(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _create_or_check(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        check_version(connection, path)
        return
    connection.executescript(
        f"BEGIN; {DDL} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    )


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open the board for queries only: nothing done through this connection can change it.

    Raises:
        BoardMissing: there is no file.
        BoardTooNew: a newer Commonweal wrote it.
        BoardTooOld: it has to be made anew.
        BoardUnreadable: it is something else, or damaged.
    """
    if not path.exists():
        raise BoardMissing(str(path))
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        check_version(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise BoardUnreadable(str(path), str(error)) from error
    except BaseException:
        connection.close()
        raise
    return connection


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is no board, and boards whose tables are not this version's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise BoardUnreadable(str(path), "it belongs to another program")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise BoardTooNew(str(path), version, VERSION)
    if version < VERSION:
        raise BoardTooOld(str(path), version, VERSION)


def _refusal(path: Path, error: sqlite3.Error) -> Exception:
    """Busy, unwritable and damaged ask for different things to be done."""
    if isinstance(error, sqlite3.OperationalError):
        busy = "locked" in str(error)
        return BoardInUse(str(path), "opening it") if busy else BoardUnwritable(str(path), str(error))
    return BoardUnreadable(str(path), str(error))


def side_files(path: Path) -> list[Path]:
    """What SQLite may have left beside the file."""
    return [Path(f"{path}{suffix}") for suffix in SIDE_FILES]


def settle(path: Path) -> None:
    """Fold the write-ahead log into the file, so that nothing beside it could be taken for another file's.

    A damaged or foreign file is left as it is, without what lay beside it. The caller holds the lock.

    Raises:
        BoardInUse: somebody is reading; the file cannot be exchanged under them.
    """
    if not path.exists():
        _remove(side_files(path))
        return
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise BoardInUse(str(path), "making it anew") from error
    except sqlite3.DatabaseError:
        mode = "damaged"
    finally:
        connection.close()
    if mode not in ("delete", "damaged"):
        raise BoardInUse(str(path), "making it anew")
    _remove(side_files(path))


def discard(path: Path) -> None:
    """Remove a board that was never finished, with all that lies beside it."""
    _remove([path, *side_files(path)])


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
