"""The embedded log: one SQLite file in WAL mode, one writer, any number of readers."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from services.runtime.log.admission import (
    End,
    Limits,
    Topics,
    check_batch,
    check_batches,
    check_partition,
    check_read,
    check_restored,
    check_topic,
    end_after,
    stamped,
)
from services.runtime.log.clock import Clock, ClockKind, wall_clock
from services.runtime.log.errors import LogClosed, LogReadOnly
from services.runtime.log.records import NewRecord, Record
from services.runtime.log.rows import damaged_or_gone, from_row, to_row
from services.runtime.log.seam import READ_BYTES_MAX, READ_RECORDS_MAX, Batch
from services.runtime.log.sqlite_file import FILE_BYTES_MAX, open_reader, open_writer, recorded_clock, translated
from services.runtime.log.writer_lock import WriterLock

_INSERT = """
INSERT INTO records (topic, partition, offset, stamp_ms, key, value, headers, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_FROM = """
SELECT offset, stamp_ms, key, value, headers, checksum FROM records
WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?
"""
_END = "SELECT next_offset, stamp_ms FROM ends WHERE topic = ? AND partition = ?"
_NOTE_END = "INSERT OR REPLACE INTO ends (topic, partition, next_offset, stamp_ms) VALUES (?, ?, ?, ?)"
_PARTITIONS = "SELECT partition FROM ends WHERE topic = ? ORDER BY partition"


class SqliteLog:
    """See `services.runtime.log.seam.RestorableLog`, which this is.

    An append is one transaction: SQLite writes it to the write-ahead file and syncs that before it returns, so a
    kill or a power cut leaves all of it or nothing. Readers, in this process and others, see what is committed and
    never hold up the writer; the writer never holds up them.

    Args:
        path: of the file; its folder is there already. `-wal`, `-shm` and `.writer` lie beside it.
        topics: by name; no others exist.
        clock: asked once per append.
        clock_kind: recorded when the log is made, checked whenever it is opened to write. A reader takes it as it is.
        limits: what is let in.
        read_only: whether to leave writing to another process.
        file_bytes_max: how large the file may grow, so that a log cannot take the disk from all others on it.

    Raises:
        LogBusy: another process writes this log.
        LogCorrupt: the file is damaged.
        LogRefused: there is nothing to read here, or it is of a newer format; `ClockMismatch` if of the other clock.
        LogUnwritable: the folder is missing or the disk refuses.
    """

    def __init__(
        self,
        path: Path,
        topics: Topics,
        clock: Clock = wall_clock,
        *,
        clock_kind: ClockKind = "wall",
        limits: Limits | None = None,
        read_only: bool = False,
        file_bytes_max: int = FILE_BYTES_MAX,
    ) -> None:
        self._path = path
        self._topics = topics
        self._clock = clock
        self._limits = limits or Limits()
        self._writing, self._reading = threading.Lock(), threading.Lock()
        self._closed = False
        with contextlib.ExitStack() as opened:
            self._writer: sqlite3.Connection | None = None
            if not read_only:
                opened.callback(WriterLock(path).release)
                self._writer = open_writer(path, clock_kind, file_bytes_max)
                opened.callback(self._writer.close)
            self._reader = open_reader(path)
            opened.callback(self._reader.close)
            with translated(path):
                self._clock_kind: ClockKind = recorded_clock(self._reader, path)
            self._files = opened.pop_all()

    @property
    def clock_kind(self) -> ClockKind:
        """Whose time the stamps are, as recorded when the log was made."""
        return self._clock_kind

    def append(self, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        """See `Log.append`."""
        return self.append_all([(topic, partition, records)])[0]

    def append_all(self, batches: Sequence[Batch]) -> list[int]:
        """See `Log.append_all`. Here they go in one transaction; do not build on that."""
        check_batches(self._topics, self._limits, batches)
        with self._transaction() as writer:
            now_ms = self._clock()
            return [_append(writer, now_ms, *batch) for batch in batches]

    def restore(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        """See `RestorableLog.restore`."""
        check_batch(self._topics, self._limits, topic, partition, records)
        with self._transaction() as writer:
            check_restored(topic, partition, _end(writer, topic, partition), records)
            _insert(writer, records)

    def read(
        self,
        topic: str,
        partition: int,
        offset: int,
        *,
        records_max: int = READ_RECORDS_MAX,
        bytes_max: int = READ_BYTES_MAX,
    ) -> list[Record]:
        """See `Log.read`."""
        end = self.next_offset(topic, partition)
        check_read(topic, partition, offset, end, records_max=records_max, bytes_max=bytes_max)
        found: list[Record] = []
        with self._query(_FROM, topic, partition, offset, records_max) as rows:
            for row in rows:
                record = from_row(topic, partition, offset + len(found), row)
                bytes_max -= record.size_bytes
                if found and bytes_max < 0:
                    break
                found.append(record)
            if not found and offset < end:
                raise damaged_or_gone(topic, partition, offset)
        return found

    def next_offset(self, topic: str, partition: int) -> int:
        """See `Log.next_offset`."""
        check_partition(self._topics, topic, partition)
        with self._query(_END, topic, partition) as rows:
            return next((next_offset for next_offset, _ in rows), 0)

    def partitions(self, topic: str) -> tuple[int, ...]:
        """See `Log.partitions`."""
        check_topic(self._topics, topic)
        with self._query(_PARTITIONS, topic) as rows:
            return tuple(partition for (partition,) in rows)

    def close(self) -> None:
        """See `Log.close`. The write-ahead file is folded into the log, unless a reader still needs it."""
        with self._writing, self._reading:
            self._closed = True
            self._files.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing, translated(self._path):
            self._check_open()
            if self._writer is None:
                raise LogReadOnly(f"{self._path} was opened for reading only; the process that writes it has to append")
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:  # a full disk makes SQLite roll back by itself
                    self._writer.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _query(self, statement: str, *values: str | int) -> Iterator[sqlite3.Cursor]:
        """Rows as they stand now. The cursor is closed with the block: an open one would keep old pages alive."""
        with self._reading, translated(self._path):
            self._check_open()
            with contextlib.closing(self._reader.execute(statement, values)) as rows:
                yield rows

    def _check_open(self) -> None:
        if self._closed:
            raise LogClosed(f"{self._path} was closed; open it again")


def _append(writer: sqlite3.Connection, now_ms: int, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
    end = _end(writer, topic, partition)
    _insert(writer, stamped(topic, partition, end, now_ms, records))
    return end.next_offset


def _insert(writer: sqlite3.Connection, records: Sequence[Record]) -> None:
    topic, partition, end = records[0].topic, records[0].partition, end_after(records)
    writer.executemany(_INSERT, map(to_row, records))
    writer.execute(_NOTE_END, (topic, partition, end.next_offset, end.stamp_ms))


def _end(writer: sqlite3.Connection, topic: str, partition: int) -> End:
    row = writer.execute(_END, (topic, partition)).fetchone()
    return End(*row) if row else End()
