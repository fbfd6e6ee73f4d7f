"""Quarantine: an event that makes the core stop is stepped over at an operator's word, and the others go on."""

from collections.abc import Iterable

from schemas.dead_letters import Quarantined
from schemas.events import Received
from schemas.facts import AnyFact, EventQuarantined


class EventFailedError(Exception):
    """A bug: an event could not be decided. Says where it lies; what went wrong is its cause (`__cause__`).

    The engine that raised it is to be thrown away: some of what the event led to may be in its state.
    """

    def __init__(self, offset: int, index: int, kind: str) -> None:
        super().__init__(f"event {index} of journal record {offset}, of type {kind}, could not be decided")
        self.offset = offset
        self.index = index
        """Its place in the record's block."""
        self.kind = kind
        """The event's type."""


def stepped_over(event: Received, word: Quarantined) -> EventQuarantined:
    """The fact that stands where the event's own would. Sent again under the same id, the event is a duplicate."""
    return EventQuarantined(
        community=event.data.community,
        cause=event.uid,
        place=word.place,
        operator=word.operator,
        reason=word.reason,
        at_ms=word.at_ms,
    )


def quarantined_in(facts: Iterable[AnyFact]) -> dict[int, Quarantined]:
    """The words that were applied when these facts of one block were decided, by the event's index.

    Who decides a recorded block again reads them here: the topic may say more by now.
    """
    return {
        place_of(fact.place)[2]: Quarantined(
            place=fact.place, operator=fact.operator, reason=fact.reason, at_ms=fact.at_ms
        )
        for fact in facts
        if isinstance(fact, EventQuarantined)
    }


def place_of(place: str) -> tuple[int, int, int]:
    """Partition, offset and index of `partition/offset/index`."""
    partition, offset, index = place.split("/")
    return int(partition), int(offset), int(index)
