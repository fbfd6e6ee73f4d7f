"""An operator's word that one journal event is stepped over: checked, and listed."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.dead_letters import Quarantined
from schemas.decisions import DecisionBlock
from schemas.events import Received
from schemas.journal import JOURNAL_BODY, Block
from schemas.topics import DECISIONS, JOURNAL, QUARANTINE
from services.embedded.errors import NotToQuarantineError
from services.runtime.log import Log, scan
from services.runtime.quarantine import Quarantine

LATE_RECORDS_MAX = 16
"""Decisions looked at from the end: on Kafka a worker that slept may have written one behind its successor's."""


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """A word, and the event it is about."""

    word: Quarantined
    uid: str
    type: str
    applied: bool
    """The event's block was decided, and the event stepped over in it. Otherwise it is, as soon as the block is."""


def undecided_event(log: Log, place: str) -> Received:
    """The event at `partition/offset/index`.

    Raises:
        NotToQuarantineError: there is none, or it was decided already: what people were told stays.
        LogError: the log did not answer.
    """
    partition, offset, _ = map(int, place.split("/"))
    event = _event(log, place)
    if offset < _decided(log, partition):
        raise NotToQuarantineError(place, "it was decided already, and what was decided stays")
    return event


def quarantined_events(log: Log) -> Iterator[QuarantinedEvent]:
    """All words, by place.

    Raises:
        QuarantineError, LogError: the topic cannot be read.
    """
    quarantine = Quarantine(log)
    for partition in log.partitions(QUARANTINE.name):
        decided = _decided(log, partition)
        for offset, words in sorted(quarantine.of(partition).items()):
            for _, word in sorted(words.items()):
                event = _event(log, word.place)
                yield QuarantinedEvent(word, event.uid, event.data.type, offset < decided)


def _decided(log: Log, partition: int) -> int:
    """How many journal records are decided, as the last decisions say; one that came late may lie behind it."""
    end = log.next_offset(DECISIONS.name, partition)
    last = scan(log, DECISIONS.name, partition, start=max(0, end - LATE_RECORDS_MAX), end=end)
    return max((DecisionBlock.model_validate_json(one.value or b"").source + 1 for one in last), default=0)


def _event(log: Log, place: str) -> Received:
    partition, offset, index = map(int, place.split("/"))
    if partition not in log.partitions(JOURNAL.name) or offset >= log.next_offset(JOURNAL.name, partition):
        raise NotToQuarantineError(place, "the journal holds no such record")
    (record,) = log.read(JOURNAL.name, partition, offset, records_max=1)
    body = JOURNAL_BODY.validate_json(record.value or b"")
    if not isinstance(body, Block) or index >= len(body.events):
        raise NotToQuarantineError(place, "its record holds no such event")
    return body.events[index]
