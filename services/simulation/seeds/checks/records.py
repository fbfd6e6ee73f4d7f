"""A partition's two logs, read side by side."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.decisions import DecisionBlock
from schemas.events import Received
from schemas.journal import JOURNAL_BODY, Block, JournalRecord
from schemas.topics import DECISIONS, JOURNAL
from services.runtime.log import Log, scan


@dataclass(frozen=True, slots=True)
class Decided:
    """A journal record and what was decided about it."""

    partition: int
    asked: JournalRecord
    block: DecisionBlock
    written: bytes
    """The block's bytes, as they lie in the log."""

    @property
    def events(self) -> tuple[Received, ...]:
        """The record's events; none in a tick."""
        return self.asked.body.events if isinstance(self.asked.body, Block) else ()

    @property
    def place(self) -> str:
        """For sentences."""
        return f"partition {self.partition}, journal record {self.asked.offset}"


@dataclass(frozen=True, slots=True)
class Histories:
    """What is recorded, and where decisions are missing, double or out of place."""

    decided: dict[int, tuple[Decided, ...]]
    """By partition."""
    breaches: tuple[str, ...]


def read_histories(log: Log) -> Histories:
    """Journal and decisions of every partition: exactly one decision block per journal record, in its order."""
    decided, breaches = {}, list[str]()
    for partition in log.partitions(JOURNAL.name):
        asked = list(_journal(log, partition))
        answers = [(record.value or b"") for record in scan(log, DECISIONS.name, partition)]
        blocks = [DecisionBlock.model_validate_json(answer) for answer in answers]
        if [block.source for block in blocks] != [record.offset for record in asked]:
            breaches.append(
                f"partition {partition}: {len(asked)} journal records, decided are {[block.source for block in blocks]}"
            )
        paired = zip(asked, blocks, answers, strict=False)
        decided[partition] = tuple(Decided(partition, *pair) for pair in paired)
    return Histories(decided, tuple(breaches))


def _journal(log: Log, partition: int) -> Iterator[JournalRecord]:
    for record in scan(log, JOURNAL.name, partition):
        body = JOURNAL_BODY.validate_json(record.value or b"")
        yield JournalRecord(offset=record.offset, stamp_ms=record.stamp_ms, body=body)
