"""A journal from elsewhere, taken into a fresh data folder and decided there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from schemas.topics import JOURNAL
from services.embedded.data_folder import DataFolder
from services.embedded.errors import NotFreshError
from services.embedded.shell import Embedded
from services.embedded.troubles import Trouble
from services.runtime.log import (
    Clock,
    ClockKind,
    SqliteLog,
    VirtualClock,
    clock_kind_of,
    import_topic,
    wall_clock,
)
from services.runtime.quarantine import import_words


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought."""

    records: int
    """Journal records taken in."""
    decided: int
    """Of them, those that were decided."""
    words: int
    """Taken in before them: events that operators said are to be stepped over."""
    troubles: tuple[Trouble, ...]
    """Why some were not."""


def import_journal(path: Path, file: BufferedReader) -> Imported:
    """Take an exported journal into a fresh data folder, with its offsets and stamps, and decide all of it.

    What operators said of its events comes with it, so that the same are stepped over for the same reason.

    The folder lives on the clock that the journal lived on. If anything is wrong with the file, nothing is left of it.

    Raises:
        NotFreshError: the folder holds a log already.
        JournalFileError, QuarantineError: a line cannot be taken in.
        EmbeddedError, LogError, BoardError: the folder cannot be used.
    """
    folder = DataFolder(path)
    if folder.holds_data:
        raise NotFreshError(path)
    folder.create()
    kind = clock_kind_of(file)
    with _all_or_nothing(folder, kind) as log:
        lines = import_words(log, file)
        records = import_topic(log, JOURNAL, file, first_line=1 + lines)
        clock: Clock = wall_clock if kind == "wall" else VirtualClock(_last_stamp_ms(log))
    with Embedded.open(path, clock, clock_kind=kind) as embedded:
        engines = [embedded.matching.at_end(partition) for partition in embedded.log.partitions(JOURNAL.name)]
        decided = sum(engine.next_offset for engine in engines)
        return Imported(records, decided, max(0, lines - 1), tuple(embedded.troubles.values()))


@contextmanager
def _all_or_nothing(folder: DataFolder, kind: ClockKind) -> Iterator[SqliteLog]:
    """A new log; gone again, with all that lies beside it, if the block fails."""
    log = folder.open_log(VirtualClock(), kind)
    try:
        yield log
    except BaseException:
        log.close()
        for file in folder.path.glob(f"{folder.log.name}*"):
            file.unlink()
        raise
    log.close()


def _last_stamp_ms(log: SqliteLog) -> int:
    ends = ((partition, log.next_offset(JOURNAL.name, partition) - 1) for partition in log.partitions(JOURNAL.name))
    stamps = (log.read(JOURNAL.name, partition, last, records_max=1)[0].stamp_ms for partition, last in ends)
    return max(stamps, default=0)
