"""What the engine knows: the fold of the facts. Changed by `evolve` alone, read by everything else.

Dictionaries keep what they hold in the order it came; wherever an order decides something, the reader sorts by id.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from schemas.codes import EndedHow, MatchStatus
from schemas.events import Received
from schemas.facts import Occurrence, Series
from schemas.listed import Ask, Offer
from schemas.members import MemberFields
from schemas.operations import CommunityDefined
from schemas.policy import Policy
from schemas.states import Weight, weight
from services.matching.ids import NOBODYS, Ids
from services.matching.seen import Seen

WEEK_MS = 7 * 86_400_000
ACTIVE = (MatchStatus.accepted, MatchStatus.started)
"""Help on its way: what a member carries."""
PROPOSED = MatchStatus.proposed
"""At hand: to look a word up in its list takes as long as all else that is done with many a match."""
HELD_NOTHING = (MatchStatus.declined, MatchStatus.expired, MatchStatus.withdrawn)
"""What only an open proposal becomes. It held no units: ask and offer are as open, or as closed, as before."""
NOBODY: Mapping[str, int] = {}
"""Of the many who have helped nobody yet: one for all."""


@dataclass(slots=True)
class AskState:
    """An ask with its units and marks."""

    spec: Ask
    held: int = 0
    """Units of accepted or started matches."""
    fulfilled: int = 0
    proposed: int = 0
    """Units of open proposals."""
    attempts: int = 0
    touched_ms: int = 0
    """When something last happened to it: from here the policy's ages of another look count."""
    asked: Ids = ()
    """Members asked for this ask, unless the proposal was withdrawn: nobody is asked twice."""
    matches: Ids = ()
    on_hold: bool = False
    escalated: bool = False
    released_ms: int = 0
    """When a coordinator gave an escalated ask back; it may come again."""
    ended: EndedHow | None = None
    ended_ms: int = 0
    referred_to: str | None = None
    """The neighbour that holds it; None: it is not with one."""

    @property
    def unmet(self) -> int:
        """Units nobody has accepted yet."""
        return self.spec.quantity - self.held - self.fulfilled

    @property
    def is_open(self) -> bool:
        """Units are unmet and the ask has not ended."""
        return self.ended is None and self.spec.quantity > self.held + self.fulfilled


@dataclass(slots=True)
class OfferState:
    """An offer with its units and marks."""

    spec: Offer
    held: int = 0
    fulfilled: int = 0
    matches: Ids = ()
    paused: bool = False
    ended: EndedHow | None = None
    ended_ms: int = 0

    @property
    def room(self) -> int:
        """Units still free."""
        return self.spec.capacity - self.held - self.fulfilled

    @property
    def is_open(self) -> bool:
        """Units are free and the offer has not ended; it may be paused."""
        return self.ended is None and self.spec.capacity > self.held + self.fulfilled


@dataclass(slots=True)
class SeriesState:
    """A recurring ask or offer, and how far it got."""

    spec: Series
    next: Occurrence | None
    """What is listed next; None: nothing more comes."""
    passed: Occurrence | None = None
    """The last one that was listed or missed."""
    listed: str | None = None
    """The id of the occurrence that was listed last."""
    paused: bool = False
    ended: EndedHow | None = None
    ended_ms: int = 0


@dataclass(slots=True)
class MatchState:
    """One ask, one offer, some units, and how far they got."""

    match: str
    ask: str
    offer: str
    asker: str
    offerer: str
    units: int
    proposed_ms: int
    expires_ms: int
    status: MatchStatus = MatchStatus.proposed
    moved_ms: int = 0
    was_completed: bool = False
    reminded_ms: int = 0
    """When the helper was reminded; 0: not yet."""
    inquired_ms: int = 0
    """When both sides were asked whether it happened; 0: not yet."""
    tried_ppm: int = 0
    """How much of a try its answer, or silence, counted as; 0 while it is open."""
    accepted_in_vain: bool = False
    """An acceptance came when it could not count any more; it is learned from once."""

    @property
    def weighs(self) -> Weight:
        """What its units count as."""
        return weight(self.status, was_completed=self.was_completed)


@dataclass(slots=True)
class MemberState:
    """A member's charter as far as it decides, what they carry, and how often they were asked."""

    fields: MemberFields = MemberFields()
    gone: bool = False
    suspended: bool = False
    accepted: int = 0
    """How often the member accepted, in vain included."""
    tried_ppm: int = 0
    """How often that was tried, in parts per million: silence that was cut short counts in part."""
    open_matches: Ids = ()
    """Proposals to this member that wait for an answer."""
    active_matches: Ids = ()
    """Accepted or started matches this member helps in."""
    asked_ms: tuple[int, ...] = ()
    """When the member was asked, the last seven days, oldest first."""
    helped: Mapping[str, int] = field(default_factory=lambda: NOBODY)
    """Members helped well (confirmed) → how often."""
    asks: Ids = ()
    offers: Ids = ()
    series: dict[str, None] = field(default_factory=lambda: NOBODYS)
    """Keys of what the member asks or offers again and again."""

    def asked_since(self, since_ms: int) -> int:
        """How often the member was asked after `since_ms`, at most a week back."""
        asked_ms = self.asked_ms
        return len(asked_ms) - bisect_right(asked_ms, since_ms) if asked_ms else 0


STRANGER = MemberState()
"""Somebody of whom nothing is known: one for all, only read."""


@dataclass(slots=True)
class Arrival:
    """An ask or an offer that came lately: what recent local supply is measured by."""

    at_ms: int
    is_offer: bool
    needs: tuple[str, ...]
    x_m: int
    y_m: int
    reach_m: int


@dataclass(slots=True)
class Waiting:
    """An event in the waiting room."""

    event: Received
    until_ms: int


@dataclass(slots=True)
class CommunityState:
    """Everything one community is."""

    community: str
    definition: CommunityDefined
    policy: Policy = Policy()
    asks: dict[str, AskState] = field(default_factory=dict)
    offers: dict[str, OfferState] = field(default_factory=dict)
    series: dict[str, SeriesState] = field(default_factory=dict)
    """By `services.matching.series.key_of`."""
    matches: dict[str, MatchState] = field(default_factory=dict)
    members: dict[str, MemberState] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)
    """Event uid → when it was received, for as long as duplicates may come."""
    arrivals: list[Arrival] = field(default_factory=list)
    """Oldest first, within the policy's supply window."""
    stirred: dict[str, None] = field(default_factory=dict)
    """Asks to which something happened since the last round: the next one looks at them."""
    urgent: dict[str, None] = field(default_factory=dict)
    """Those of them that are looked at in this very record: critical ones, and those somebody declined."""
    freed: dict[str, None] = field(default_factory=dict)
    """Offers that may be proposed again, or for the first time, since the last round."""
    round_ms: int = 0
    """When the last round was."""

    def member(self, member: str) -> MemberState:
        """What is known of a member; nothing, for somebody who never joined."""
        return self.members.get(member, STRANGER)


def open_matches(community: CommunityState, ask: AskState) -> Iterator[MatchState]:
    """The ask's proposals that wait for an answer, in the order in which they were made."""
    if ask.proposed:
        for name in ask.matches:
            match = community.matches[name]
            if match.status is PROPOSED:
                yield match


@dataclass(slots=True)
class Clock:
    """Where log time stands."""

    now_ms: int = 0
    told_ms: int = 0
    leap_until_ms: int = 0
    """An operator allowed `now` to move up to here."""
    is_held: bool = False
    """Time wanted to leap and was held; said once, until somebody speaks or it goes on."""


@dataclass(slots=True)
class PartitionState:
    """All communities of one partition, and where the fold stands."""

    next_offset: int = 0
    chain: str = "0" * 64
    clock: Clock = field(default_factory=Clock)
    communities: dict[str, CommunityState] = field(default_factory=dict)
