"""What queries give back: frozen values. Rows that travel come from `schemas.states`; these add what only the board knows."""

from typing import Generic, TypeVar

from pydantic import JsonValue

from schemas.codes import EndedHow
from schemas.facts import Explanation
from schemas.listed import Ask, Offer
from schemas.members import MemberFields, MemberLoad
from schemas.model import Code, Count, Id, Model, Ms, Ppm, Units
from schemas.operations import CommunityDefined
from schemas.policy import Policy
from schemas.states import AskRow, MatchRow, OfferRow

R = TypeVar("R")


class Page(Model, Generic[R]):
    """Some rows of a list, and where it goes on."""

    rows: tuple[R, ...]
    next: str | None
    """Give this as `after` for the next page; None: this was the last."""


class AskView(Model):
    """An ask, all that was asked for, how it ended, and its matches, oldest first."""

    row: AskRow
    spec: Ask
    held_ms: Ms | None
    escalated_ms: Ms | None
    ended: EndedHow | None
    ended_ms: Ms | None
    duplicate_of: Id | None
    to_community: Id | None
    matches: tuple[MatchRow, ...]
    """The latest, as many as one page holds."""


class OfferView(Model):
    """An offer, all that was offered, how it ended, and its matches, oldest first."""

    row: OfferRow
    spec: Offer
    ended: EndedHow | None
    ended_ms: Ms | None
    matches: tuple[MatchRow, ...]


class MatchView(Model):
    """A match and why it was proposed. For coordinators only."""

    row: MatchRow
    attempt: Units
    chance_ppm: Ppm
    explanation: Explanation


class MemberView(Model):
    """A member: what they said of themself, what they carry, and how often they were asked."""

    community: Id
    member: Id
    fields: MemberFields | None
    """None: somebody who never joined, such as an anonymous asker."""
    gone: bool
    suspended: bool
    load: MemberLoad
    """Open and active now; the others since the beginning."""
    asked_day: Count
    """Proposals of the last 24 hours of log time."""
    asked_week: Count


class CommunityView(Model):
    """A community and the policy that decides in it."""

    community: Id
    partition: Count
    definition: CommunityDefined
    policy: Policy | None
    """None: none was taken in yet, the engine's defaults decide."""


class FactView(Model):
    """One fact on a timeline."""

    partition: Count
    source: Count
    position: Count
    now_ms: Ms
    kind: str
    community: Id
    ask: Id | None
    offer: Id | None
    match: Id | None
    member: Id | None
    cause: str | None
    detail: dict[str, JsonValue]

    @property
    def at_ms(self) -> int:
        """When it happened: the fact's own time where it has one (an answer's receipt), else log time."""
        at_ms = self.detail.get("at_ms")
        return at_ms if isinstance(at_ms, int) else self.now_ms


class QueueWhy(Code):
    """Why a coordinator has to look, gravest first."""

    reported = "reported"
    disputed = "disputed"
    escalated = "escalated"
    held = "held"
    unconfirmed = "unconfirmed"
    unknown = "unknown"


class QueueRow(Model):
    """Something that waits for a coordinator."""

    why: QueueWhy
    since_ms: Ms
    community: Id
    ask: Id
    match: Id | None
    """None: it is about the ask itself."""


class DeadEnds(Model):
    """Asks that ended at their deadline with units unmet, by how far they got."""

    never_proposed: Count
    never_accepted: Count
    """Somebody was asked, nobody accepted."""
    fell_short: Count
    """Somebody accepted, and it was not enough or fell through."""


class Summary(Model):
    """How a community, or all of them, are doing."""

    asks_open: Count
    """Waiting, proposed or held."""
    asks_proposed: Count
    asks_matched: Count
    asks_fulfilled: Count
    asks_expired: Count
    asks_held: Count
    asks_escalated: Count
    """Escalated and still open."""
    accept_wait_median_ms: Ms | None
    """From an ask's opening to its first acceptance, over all asks ever accepted; None: there are none."""
    accept_wait_p95_ms: Ms | None
    proposals: Count
    acceptances: Count
    proposals_per_acceptance: float | None
    dead_ends: DeadEnds
    queue: dict[QueueWhy, Count]


class Standing(Model):
    """How far the board has read a partition."""

    partition: Count
    next_source: Count
    chain: str
    logic: str
    now_ms: Ms
    told_ms: Ms
