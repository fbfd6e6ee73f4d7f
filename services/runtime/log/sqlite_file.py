"""The file under the SQLite log: how it is opened and checked, and SQLite's errors in our words."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from services.runtime.log.clock import ClockKind
from services.runtime.log.errors import (
    ClockMismatch,
    LogBusy,
    LogCorrupt,
    LogFull,
    LogRefused,
    LogUnwritable,
)
from services.runtime.log.rows import Damage
from services.runtime.log.sqlite_check import check_ends, check_pages
from services.runtime.log.wal_check import check_write_ahead

FORMAT = 1
"""Of the tables below. A higher one was written by a newer Commonweal and is refused."""
PAGE_BYTES = 4096
FILE_BYTES_MAX = 256 * 1024**3
CHECKPOINT_PAGES = 1_000
"""The write-ahead file is folded into the log whenever it has grown by this: 4 MB."""
WRITE_AHEAD_BYTES_MAX = 64 * 1024 * 1024
"""What is left of it on the disk after it had to grow beyond."""
BUSY_WAIT_S = 5.0
"""How long to wait for a reader that is recovering the file; writers never wait for readers otherwise."""

_REMEDY = "Restore the file from a backup, or import an exported journal"
_TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    stamp_ms INTEGER NOT NULL,
    key BLOB,
    value BLOB,
    headers BLOB,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (topic, partition, offset)
) WITHOUT ROWID;
CREATE TABLE ends (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    stamp_ms INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
INSERT INTO meta VALUES ('format', '{format}'), ('clock', '{clock}');
COMMIT;
"""


def open_writer(path: Path, clock_kind: ClockKind, file_bytes_max: int) -> sqlite3.Connection:
    """Open the log to write, making it if there is none. The caller holds the writer's lock.

    The whole file is read once to see that it is sound: about a second per gigabyte that the system has at hand.

    Raises:
        LogCorrupt: the file or its write-ahead file is damaged, or is no log.
        ClockMismatch: the log lives on the other kind of clock.
    """
    with translated(path):
        check_write_ahead(path.with_name(f"{path.name}-wal"))
        connection = _connect(str(path), uri=False)
        try:
            is_new = not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            if not is_new:  # before any setting is made: another program's file stays as it is
                _check_clock(path, recorded_clock(connection, path), clock_kind)
            _configure(connection, path, file_bytes_max)
            check_pages(connection)
            if is_new:
                connection.executescript(_TABLES.format(format=FORMAT, clock=clock_kind))
            check_ends(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Open the log to read, beside whoever writes it.

    Raises:
        LogRefused: there is no log here.
    """
    with translated(path):
        if not path.exists():
            raise LogRefused(f"{path}: there is no log here; check the data folder, or start Commonweal to make one")
        connection = _connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        connection.execute("PRAGMA query_only = ON")
        return connection


def recorded_clock(connection: sqlite3.Connection, path: Path) -> ClockKind:
    """The kind of clock the log was made for.

    Raises:
        LogCorrupt: the file is not a log.
        LogRefused: a newer Commonweal wrote it.
    """
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        raise LogCorrupt(f"{path}: a database, but not a Commonweal log; give the path of a log, or of no file at all")
    meta = {name.decode(): value.decode() for name, value in connection.execute("SELECT name, value FROM meta")}
    if meta.get("format") != str(FORMAT):
        raise LogRefused(
            f"{path}: format {meta.get('format')} was found, this Commonweal reads format {FORMAT}; use a newer one"
        )
    if meta.get("clock") not in {"wall", "virtual"}:
        raise LogCorrupt(f"{path}: the clock is recorded as neither wall nor virtual; restore the file from a backup")
    return "wall" if meta["clock"] == "wall" else "virtual"


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors within, in our words. What has no word here is a bug and goes through as it is."""
    try:
        yield
    except Damage as damage:
        raise LogCorrupt(f"{path}: {damage}; nothing was changed. {_REMEDY}") from None
    except UnicodeDecodeError:  # from SQLite's own message, which quotes what it could not read
        raise LogCorrupt(f"{path}: damaged (text that is none); nothing was changed. {_REMEDY}") from None
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
        name = getattr(error, "sqlite_errorname", "")
        match code & 0xFF:
            case sqlite3.SQLITE_FULL:
                raise LogFull(f"{path}: no room left on the disk, or within its limit; make room, try again") from error
            case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
                raise LogUnwritable(
                    f"{path}: the disk refused ({name}): full for this user, read-only or failing; mend it, try again"
                ) from error
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_CONSTRAINT:
                raise LogBusy(f"{path}: something else writes it ({name}); stop it, then open the log again") from error
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:  # the last: tables changed
                raise LogCorrupt(f"{path}: damaged, or not a log ({name}); nothing was changed. {_REMEDY}") from error
        raise


def _connect(path: str, *, uri: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, uri=uri, timeout=BUSY_WAIT_S, isolation_level=None, check_same_thread=False)
    connection.text_factory = bytes  # a flipped bit may turn bytes into a text that cannot be decoded
    return connection


def _configure(connection: sqlite3.Connection, path: Path, file_bytes_max: int) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    ((mode,),) = connection.execute("PRAGMA journal_mode = WAL").fetchall()
    if mode != b"wal":
        raise LogUnwritable(f"{path}: this file system cannot share memory; put the data folder on a local disk")
    for setting in (
        "synchronous = FULL",  # a commit waits for the disk: acknowledged means durable
        "fullfsync = ON",  # on a Mac, where a plain sync stops at the drive's cache
        "checkpoint_fullfsync = ON",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        f"journal_size_limit = {WRITE_AHEAD_BYTES_MAX}",
        f"max_page_count = {max(1, file_bytes_max // PAGE_BYTES)}",
    ):
        connection.execute(f"PRAGMA {setting}")


def _check_clock(path: Path, recorded: ClockKind, wanted: ClockKind) -> None:
    if recorded != wanted:
        raise ClockMismatch(
            f"{path} lives on a {recorded} clock, a {wanted} one was wanted: its stamps would lie. "
            f"Use another data folder, or open this one with a {recorded} clock"
        )
