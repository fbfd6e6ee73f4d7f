"""Recorded logs, and liars who change what was decided and seal the chain anew, so that it does not give them away."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from schemas.decisions import DecisionBlock
from schemas.events import Received
from schemas.facts import AnyFact, EventQuarantined, Proposed
from schemas.journal import Block, JournalRecord
from schemas.taxonomy.load import load
from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.audit import BOUNDS, NO_CHAIN, Auditor, Bounds, Breach
from services.matching import Engine
from services.matching.limits import LIMITS, Limits
from services.runtime.log import MemoryLog, Record, VirtualClock
from tests.unit.matching.stories import Story, begin

TAXONOMY = load()
PARTITION = 3


@dataclass(frozen=True)
class Recorded:
    """A journal and what was decided."""

    records: Sequence[JournalRecord]
    blocks: Sequence[DecisionBlock]

    def last(self, kind: str) -> tuple[int, int]:
        """Offset and index of the last fact of a kind."""
        found = [
            (block.source, index)
            for block in self.blocks
            for index, fact in enumerate(block.facts)
            if fact.fact == kind
        ]
        return found[-1]

    def fact(self, offset: int, index: int) -> Any:
        """A fact by its place."""
        return self.blocks[offset].facts[index]

    def events(self, offset: int) -> Sequence[Received]:
        """What was sent, where a record is a block of events."""
        body = self.records[offset].body
        assert isinstance(body, Block), f"record {offset} is a tick"
        return body.events

    def lie(self, offset: int, change: Callable[[list[AnyFact]], None]) -> "Recorded":
        """Other facts in one block."""
        facts = list(self.blocks[offset].facts)
        change(facts)
        return self.with_block(offset, facts=tuple(facts))

    def with_block(self, offset: int, **update: Any) -> "Recorded":
        """Other fields of one block."""
        blocks = list(self.blocks)
        blocks[offset] = blocks[offset].model_copy(update=update)
        return replace(self, blocks=blocks)

    def with_fact(self, place: tuple[int, int], **update: Any) -> "Recorded":
        """Other fields of one fact."""
        offset, index = place

        def change(facts: list[AnyFact]) -> None:
            facts[index] = facts[index].model_copy(update=update)

        return self.lie(offset, change)

    def without(self, place: tuple[int, int]) -> "Recorded":
        """One fact less."""
        facts = self.blocks[place[0]].facts
        return self.with_block(place[0], facts=(*facts[: place[1]], *facts[place[1] + 1 :]))

    def log(self) -> MemoryLog:
        """The log as the liar leaves it: every chain continues the one before."""
        log, chain = MemoryLog(TOPICS, VirtualClock()), NO_CHAIN
        for record in self.records:
            log.restore(JOURNAL.name, PARTITION, [_row(JOURNAL.name, record.offset, record, record.body)])
        for record, block in zip(self.records, self.blocks, strict=False):
            again = sealed(chain, block)
            chain = again.chain
            log.restore(DECISIONS.name, PARTITION, [_row(DECISIONS.name, record.offset, record, again)])
        return log

    def unsealed(self) -> MemoryLog:
        """The log with its third block's chain taken from another history."""
        log = self.with_block(2, chain=NO_CHAIN)
        written = MemoryLog(TOPICS, VirtualClock())
        for record, block in zip(log.records, log.blocks, strict=True):
            written.restore(JOURNAL.name, PARTITION, [_row(JOURNAL.name, record.offset, record, record.body)])
            written.restore(DECISIONS.name, PARTITION, [_row(DECISIONS.name, record.offset, record, block)])
        return written

    def audited(self, bounds: Bounds = BOUNDS) -> Breach | None:
        """What an auditor finds."""
        auditor = Auditor(PARTITION, TAXONOMY, bounds)
        found = (auditor.check(*pair) for pair in zip(self.records, self.blocks, strict=True))
        return next((breach for breach in found if breach is not None), None)


@dataclass(frozen=True)
class Lie:
    """A log after the lie, and what must be found in it."""

    log: Recorded
    rule: str
    offset: int
    fact: int | None


PAIR = """
    policy answers=uncertain
    ask    A1 food cell=0,0
    offer  O1 food cell=0,1 by=m-bo
"""
ASKED = f"{PAIR}\ntick 2s"
ACCEPTED = f"{ASKED}\naccept A1 O1"
DAILY = "policy\noffer O1 food cell=0,0 every=day hours=9-12"
BACK = "policy\nask A1 food cell=0,0\nrefer A1 village\nreturn A1"
REMINDED = """
    policy
    ask    A1 food cell=0,0 needed=9h
    offer  O1 food cell=0,1 by=m-bo stays=20h
    tick   2s
    accept A1 O1
    tick   7h
    tick   10m
"""


def sealed(chain: str, block: DecisionBlock) -> DecisionBlock:
    """The block as a liar seals it: its chain continues the one before, over whatever it says now."""
    written = block.model_dump_json().encode()
    body = written[: written.rindex(b',"chain":"')]
    return block.model_copy(update={"chain": hashlib.sha256(chain.encode() + body).hexdigest()})


def _row(topic: str, offset: int, record: JournalRecord, value: Any) -> Record:
    written = value.model_dump_json().encode()
    return Record(topic, PARTITION, offset, record.stamp_ms, None, written, ())


def telling(text: str, limits: Limits = LIMITS) -> Story:
    """A story, line by line; more may follow."""
    story = begin(Engine(TAXONOMY, limits=limits))
    for line in text.splitlines():
        if line.strip():
            story.tell(line.strip())
    return story


def recorded(story: Story) -> Recorded:
    """A story as it was recorded."""
    return Recorded(story.records, story.blocks)


def told(text: str, limits: Limits = LIMITS) -> Recorded:
    """A whole story as it was recorded."""
    return recorded(telling(text, limits))


def stepped_over(recorded: Recorded, offset: int, index: int) -> EventQuarantined:
    """What is said to an event that an operator had stepped over."""
    event = recorded.events(offset)[index]
    return EventQuarantined(
        community=event.data.community,
        cause=event.uid,
        place=f"{PARTITION}/{offset}/{index}",
        operator="op-1",
        reason="engine-stopped",
        at_ms=recorded.records[offset].stamp_ms,
    )


def at(proposal: Proposed, recorded: Recorded, offset: int) -> Proposed:
    """A proposal as it would have been made in another block."""
    told_ms = recorded.blocks[offset].told_ms
    life_ms = proposal.expires_ms - proposal.proposed_ms
    return proposal.model_copy(update={"proposed_ms": told_ms, "expires_ms": told_ms + life_ms})
