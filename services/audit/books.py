"""The auditor's own books: what was asked, offered, proposed and answered, as far as promises speak of it.

Units are never kept as running sums: they are counted from the matches whenever a rule asks, so that a sum which went
wrong once does not hide what goes wrong later.
"""

from dataclasses import dataclass, field

from schemas.codes import EndedHow, FollowUp, MatchStatus
from schemas.events import Received
from schemas.facts import Occurrence, Proposed, Series
from schemas.listed import Ask, Offer
from schemas.members import MemberFields
from schemas.operations import CommunityDefined
from schemas.policy import Policy
from services.audit.falling_due import FallingDue

ON_ITS_WAY = (MatchStatus.accepted, MatchStatus.started)
GIVEN = (MatchStatus.completed, MatchStatus.confirmed)


@dataclass(slots=True)
class MatchBook:
    """A proposal and how far it got."""

    said: Proposed
    moved_ms: int
    status: MatchStatus = MatchStatus.proposed
    was_completed: bool = False
    followed_up: dict[FollowUp, None] = field(default_factory=dict)
    """What was asked of those who promised help."""
    tried_ppm: int = 0
    """How much of a try its end was; 0 while it waits."""
    was_in_vain: bool = False
    """An acceptance of it came when it could not count any more."""

    @property
    def is_given(self) -> bool:
        """Its help counts as given: silence after completion still does."""
        return self.status in GIVEN or (self.status is MatchStatus.unconfirmed and self.was_completed)

    @property
    def takes_units(self) -> bool:
        """Nobody else can accept its units."""
        return self.status in ON_ITS_WAY or self.is_given


@dataclass(slots=True)
class AskBook:
    """An ask, its marks, and its matches."""

    spec: Ask
    matches: dict[str, MatchBook] = field(default_factory=dict)
    attempts: int = 0
    on_hold: bool = False
    escalated: bool = False
    released_ms: int = 0
    ended: EndedHow | None = None
    ended_ms: int = 0
    referred_to: str | None = None

    @property
    def given(self) -> int:
        """Units of help that was given."""
        return sum(match.said.units for match in self.matches.values() if match.is_given)

    @property
    def unmet(self) -> int:
        """Units nobody has accepted; below zero where somebody accepted what was taken."""
        return self.spec.quantity - sum(match.said.units for match in self.matches.values() if match.takes_units)

    @property
    def open_units(self) -> int:
        """Units of proposals that wait for an answer."""
        return sum(match.said.units for match in open_ones(self.matches))


@dataclass(slots=True)
class OfferBook:
    """An offer, its marks, and its matches."""

    spec: Offer
    matches: dict[str, MatchBook] = field(default_factory=dict)
    paused: bool = False
    ended: EndedHow | None = None
    ended_ms: int = 0

    @property
    def room(self) -> int:
        """Units nobody has taken; below zero where more was accepted than can be given."""
        return self.spec.capacity - sum(match.said.units for match in self.matches.values() if match.takes_units)


@dataclass(slots=True)
class SeriesBook:
    """What recurs, and how far it got."""

    spec: Series
    next: Occurrence | None
    passed: Occurrence | None = None
    listed: str | None = None
    """The ask or offer that was listed last."""
    paused: bool = False
    ended: EndedHow | None = None
    ended_ms: int = 0


@dataclass(slots=True)
class MemberBook:
    """What a member said of themself, and what they were asked."""

    fields: MemberFields = MemberFields()
    gone: bool = False
    suspended: bool = False
    accepted: int = 0
    """How often they accepted, in vain included."""
    tried_ppm: int = 0
    """How often that was tried, in parts per million."""
    helped: dict[str, None] = field(default_factory=dict)
    """Whom they helped so that it was confirmed."""
    live: dict[str, MatchBook] = field(default_factory=dict)
    """Their matches as the offering side that are proposed, accepted or started."""
    asked_ms: list[int] = field(default_factory=list)
    """When they were asked, seven days back."""
    asks: dict[str, None] = field(default_factory=dict)
    offers: dict[str, None] = field(default_factory=dict)
    series: dict[str, None] = field(default_factory=dict)

    def open_count(self) -> int:
        """Proposals that wait for their answer."""
        return len(open_ones(self.live))

    def active_count(self) -> int:
        """Matches they accepted and have not brought to an end."""
        return sum(1 for match in self.live.values() if match.status in ON_ITS_WAY)

    def asked_since(self, since_ms: int) -> int:
        """How often they were asked after that moment."""
        return sum(1 for at_ms in self.asked_ms if at_ms > since_ms)


@dataclass(slots=True)
class WaitingBook:
    """An event in the waiting room."""

    event: Received
    until_ms: int


@dataclass(slots=True)
class Town:
    """A community's books."""

    name: str
    definition: CommunityDefined
    policy: Policy = Policy()
    asks: dict[str, AskBook] = field(default_factory=dict)
    offers: dict[str, OfferBook] = field(default_factory=dict)
    matches: dict[str, MatchBook] = field(default_factory=dict)
    members: dict[str, MemberBook] = field(default_factory=dict)
    series: dict[str, SeriesBook] = field(default_factory=dict)
    """By kind and id."""
    waiting: dict[str, WaitingBook] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    """Event → when it was first answered."""
    falling_due: FallingDue = field(default_factory=FallingDue)
    lies_in: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Open offer → its square kilometre; how many lie in each is `open_in`."""
    open_in: dict[tuple[int, int], int] = field(default_factory=dict)

    def member(self, name: str) -> MemberBook:
        """The member's book, to be written in."""
        return self.members.setdefault(name, MemberBook())

    def known_member(self, name: str) -> MemberBook:
        """The member's book, to be read; empty for somebody who never joined."""
        return self.members.get(name) or MemberBook()


def open_ones(matches: dict[str, MatchBook]) -> list[MatchBook]:
    """Those that wait for an answer."""
    return [match for match in matches.values() if match.status is MatchStatus.proposed]
