"""Snapshots: states computed from a log, kept so that a start need not fold the log from its beginning.

A snapshot lies in immutable chunks, each written by itself as it comes; its manifest, with the hash of each, comes
last, so a snapshot that was not finished is none. Two are kept per partition. Losing all of them costs time and
nothing else: that is why a file that cannot be used is set aside instead of stopping anybody.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

KEPT_PER_PARTITION = 2
BUSY_WAIT_S = 5.0
LAYOUT = 2
"""Of the tables. A file laid out otherwise is emptied: what it held is computed anew."""

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_HASH_SIZE = 32

_TABLES = f"""
DROP TABLE IF EXISTS chunks;
DROP TABLE IF EXISTS manifests;
CREATE TABLE chunks (
    snapshot INTEGER NOT NULL,
    number INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (snapshot, number)
);
CREATE TABLE manifests (
    snapshot INTEGER PRIMARY KEY,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    codec INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256s BLOB NOT NULL
);
PRAGMA user_version = {LAYOUT};
"""
_NEXT_NUMBER = """
SELECT 1 + max(coalesce((SELECT max(snapshot) FROM manifests), 0), coalesce((SELECT max(snapshot) FROM chunks), 0))
"""
_AT_OR_BELOW = """
SELECT snapshot, partition, next_offset, codec, size_bytes, sha256s FROM manifests
WHERE partition = ? AND next_offset <= ? AND codec = ? ORDER BY next_offset DESC, snapshot DESC
"""
_FORGET_ALL_BUT = """
DELETE FROM manifests WHERE partition = ?1 AND snapshot NOT IN (
    SELECT snapshot FROM manifests WHERE partition = ?1 ORDER BY snapshot DESC LIMIT ?2
)
"""


class SnapshotError(Exception):
    """A snapshot could not be kept. Nothing is lost by that: the next start folds more of the log."""


class UnreadableError(SnapshotError):
    """A snapshot is not as it was written. Take the one before it, or fold the log from its beginning."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is kept about a state that was frozen."""

    snapshot: int
    """Its number in this file; later ones are higher."""
    partition: int
    next_offset: int
    """Of the source: everything before it is in this state, nothing from it on."""
    codec: int
    size_bytes: int
    sha256s: bytes
    """The SHA-256 of each chunk, in their order, 32 bytes each."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    manifests: tuple[Manifest, ...]
    """The newest first. Empty: fold from the beginning."""
    trouble: str | None = None
    """Why the file could not be searched at all, in a sentence for the operator; None, as a rule."""


class SnapshotStore(Protocol):
    """Where snapshots are kept: a file (`Snapshots`), or a database that workers share (`DatabaseSnapshots`)."""

    def save(self, partition: int, next_offset: int, codec: int, chunks: Iterable[bytes]) -> int:
        """Keep a state, forget all but the last two of its partition, and say how many bytes were kept.

        Raises:
            SnapshotError: it was not taken; what was kept before is still there.
        """

    def at_or_below(self, partition: int, offset: int, codec: int) -> Found:
        """The kept states of this codec with `next_offset` at or below `offset`. Never raises."""

    def chunks(self, manifest: Manifest) -> Iterator[bytes]:
        """The chunks of a state, one by one, each as it was written.

        Raises:
            UnreadableError: one of them is missing or is not as it was written.
        """


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

    def save(self, partition: int, next_offset: int, codec: int, chunks: Iterable[bytes]) -> int:
        """Keep a state, and forget all but the last two of its partition.

        The last two that were *saved*: after a log was set back, what was saved for offsets it no longer has goes first.

        Args:
            next_offset: of the source; everything before it is in the state.
            codec: version of how the state was frozen: only who asks for the same one gets it back.
            chunks: the frozen state, taken one by one: no two of them need to be in memory at a time.

        Returns:
            Bytes that were kept.

        Raises:
            SnapshotError: the disk did not take it; what was kept before is still there.
        """
        with self._open() as file:
            self._sweep(file)
            ((snapshot,),) = file.execute(_NEXT_NUMBER).fetchall()
            size_bytes, sha256s = 0, bytearray()
            for number, data in enumerate(chunks):
                file.execute("INSERT INTO chunks VALUES (?, ?, ?)", (snapshot, number, data))
                size_bytes += len(data)
                sha256s += hashlib.sha256(data).digest()
            manifest = snapshot, partition, next_offset, codec, size_bytes, bytes(sha256s)
            file.execute("INSERT INTO manifests VALUES (?, ?, ?, ?, ?, ?)", manifest)  # from here on it counts
            file.execute(_FORGET_ALL_BUT, (partition, KEPT_PER_PARTITION))
            self._sweep(file)
        return size_bytes

    def at_or_below(self, partition: int, offset: int, codec: int) -> Found:
        """The kept states of this codec with `next_offset` at or below `offset`.

        Never raises: of a file that cannot be read at all it says so.
        """
        try:
            with self._open() as file:
                rows = file.execute(_AT_OR_BELOW, (partition, offset, codec)).fetchall()
        except SnapshotError as error:
            return Found((), str(error))
        return Found(tuple(_manifest(*row) for row in rows))

    def chunks(self, manifest: Manifest) -> Iterator[bytes]:
        """The chunks of a state, one by one, each as it was written.

        Raises:
            UnreadableError: one of them is missing or is not as it was written. Those before it were in order.
        """
        return checked(manifest, self._chunk)

    def _chunk(self, manifest: Manifest, number: int) -> object:
        """What lies in the chunk's place."""
        try:
            with self._open() as file:
                place = (manifest.snapshot, number)
                found = file.execute("SELECT data FROM chunks WHERE snapshot = ? AND number = ?", place).fetchone()
        except SnapshotError as error:
            raise UnreadableError(str(error)) from error
        return found[0] if found else None

    def _make_tables(self) -> None:
        with self._open() as file:
            file.execute("PRAGMA journal_mode = WAL")
            if file.execute("PRAGMA user_version").fetchone() != (LAYOUT,):
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


def checked(manifest: Manifest, chunk: Callable[[Manifest, int], object]) -> Iterator[bytes]:
    """The chunks of a state as a store gives them, held to the hashes of its manifest.

    Args:
        chunk: what lies in a chunk's place; anything that is not bytes is no chunk.

    Raises:
        UnreadableError: one of them is missing or is not as it was written. Those before it were in order.
    """
    missing_bytes = manifest.size_bytes
    for number, start in enumerate(range(0, len(manifest.sha256s), _HASH_SIZE)):
        data = chunk(manifest, number)
        written = manifest.sha256s[start : start + _HASH_SIZE]
        if not isinstance(data, bytes) or hashlib.sha256(data).digest() != written:
            raise UnreadableError(f"snapshot {manifest.next_offset}: chunk {number} is not as it was written")
        missing_bytes -= len(data)
        yield data
    if missing_bytes:
        raise UnreadableError(f"snapshot {manifest.next_offset}: {missing_bytes} bytes of it are missing")


def _manifest(*row: Any) -> Manifest:
    """As it was written; without hashes, and so unreadable, where damage made something else of them."""
    return Manifest(*(row if isinstance(row[-1], bytes) else (*row[:-1], b"")))


def _renamed(path: Path) -> Path:
    for suffix in ("-wal", "-shm"):  # SQLite would play the old one's write-ahead file into the new one
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    return path.replace(path.with_name(f"{path.name}.damaged"))
