"""The states everyone sees, derived from facts in one way for engine and board alike."""

from schemas.codes import EndedHow, MatchStatus, Reason, Urgency
from schemas.model import Code, Count, Id, Model, Ms, NeedCode, Points, ReachM, Units

LIVE = (MatchStatus.proposed, MatchStatus.accepted, MatchStatus.started, MatchStatus.completed)
"""Statuses a match can still move on from by itself."""


class AskStatus(Code):
    """Where an ask stands, derived from its units, marks and end."""

    waiting = "waiting"
    proposed = "proposed"
    matched = "matched"
    fulfilled = "fulfilled"
    held = "held"
    expired = "expired"
    withdrawn = "withdrawn"
    duplicate_of = "duplicate_of"
    referred = "referred"
    unknown = "unknown"


class OfferStatus(Code):
    """Where an offer stands, derived from its units, marks and end."""

    open = "open"
    taken = "taken"
    paused = "paused"
    expired = "expired"
    withdrawn = "withdrawn"
    unknown = "unknown"


class Weight(Code):
    """What a match's units count as, for its ask and for its offer."""

    nothing = "nothing"
    held = "held"
    fulfilled = "fulfilled"


WEIGHTS = {
    MatchStatus.accepted: Weight.held,
    MatchStatus.started: Weight.held,
    MatchStatus.completed: Weight.fulfilled,
    MatchStatus.confirmed: Weight.fulfilled,
}
WEIGHTS_AFTER_COMPLETION = {**WEIGHTS, MatchStatus.unconfirmed: Weight.fulfilled}


def weight(status: MatchStatus, *, was_completed: bool) -> Weight:
    """What the units of a match count as.

    A proposal holds nothing: the acceptance is the atomic step. Silence after completion still counts as help
    given; silence after mere acceptance, and a dispute, free what was held.
    """
    return (WEIGHTS_AFTER_COMPLETION if was_completed else WEIGHTS).get(status, Weight.nothing)


ENDED_ASK = {
    EndedHow.withdrawn: AskStatus.withdrawn,
    EndedHow.expired: AskStatus.expired,
    EndedHow.duplicate: AskStatus.duplicate_of,
    EndedHow.referred: AskStatus.referred,
    EndedHow.fulfilled: AskStatus.fulfilled,
    EndedHow.unknown: AskStatus.unknown,
}


def ask_status(
    *, ended: EndedHow | None, on_hold: bool, quantity: int, held: int, fulfilled: int, proposals: int
) -> AskStatus:
    """Where an ask stands.

    Args:
        quantity: units asked for.
        held: units of accepted or started matches.
        fulfilled: units of completed matches.
        proposals: open proposals.
    """
    if ended is not None:
        return ENDED_ASK[ended]
    if fulfilled >= quantity:
        return AskStatus.fulfilled
    if held + fulfilled >= quantity:
        return AskStatus.matched
    if on_hold:
        return AskStatus.held
    return AskStatus.proposed if proposals else AskStatus.waiting


def offer_status(*, ended: EndedHow | None, paused: bool, capacity: int, used: int) -> OfferStatus:
    """Where an offer stands; `used` counts units held and fulfilled."""
    if ended is not None:
        return OfferStatus.withdrawn if ended is EndedHow.withdrawn else OfferStatus.expired
    if used >= capacity:
        return OfferStatus.taken
    return OfferStatus.paused if paused else OfferStatus.open


class AskRow(Model):
    """An ask as the board's table holds it."""

    community: Id
    ask: Id
    member: Id
    need: NeedCode
    urgency: Urgency
    quantity: Units
    units_held: Count
    units_fulfilled: Count
    proposals_open: Count
    proposals_made: Count
    status: AskStatus
    escalated: bool
    opened_ms: Ms
    deadline_ms: Ms
    first_proposed_ms: Ms | None
    first_accepted_ms: Ms | None


class OfferRow(Model):
    """An offer as the board's table holds it."""

    community: Id
    offer: Id
    member: Id
    capacity: Units
    units_held: Count
    units_fulfilled: Count
    proposals_open: Count
    status: OfferStatus
    opened_ms: Ms
    deadline_ms: Ms


class MatchRow(Model):
    """A match as the board's table and the `matches` topic hold it."""

    community: Id
    match: Id
    ask: Id
    offer: Id
    asker: Id
    offerer: Id
    units: Units
    status: MatchStatus
    reason: Reason | None
    points: Points
    distance_m: ReachM | None
    proposed_ms: Ms
    expires_ms: Ms
    accepted_ms: Ms | None
    completed_ms: Ms | None
    moved_ms: Ms
    thanks: Count
