"""One ask, one offer, one match: what was decided about it, and where that leaves it. Pure.

States are derived as engine and board derive them, from `schemas.states`.
"""

from dataclasses import dataclass, field

from schemas.codes import EndedHow, MatchStatus
from schemas.facts import Proposed
from schemas.listed import Ask, Offer
from schemas.states import AskStatus, Weight, ask_status, weight


@dataclass(slots=True)
class MatchRecord:
    """A match and how far it got."""

    proposed: Proposed
    status: MatchStatus = MatchStatus.proposed
    accepted_ms: int | None = None
    completed_ms: int | None = None
    thanks: int = 0
    in_vain: bool = False
    """Somebody said yes when the question had been taken back."""

    @property
    def weighs(self) -> Weight:
        """What its units count as."""
        return weight(self.status, was_completed=self.completed_ms is not None)


@dataclass(slots=True)
class AskRecord:
    """An ask, as listed last, and what came of it."""

    spec: Ask
    matches: list[MatchRecord] = field(default_factory=list)
    """In the order in which they were proposed."""
    ended: EndedHow | None = None
    held: bool = False
    escalated: bool = False

    @property
    def accepted(self) -> MatchRecord | None:
        """The match that was accepted first."""
        accepted = [match for match in self.matches if match.accepted_ms is not None]
        return min(accepted, key=lambda match: match.accepted_ms or 0, default=None)

    @property
    def is_asked(self) -> bool:
        """Somebody was asked and may still answer."""
        return any(match.status is MatchStatus.proposed for match in self.matches)

    @property
    def status(self) -> AskStatus:
        """Where it stands."""
        weighs = [(match.weighs, match.proposed.units) for match in self.matches]
        return ask_status(
            ended=self.ended,
            on_hold=self.held,
            quantity=self.spec.quantity,
            held=sum(units for kind, units in weighs if kind is Weight.held),
            fulfilled=sum(units for kind, units in weighs if kind is Weight.fulfilled),
            proposals=sum(match.status is MatchStatus.proposed for match in self.matches),
        )

    @property
    def is_open(self) -> bool:
        """Somebody is still looked for."""
        return self.status in (AskStatus.waiting, AskStatus.proposed, AskStatus.held)


@dataclass(slots=True)
class OfferRecord:
    """An offer, as listed last, and what came of it."""

    spec: Offer
    matches: list[MatchRecord] = field(default_factory=list)
    ended: EndedHow | None = None

    @property
    def is_open(self) -> bool:
        """It may still be proposed."""
        used = sum(match.proposed.units for match in self.matches if match.weighs is not Weight.nothing)
        return self.ended is None and used < self.spec.capacity
