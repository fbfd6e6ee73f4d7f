"""What was decided, fact by fact. State is the fold of these and of nothing else.

Facts are complete: a reader of decisions never needs the journal. Each names the event that caused it
(`source/id`), or nothing where time did. A refusal is a fact: every event is answered by at least one.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from schemas.asks import AskOpened
from schemas.codes import EndedHow, FollowUp, Mark, MatchStatus, Reason, Role, Verb
from schemas.dead_letters import PlaceOfEvent
from schemas.events import Received
from schemas.listed import Ask, Offer
from schemas.members import MemberFields
from schemas.model import (
    HELD,
    CodeWord,
    Count,
    Id,
    Model,
    Ms,
    Points,
    Ppm,
    ReachM,
    Units,
)
from schemas.offers import OfferOpened
from schemas.operations import CommunityDefined, RefusedWhy
from schemas.policy import Policy

Cause = Annotated[str, Field(max_length=200)]
RuleName = CodeWord | Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
CONSIDERED_ALTERNATIVES = 3


class FactModel(Model):
    """What all facts share."""

    community: Id
    cause: Cause | None = None


class CommunityKnown(FactModel):
    """A community was defined, or defined anew."""

    fact: Literal["community.known"] = "community.known"
    definition: CommunityDefined


class PolicyTaken(FactModel):
    """From here on this policy decides."""

    fact: Literal["policy.taken"] = "policy.taken"
    policy: Policy


class MemberKnown(FactModel):
    """What is known of a member, whole."""

    fact: Literal["member.known"] = "member.known"
    member: Id
    fields: MemberFields


class MemberGone(FactModel):
    """A member left."""

    fact: Literal["member.gone"] = "member.gone"
    member: Id


class MemberMarked(FactModel):
    """A member was suspended by a report, or reinstated."""

    fact: Literal["member.marked"] = "member.marked"
    member: Id
    suspended: bool


class AskListed(FactModel):
    """An ask is open, or was changed: here it is, whole."""

    fact: Literal["ask.listed"] = "ask.listed"
    ask: Ask


class AskMarked(FactModel):
    """A coordinator's mark was set or taken away."""

    fact: Literal["ask.marked"] = "ask.marked"
    ask: Id
    mark: Mark
    on: bool
    at_ms: Ms


class AskEnded(FactModel):
    """An ask takes no more proposals, for good. What was accepted lives on as matches."""

    fact: Literal["ask.ended"] = "ask.ended"
    ask: Id
    how: EndedHow
    at_ms: Ms
    duplicate_of: Id | None = None
    to_community: Id | None = None
    referred: Ask | None = None
    """What is handed to `to_community`: the ask with the units that are still unmet."""


class AskReturned(FactModel):
    """An ask that was referred came back: it is open again, and a coordinator is asked to look."""

    fact: Literal["ask.returned"] = "ask.returned"
    ask: Id
    from_community: Id
    reason: RefusedWhy
    at_ms: Ms


class OfferListed(FactModel):
    """An offer is open, or was changed: here it is, whole."""

    fact: Literal["offer.listed"] = "offer.listed"
    offer: Offer


class OfferMarked(FactModel):
    """An offer was paused or resumed."""

    fact: Literal["offer.marked"] = "offer.marked"
    offer: Id
    paused: bool


class OfferEnded(FactModel):
    """An offer takes no more proposals, for good."""

    fact: Literal["offer.ended"] = "offer.ended"
    offer: Id
    how: EndedHow
    at_ms: Ms


class Occurrence(Model):
    """One time that something recurs."""

    number: Annotated[int, Field(ge=1, le=1_000_000)]
    """Counted from the first one of the schedule, whether or not it was listed."""
    day: Annotated[int, Field(ge=-10, le=200_000)]
    """Its day in local time, counted from 1970-01-01."""
    begins_ms: Ms
    ends_ms: Ms
    """Last millisecond of its window."""


SeriesKind = Literal["ask", "offer"]


class Series(Model):
    """Asks or offers that recur. Each occurrence is listed as an ask or an offer of its own, `<series>.<number>`."""

    kind: SeriesKind
    series: Id
    """The id it was opened under; asks and offers have ids of their own, and so have their series."""
    member: Id
    template: Annotated[AskOpened | OfferOpened, Field(discriminator="type")]
    """What each occurrence is listed from; its window comes from the schedule."""


class SeriesListed(FactModel):
    """A series is open, or was changed: here it is, whole. What was listed of it before stays as it is."""

    fact: Literal["series.listed"] = "series.listed"
    series: Series
    next: Occurrence
    """The occurrence that is listed next, once it is near."""


class SeriesAdvanced(FactModel):
    """An occurrence was listed, or had been missed, and the series stands at the next one."""

    fact: Literal["series.advanced"] = "series.advanced"
    kind: SeriesKind
    series: Id
    passed: Occurrence
    listed: Id | None
    """The ask or offer it was listed as; None: it was over before it could be."""
    next: Occurrence | None
    """None: nothing more comes; the series ends with what is listed of it."""


class SeriesMarked(FactModel):
    """A series was paused or resumed; while it is paused nothing more is listed of it."""

    fact: Literal["series.marked"] = "series.marked"
    kind: SeriesKind
    series: Id
    paused: bool


class SeriesEnded(FactModel):
    """Nothing more is listed of a series, for good."""

    fact: Literal["series.ended"] = "series.ended"
    kind: SeriesKind
    series: Id
    how: EndedHow
    at_ms: Ms


class Fell(Model):
    """How many of those considered were refused by one rule."""

    rule: RuleName
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A feasible offer that was not taken, with what it was worth."""

    # three to a proposal, from values that were checked: a plain dataclass checks nothing when it is made, and is
    # checked with what it stands in when that is read
    __pydantic_config__ = HELD

    offer: Id
    points: Points


class Explanation(Model):
    """Why this offer for this ask: for coordinators only."""

    parts: dict[str, Points]
    """Score part → points; they add up to the match's `points`."""
    considered: Count
    """Offers looked at: the nearest within category and reach, then by id."""
    feasible: Count
    fell: tuple[Fell, ...]
    alternatives: Annotated[tuple[Alternative, ...], Field(max_length=CONSIDERED_ALTERNATIVES)]
    solver: CodeWord


class Proposed(FactModel):
    """An offerer is asked."""

    fact: Literal["match.proposed"] = "match.proposed"
    match: Id
    ask: Id
    offer: Id
    asker: Id
    offerer: Id
    units: Units
    attempt: Units
    proposed_ms: Ms
    expires_ms: Ms
    """Last millisecond at which an answer counts."""
    distance_m: ReachM | None
    points: Points
    chance_ppm: Ppm = 1_000_000
    """Probability with which this proposal was made, without which policies cannot be compared."""
    accept_ppm: Ppm = 1_000_000
    """Chance that the offerer accepts, as learned by then."""
    explanation: Explanation


class MatchMoved(FactModel):
    """A match moved as the lifecycle allows."""

    fact: Literal["match.moved"] = "match.moved"
    match: Id
    move: CodeWord
    to: MatchStatus
    by: Role
    reason: Reason | None = None
    at_ms: Ms


class Thanked(FactModel):
    """Gratitude reaches the giver."""

    fact: Literal["match.thanked"] = "match.thanked"
    match: Id
    by: Id
    to: Id


class MatchReminded(FactModel):
    """Somebody who promised help is reminded of it, or both sides are asked whether it happened; each at most once."""

    fact: Literal["match.reminded"] = "match.reminded"
    match: Id
    what: FollowUp
    at_ms: Ms


class Refused(FactModel):
    """An event changed nothing, and why."""

    fact: Literal["event.refused"] = "event.refused"
    what: Annotated[str, Field(max_length=64)]
    about: Id | None = None
    reason: RuleName
    verb: Verb | None = None
    """What was said about a match; an acceptance that came in vain still tells who accepts."""


class Noted(FactModel):
    """An event was taken in and had nothing to change."""

    fact: Literal["event.noted"] = "event.noted"
    what: Annotated[str, Field(max_length=64)]


class PutWaiting(FactModel):
    """An event arrived before what it speaks of and waits in the waiting room."""

    fact: Literal["event.waiting"] = "event.waiting"
    event: Received
    until_ms: Ms


class LeftWaiting(FactModel):
    """An event left the waiting room: what it waited for came, or its time was up (then a refusal follows)."""

    fact: Literal["event.admitted"] = "event.admitted"
    uid: Cause


class EventQuarantined(FactModel):
    """An event was stepped over at an operator's word: it was not decided, and its bytes stay in the journal."""

    fact: Literal["event.quarantined"] = "event.quarantined"
    place: PlaceOfEvent
    operator: Id
    reason: CodeWord
    at_ms: Ms
    """When the operator said so."""


class ClockHeld(FactModel):
    """Log time wanted to leap beyond the bound and was held until an operator allows it.

    Said once, and again after a word that did not reach as far as time wants to go.
    """

    fact: Literal["clock.held"] = "clock.held"
    wanted_ms: Ms


class LeapGranted(FactModel):
    """Log time may go on until here."""

    fact: Literal["clock.leap_granted"] = "clock.leap_granted"
    until_ms: Ms


AnyFact = (
    CommunityKnown
    | PolicyTaken
    | MemberKnown
    | MemberGone
    | MemberMarked
    | AskListed
    | AskMarked
    | AskEnded
    | AskReturned
    | OfferListed
    | OfferMarked
    | OfferEnded
    | SeriesListed
    | SeriesAdvanced
    | SeriesMarked
    | SeriesEnded
    | Proposed
    | MatchMoved
    | Thanked
    | MatchReminded
    | Refused
    | Noted
    | PutWaiting
    | LeftWaiting
    | EventQuarantined
    | ClockHeld
    | LeapGranted
)
Fact = Annotated[AnyFact, Field(discriminator="fact")]
