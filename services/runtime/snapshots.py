"""Snapshots: states computed from a log, kept so that a start need not fold the log from its beginning.

A snapshot lies in immutable chunks, each written by itself; its manifest comes last, so a snapshot that was not
finished is none. Two are kept per partition. Losing all of them costs time and nothing else: that is why a file that
cannot be used is set aside instead of stopping anybody.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES_MAX = 4 * 1024 * 1024
KEPT_PER_PARTITION = 2
BUSY_WAIT_S = 5.0

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_TABLES = """
CREATE TABLE IF NOT EXISTS chunks (
    snapshot INTEGER NOT NULL,
    number INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (snapshot, number)
);
CREATE TABLE IF NOT EXISTS manifests (
    snapshot INTEGER PRIMARY KEY,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    codec INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    chunks INTEGER NOT NULL
);
"""
_NEXT_NUMBER = """
SELECT 1 + max(coalesce((SELECT max(snapshot) FROM manifests), 0), coalesce((SELECT max(snapshot) FROM chunks), 0))
"""
_AT_OR_BELOW = """
SELECT snapshot, next_offset, sha256, chunks FROM manifests
WHERE partition = ? AND next_offset <= ? AND codec = ? ORDER BY next_offset DESC, snapshot DESC
"""
_FORGET_ALL_BUT = """
DELETE FROM manifests WHERE partition = ?1 AND snapshot NOT IN (
    SELECT snapshot FROM manifests WHERE partition = ?1 ORDER BY snapshot DESC LIMIT ?2
)
"""


class SnapshotError(Exception):
    """A snapshot could not be kept. Nothing is lost by that: the next start folds more of the log."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state as it was frozen."""

    partition: int
    next_offset: int
    """Of the source: everything before it is in this state, nothing from it on."""
    codec: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    snapshot: Snapshot | None
    """The newest one that can be read; None: fold from the beginning."""
    unreadable: tuple[int, ...] = ()
    """`next_offset` of those that would have been newer and could not be read: say so to an operator."""
    trouble: str | None = None
    """Why the file could not be searched at all, in a sentence for the operator; None, as a rule."""


class Snapshots:
    """The snapshots of all partitions, in one SQLite file. One writer.

    Args:
        path: of the file, made if there is none. One that is no database, or a broken one, is renamed to
            `<name>.damaged`, in place of an earlier such file, and a new one made.

    Raises:
        SnapshotError: the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.set_aside: Path | None = None
        """Where the file went that could not be used; None, as a rule."""
        try:
            self._make_tables()
        except SnapshotError as error:
            if getattr(error.__cause__, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF not in _DAMAGE:
                raise  # a full disk is no reason to throw anything away
            self.set_aside = _renamed(path)
            self._make_tables()

    def save(self, partition: int, next_offset: int, codec: int, data: bytes) -> None:
        """Keep a state, and forget all but the last two of its partition.

        The last two that were *saved*: after a log was set back, what was saved for offsets it no longer has goes first.

        Args:
            next_offset: of the source; everything before it is in the state.
            codec: version of how the state was frozen: only who asks for the same one gets it back.
            data: the frozen state.

        Raises:
            SnapshotError: the disk did not take it; what was kept before is still there.
        """
        with self._open() as file:
            self._sweep(file)
            ((snapshot,),) = file.execute(_NEXT_NUMBER).fetchall()
            chunks = range(0, len(data), CHUNK_BYTES_MAX)
            for number, start in enumerate(chunks):
                chunk = data[start : start + CHUNK_BYTES_MAX]
                file.execute("INSERT INTO chunks VALUES (?, ?, ?)", (snapshot, number, chunk))
            manifest = snapshot, partition, next_offset, codec, hashlib.sha256(data).hexdigest(), len(chunks)
            file.execute("INSERT INTO manifests VALUES (?, ?, ?, ?, ?, ?)", manifest)  # from here on it counts
            file.execute(_FORGET_ALL_BUT, (partition, KEPT_PER_PARTITION))
            self._sweep(file)

    def newest_at_or_below(self, partition: int, offset: int, codec: int) -> Found:
        """The newest readable state of this codec with `next_offset` at or below `offset`.

        Never raises: a snapshot that does not match its hash is passed over and named, and so is a file that cannot be
        read at all.
        """
        unreadable: list[int] = []
        try:
            with self._open() as file:
                for snapshot, next_offset, sha256, chunks in file.execute(_AT_OR_BELOW, (partition, offset, codec)):
                    data = _data(file, snapshot, chunks)
                    if data is not None and hashlib.sha256(data).hexdigest() == sha256:
                        return Found(Snapshot(partition, next_offset, codec, data), tuple(unreadable))
                    unreadable.append(next_offset)
        except SnapshotError as error:
            return Found(None, tuple(unreadable), str(error))
        return Found(None, tuple(unreadable))

    def _make_tables(self) -> None:
        with self._open() as file:
            file.execute("PRAGMA journal_mode = WAL")
            file.executescript(_TABLES)

    def _sweep(self, file: sqlite3.Connection) -> None:
        """Chunks without a manifest: of a snapshot that was not finished, or that was forgotten."""
        file.execute("DELETE FROM chunks WHERE snapshot NOT IN (SELECT snapshot FROM manifests)")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file, for one call: each statement is a transaction of its own, in the order in which it is made."""
        try:
            connection = sqlite3.connect(self._path, timeout=BUSY_WAIT_S, isolation_level=None)
            with self._lock, closing(connection) as file:
                file.execute("PRAGMA synchronous = NORMAL")  # a snapshot lost with the power is folded anew
                yield file
        except sqlite3.Error as error:
            raise SnapshotError(
                f"{self._path}: {error}; make room, or delete the file: the next start folds the log instead"
            ) from error


def _data(file: sqlite3.Connection, snapshot: int, chunks: int) -> bytes | None:
    try:
        found = file.execute("SELECT data FROM chunks WHERE snapshot = ? ORDER BY number", (snapshot,)).fetchall()
        return b"".join(data for (data,) in found) if len(found) == chunks else None
    except (sqlite3.Error, TypeError):  # TypeError: a flipped bit made a number of a chunk
        return None


def _renamed(path: Path) -> Path:
    for suffix in ("-wal", "-shm"):  # SQLite would play the old one's write-ahead file into the new one
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    return path.replace(path.with_name(f"{path.name}.damaged"))
