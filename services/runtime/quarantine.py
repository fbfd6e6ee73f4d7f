"""The quarantine topic: which journal events an operator told matching to step over, last word per event.

Where a journal is carried elsewhere its words go before it, so that it is decided there as it was here.
"""

from collections.abc import Mapping
from io import BufferedReader
from typing import BinaryIO

from pydantic import ValidationError

from schemas.dead_letters import Quarantined
from schemas.topics import JOURNAL, QUARANTINE
from services.runtime.log import JournalFileError, Log, NewRecord, Record, read_records, scan, topic_of, write_records


class QuarantineError(Exception):
    """The quarantine topic cannot be used; the message says why, and what to do."""


class Words:
    """The operators' words of one partition, from its records of the quarantine topic in their order."""

    def __init__(self) -> None:
        self.by_offset: dict[int, dict[int, Quarantined]] = {}
        """By journal offset and the event's index."""

    def take(self, record: Record) -> None:
        """Take in what was said next.

        Raises:
            QuarantineError: it is no word that this version reads.
        """
        offset, index = map(int, (record.key or b"").decode().split("/")[1:])
        if record.value is None:  # taken back
            self.by_offset.get(offset, {}).pop(index, None)
        else:
            self.by_offset.setdefault(offset, {})[index] = _word(record)


class Quarantine:
    """The operators' words of all partitions. A partition's words lie on the partition itself, out of its journal's way."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._read: dict[int, int] = {}
        self._words: dict[int, Words] = {}

    def put(self, word: Quarantined) -> None:
        """Make a word durable. The last one about an event counts.

        Raises:
            LogError: the log did not take it.
        """
        record = NewRecord(_written(word), key=word.place.encode())
        self._log.append(QUARANTINE.name, int(word.place.split("/")[0]), [record])

    def of(self, partition: int) -> Mapping[int, Mapping[int, Quarantined]]:
        """A partition's words, by journal offset and the event's index; what was said meanwhile is read first.

        Raises:
            QuarantineError: a word is none that this version reads.
            LogError: the log did not answer.
        """
        words, start = self._words.setdefault(partition, Words()), self._read.get(partition, 0)
        end = self._log.next_offset(QUARANTINE.name, partition)
        for record in scan(self._log, QUARANTINE.name, partition, start=start, end=end) if start < end else ():
            words.take(record)
        self._read[partition] = end
        return words.by_offset


def export_words(log: Log, out: BinaryIO) -> int:
    """Write the words about the journal's events, to stand before it in a file; nothing where nobody said one.

    A word that was taken back is left out: where it had been applied by then, the event is decided elsewhere.

    Returns:
        How many were written.

    Raises:
        QuarantineError, LogError: the topic cannot be read.
    """
    quarantine, records = Quarantine(log), list[Record]()
    for partition in log.partitions(QUARANTINE.name):
        end = log.next_offset(JOURNAL.name, partition)
        by_offset = sorted((offset, words) for offset, words in quarantine.of(partition).items() if offset < end)
        said = [word for _, words in by_offset for _, word in sorted(words.items())]
        records += [
            Record(QUARANTINE.name, partition, number, word.at_ms, word.place.encode(), _written(word), ())
            for number, word in enumerate(said)
        ]
    if records:
        write_records(QUARANTINE, log.clock_kind, records, out)
    return len(records)


def import_words(log: Log, file: BufferedReader) -> int:
    """Take in the words that stand before an exported journal, if there are any, into a log that has no journal yet.

    Returns:
        How many lines they took in the file.

    Raises:
        JournalFileError: a line cannot be taken in, or the log has a journal that they are not about.
        QuarantineError: a word is none that this version reads.
        LogError: the log did not take them.
    """
    if topic_of(file) != QUARANTINE.name:
        return 0
    if log.partitions(JOURNAL.name) or log.partitions(QUARANTINE.name):
        raise JournalFileError(1, "the log has a journal, or words about one, already; import into a fresh one")
    records, quarantine = read_records(QUARANTINE, file), Quarantine(log)
    for record in records:
        quarantine.put(_word(record))
    return 1 + len(records)


def _written(word: Quarantined) -> bytes:
    return word.model_dump_json().encode()


def _word(record: Record) -> Quarantined:
    try:
        return Quarantined.model_validate_json(record.value or b"")
    except ValidationError:
        raise QuarantineError(
            f"partition {record.partition}: quarantine record {record.offset} is no word this version reads; "
            "start the version that wrote it, or a later one"
        ) from None
