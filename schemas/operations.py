"""What coordinators and operators say: communities, policies, and stepping in by hand."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.model import Id, Members, Model, Ms
from schemas.policy import Policy

RefusedWhy = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
Microdegrees = Annotated[int, Field(ge=-180_000_000, le=180_000_000)]


class CommunityDefined(Model):
    """A community: one plane, one writer, one partition.

    Places are projected onto the plane whose origin is given (equirectangular, fair within some hundred
    kilometres) and widened to the centre of a cell of `cell_m` metres, wide enough to hide in.
    """

    type: Literal["community.defined"] = "community.defined"
    community: Id
    origin_lat_udeg: Annotated[int, Field(ge=-85_000_000, le=85_000_000)] = 0
    origin_lon_udeg: Microdegrees = 0
    cell_m: Annotated[int, Field(ge=1, le=10_000)] = 250
    neighbours: Annotated[Members, Field(max_length=32)] = ()
    """Communities an ask may be referred to, nearest first."""


class PolicySet(Model):
    """From this event on, this policy decides for the community."""

    type: Literal["policy.set"] = "policy.set"
    community: Id
    policy: Policy


class LeapAllowed(Model):
    """An operator's word that log time may move forward to `until_ms`, beyond the policy's bound."""

    type: Literal["clock.leap_allowed"] = "clock.leap_allowed"
    community: Id
    operator: Id
    until_ms: Ms


class ProposedByHand(Model):
    """A coordinator proposes an ask to an offer; boundaries (blocks, caps, quiet hours) still hold."""

    type: Literal["match.proposed_by_hand"] = "match.proposed_by_hand"
    community: Id
    operator: Id
    ask: Id
    offer: Id


class Reassigned(Model):
    """A coordinator takes an accepted match back and proposes the ask to another offer."""

    type: Literal["match.reassigned"] = "match.reassigned"
    community: Id
    operator: Id
    match: Id
    offer: Id


class AskHeld(Model):
    """A coordinator holds an ask for review: nothing new is proposed for it."""

    type: Literal["ask.held"] = "ask.held"
    community: Id
    operator: Id
    ask: Id


class AskReleased(Model):
    """A held or escalated ask goes back to matching."""

    type: Literal["ask.released"] = "ask.released"
    community: Id
    operator: Id
    ask: Id


class AskEscalated(Model):
    """A coordinator takes an ask over; the engine goes on proposing it."""

    type: Literal["ask.escalated"] = "ask.escalated"
    community: Id
    operator: Id
    ask: Id


class AskMerged(Model):
    """The ask is the same as another: it ends here, the other one lives on."""

    type: Literal["ask.merged"] = "ask.merged"
    community: Id
    operator: Id
    ask: Id
    duplicate_of: Id


class AskReferred(Model):
    """The ask is handed to a neighbouring community: terminal here, a relay opens it there."""

    type: Literal["ask.referred"] = "ask.referred"
    community: Id
    operator: Id
    ask: Id
    to_community: Id


class AskSentBack(Model):
    """A neighbouring community could not take an ask that was referred to it; the relay says so, or an operator."""

    type: Literal["ask.returned"] = "ask.returned"
    community: Id
    """The one that referred it."""
    ask: Id
    from_community: Id
    """The neighbour that holds it: the word of any other is refused."""
    reason: RefusedWhy
    """Why it was refused there, as its decisions or its door named it."""


class MemberReinstated(Model):
    """A coordinator lifts the suspension that a report brought."""

    type: Literal["member.reinstated"] = "member.reinstated"
    community: Id
    operator: Id
    member: Id
