"""The quarantine topic: which journal events an operator told matching to step over, last word per event."""

from collections.abc import Mapping

from pydantic import ValidationError

from schemas.dead_letters import Quarantined
from schemas.topics import QUARANTINE
from services.runtime.log import Log, NewRecord, Record, scan


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
        record = NewRecord(word.model_dump_json().encode(), key=word.place.encode())
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


def _word(record: Record) -> Quarantined:
    try:
        return Quarantined.model_validate_json(record.value or b"")
    except ValidationError:
        raise QuarantineError(
            f"partition {record.partition}: quarantine record {record.offset} is no word this version reads; "
            "start the version that wrote it, or a later one"
        ) from None
