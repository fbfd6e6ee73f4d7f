"""The keys that dead letters are sealed under: one for each day, destroyed when their time is up.

Destroying a key erases the letters of its day, wherever copies of the log went. The one-process product keeps them in a
file of their own, the workers of a cluster in their database (`services.runtime.database`). The file is readable by its
owner only, and SQLite overwrites a deleted key with zeros; what a disk keeps below the file system, only an encrypted disk hides.
"""

import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from schemas.dead_letters import KEY_LIFE_MS

DAY_MS = 86_400_000
KEY_BYTES = 32
BUSY_WAIT_S = 5.0

_TABLE = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY,
    day INTEGER NOT NULL UNIQUE,
    dies_ms INTEGER NOT NULL,
    secret BLOB NOT NULL
) WITHOUT ROWID
"""
_INSERT = "INSERT OR IGNORE INTO keys (id, day, dies_ms, secret) VALUES (?, ?, ?, ?)"


class DeadLetterError(Exception):
    """A dead letter could not be put aside or looked at. The sentence names the place and what to do."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """One day's key."""

    id: str
    """Names the day, and tells keys apart that the same day had one after the other."""
    secret: bytes


class KeyStore(Protocol):
    """Where keys are kept. A contract suite holds all of them to the same."""

    def of_day(self, received_ms: int) -> SealingKey:
        """The key for what was received then: durable before anything is sealed under it.

        It dies 14 days after its day *began*, so that nothing can be read for longer than `KEY_LIFE_MS`.

        Raises:
            DeadLetterError: the keys cannot be reached.
        """

    def find(self, key_id: str) -> SealingKey | None:
        """The key of this name; None when it has died. Raises as `of_day`."""

    def purge(self, now_ms: int) -> int:
        """Destroy the keys whose time is up; how many there were. Raises as `of_day`."""


def key_name(day: int) -> str:
    """A new name for a key of a day, counted from 1970-01-01."""
    return f"{datetime.fromtimestamp(day * DAY_MS / 1_000, UTC):%Y-%m-%d}.{secrets.token_hex(4)}"


class SealingKeys:
    """The keys of the days that still have one, in a file.

    Args:
        path: of the file; made, for its owner only, when the first key is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def of_day(self, received_ms: int) -> SealingKey:
        """See `KeyStore`."""
        day = received_ms // DAY_MS
        with self._open() as keys:
            keys.execute(_INSERT, (key_name(day), day, day * DAY_MS + KEY_LIFE_MS, secrets.token_bytes(KEY_BYTES)))
            keys.commit()
            return SealingKey(*keys.execute("SELECT id, secret FROM keys WHERE day = ?", (day,)).fetchone())

    def find(self, key_id: str) -> SealingKey | None:
        """See `KeyStore`."""
        if not self._path.exists():
            return None
        with self._open() as keys:
            found = keys.execute("SELECT id, secret FROM keys WHERE id = ?", (key_id,)).fetchone()
            return SealingKey(*found) if found else None

    def purge(self, now_ms: int) -> int:
        """See `KeyStore`."""
        if not self._path.exists():
            return 0
        with self._open() as keys:
            destroyed = keys.execute("DELETE FROM keys WHERE dies_ms <= ?", (now_ms,)).rowcount
            keys.commit()
            return destroyed

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                os.close(
                    os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                )  # SQLite would let others read
                with closing(sqlite3.connect(self._path, timeout=BUSY_WAIT_S)) as keys:
                    keys.execute("PRAGMA secure_delete = ON")
                    keys.execute("PRAGMA synchronous = FULL")
                    keys.execute(_TABLE)
                    yield keys
        except (OSError, sqlite3.Error) as error:
            raise DeadLetterError(
                f"{self._path}: the keys of dead letters cannot be used ({error}); make the file readable and writable "
                "for this user. If it is damaged, move it away: letters sealed so far then stay sealed for good"
            ) from error
