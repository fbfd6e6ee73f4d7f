"""A journal in memory for tests of the shell around the engine: blocks of one community's events, a minute apart."""

from collections.abc import Iterable, Sequence

from schemas.asks import AskOpened
from schemas.codes import Urgency
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent, Received
from schemas.journal import JOURNAL_BODY, Block, JournalRecord
from schemas.model import Place
from schemas.offers import OfferOpened
from schemas.operations import CommunityDefined
from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.runtime.log import Log, MemoryLog, NewRecord, VirtualClock, scan

TOWN = "town"
PARTITION = 3
START_MS = 1_767_258_000_000
MINUTE_MS = 60_000
NEED = "cw:lending.tools"


class Town:
    """A log with a journal that grows by a block a minute."""

    def __init__(self, log: MemoryLog | None = None, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock(START_MS)
        self.log = log or MemoryLog(TOPICS, self.clock)
        self.number = 0

    def grows(self, blocks: int) -> "Town":
        """So many blocks more: the first defines the town, each other brings an offer and an urgent ask."""
        for _ in range(blocks):
            self.log.append(JOURNAL.name, PARTITION, [NewRecord(self._block())])
            self.clock.advance_to(self.clock.now_ms + MINUTE_MS)
            self.number += 1
        return self

    def _block(self) -> bytes:
        events = [CommunityDefined(community=TOWN)] if self.number == 0 else self._pair()
        received = tuple(
            Received(source="test", id=f"e{self.number}.{index}", received_ms=self.clock.now_ms, data=event)
            for index, event in enumerate(events)
        )
        return Block(events=received, caught_up=True).model_dump_json(exclude_none=True).encode()

    def _pair(self) -> Sequence[AnyEvent]:
        place = Place(x_m=self.number * 100, y_m=0)
        return (
            OfferOpened(
                community=TOWN,
                offer=f"O{self.number}",
                member=f"h{self.number}",
                needs=(NEED,),
                place=place,
                radius_m=1_000,
            ),
            AskOpened(
                community=TOWN,
                ask=f"A{self.number}",
                member=f"m{self.number}",
                need=NEED,
                place=place,
                urgency=Urgency.critical,
            ),
        )


def decisions(log: Log) -> list[DecisionBlock]:
    """What was decided, in the order of the log."""
    return [DecisionBlock.model_validate_json(record.value or b"") for record in scan(log, DECISIONS.name, PARTITION)]


def journal(log: Log) -> list[JournalRecord]:
    """What was asked of the engine, in the order of the log."""
    return [
        JournalRecord(
            offset=record.offset, stamp_ms=record.stamp_ms, body=JOURNAL_BODY.validate_json(record.value or b"")
        )
        for record in scan(log, JOURNAL.name, PARTITION)
    ]


def sources(blocks: Iterable[DecisionBlock]) -> list[int]:
    """The journal offsets that blocks answer."""
    return [block.source for block in blocks]
