"""Which fact answers which event: a block is read in the order in which it must have been decided.

First the events, each followed by what it led to and by what had waited for that; then what time brought. So a fact's
cause is the event being answered, or one that has just left the waiting room, or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.events import Received
from schemas.facts import AnyFact, EventQuarantined, LeftWaiting, MatchMoved, Refused
from schemas.operations import Reassigned
from services.audit.books import Town
from services.audit.breach import BrokenRuleError
from services.audit.rules import ANSWERED, CAUSE_SENT, WAITING_ROOM


@dataclass(slots=True)
class Reading:
    """One block's facts beside the events they answer."""

    events: Sequence[Received]
    answered: int = 0
    speaking: Received | None = None
    """The event whose facts are being read: the last one begun."""
    before: AnyFact | None = None
    is_first: bool = False
    """The fact read last is the first thing said to an event of this block."""

    def cause_of(self, fact: AnyFact, town: Town | None) -> Received | None:
        """The event that led to the next fact, None where time did.

        Raises:
            BrokenRuleError: an event before it was not answered, or nobody sent its cause.
        """
        self.is_first = False
        if fact.cause is None:
            return None
        if isinstance(fact, LeftWaiting):
            self.speaking = _that_waits(fact, town)
        elif not self._goes_on(fact):
            self.speaking = self._next(fact)
        self.before = fact
        return self.speaking

    def finish(self) -> None:
        """All facts were read.

        Raises:
            BrokenRuleError: an event was not answered.
        """
        if self.answered < len(self.events):
            raise _unanswered(self.events[self.answered])

    def _goes_on(self, fact: AnyFact) -> bool:
        """It belongs to the event being answered. A refusal begins anew, but for the second half of a reassignment."""
        if self.speaking is None or fact.cause != self.speaking.uid:
            return False
        if isinstance(fact, EventQuarantined) or isinstance(self.before, EventQuarantined):
            return False  # it is all that is said to its event
        if not isinstance(fact, Refused) or isinstance(self.before, LeftWaiting):
            return True
        return isinstance(self.speaking.data, Reassigned) and isinstance(self.before, MatchMoved)

    def _next(self, fact: AnyFact) -> Received:
        remaining = self.events[self.answered :]
        if remaining and fact.cause == remaining[0].uid:
            self.answered += 1
            self.is_first = True
            return remaining[0]
        if any(fact.cause == event.uid for event in remaining):
            raise _unanswered(remaining[0])
        raise BrokenRuleError(
            CAUSE_SENT,
            f"the fact {fact.fact} names the cause {fact.cause}",
            "no event of that name is to be answered here",
        )


def _that_waits(fact: LeftWaiting, town: Town | None) -> Received:
    waiting = None if town is None else town.waiting.get(fact.uid)
    if waiting is None or fact.cause != fact.uid:
        raise BrokenRuleError(WAITING_ROOM, f"the event {fact.uid} leaves the waiting room", "it does not wait there")
    return waiting.event


def _unanswered(event: Received) -> BrokenRuleError:
    return BrokenRuleError(
        ANSWERED,
        f"nothing is said to the event {event.uid} ({event.data.type}) where its answer must stand",
        "at least one fact names it as its cause",
    )
