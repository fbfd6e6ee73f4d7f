"""The data folder: everything one organisation's Commonweal has written, in five files.

log.db        every event, journal block and decision; what must be backed up
keys.db       the keys to dead letters; each is destroyed after 14 days, so back it up for no longer than that
board.db      tables computed from the log; may be deleted, and is made anew
relay.json  what is on its way between communities; may be deleted, and is made anew from the log
snapshots.db  states computed from the log; may be deleted, and starts then take longer
"""

from dataclasses import dataclass
from pathlib import Path

from schemas.topics import TOPICS
from services.embedded.errors import FolderUnwritableError, NoDataError
from services.runtime.log import Clock, ClockKind, Limits, SqliteLog, wall_clock

LOG, KEYS, BOARD, SNAPSHOTS = "log.db", "keys.db", "board.db", "snapshots.db"
RELAY = "relay.json"
RUNNING = "up.json"
"""Where `up` says how it is reached; only true while the log is being written."""

VALUE_BYTES_MAX = 64 * 1024 * 1024
LIMITS = Limits(value_bytes_max=VALUE_BYTES_MAX, batch_bytes_max=2 * VALUE_BYTES_MAX)
"""A decision block explains every proposal of a round, so in a city it outgrows the megabyte that events keep to."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A data folder by its path. Naming one touches no disk."""

    path: Path

    @property
    def log(self) -> Path:
        """The log."""
        return self.path / LOG

    @property
    def keys(self) -> Path:
        """The keys to dead letters."""
        return self.path / KEYS

    @property
    def board(self) -> Path:
        """The board's tables."""
        return self.path / BOARD

    @property
    def snapshots(self) -> Path:
        """The engines' snapshots."""
        return self.path / SNAPSHOTS

    @property
    def relay(self) -> Path:
        """What is on its way between communities."""
        return self.path / RELAY

    @property
    def running(self) -> Path:
        """How a running `up` is reached."""
        return self.path / RUNNING

    @property
    def writer(self) -> Path:
        """Names the process that writes the log, while one does."""
        return self.path / f"{LOG}.writer"

    @property
    def holds_data(self) -> bool:
        """Whether there is a log."""
        return self.log.exists()

    def create(self) -> None:
        """Make the folder, if it is not there.

        Raises:
            FolderUnwritableError: it cannot be made.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise FolderUnwritableError(self.path, error.strerror or "it cannot be made") from None

    def open_log(self, clock: Clock = wall_clock, clock_kind: ClockKind = "wall") -> SqliteLog:
        """The log, to write it; made where there was none.

        Raises:
            LogError: another process writes it, it lives on another clock, it is damaged, or the disk refuses.
        """
        return SqliteLog(self.log, TOPICS, clock, clock_kind=clock_kind, limits=LIMITS)

    def read_log(self) -> SqliteLog:
        """The log, to be read beside whoever writes it. The caller closes it.

        Raises:
            NoDataError: there is none.
            LogError: it is damaged, or of a newer version.
        """
        self.expect_data()
        return SqliteLog(self.log, TOPICS, read_only=True)

    def expect_data(self) -> None:
        """Refuse a folder without a log.

        Raises:
            NoDataError: this is one.
        """
        if not self.holds_data:
            raise NoDataError(self.path)
