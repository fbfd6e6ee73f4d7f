"""One example of each fact, and of each value that leaves the engine: what Riverside's story led to.

They show shapes, not a run of the engine: the chain is made of zeros, and no state could hold all of them.
"""

from schemas import examples
from schemas.codes import EndedHow, FollowUp, Mark, MatchStatus, Role, Urgency, Vetting
from schemas.dead_letters import DeadLetter, Quarantined
from schemas.decisions import DecisionBlock, RoundCut
from schemas.events import Received
from schemas.examples import ASK, ASKER, COORDINATOR, HELPER, HERE, HOUR_MS, MATCH, OFFER, START_MS, THERE
from schemas.facts import (
    Alternative,
    AnyFact,
    AskEnded,
    AskListed,
    AskMarked,
    AskReturned,
    ClockHeld,
    CommunityKnown,
    EventQuarantined,
    Explanation,
    Fell,
    LeapGranted,
    LeftWaiting,
    MatchMoved,
    MatchReminded,
    MemberGone,
    MemberKnown,
    MemberMarked,
    Noted,
    Occurrence,
    OfferEnded,
    OfferListed,
    OfferMarked,
    PolicyTaken,
    Proposed,
    PutWaiting,
    Refused,
    Series,
    SeriesAdvanced,
    SeriesEnded,
    SeriesListed,
    SeriesMarked,
    Thanked,
)
from schemas.journal import Block, Tick
from schemas.listed import Ask, Offer
from schemas.members import MemberFields, MemberLoad
from schemas.model import Model, Place
from schemas.notifications import Occasion, requested
from schemas.policy import Policy
from schemas.states import AskRow, AskStatus, MatchRow, OfferRow, OfferStatus

SOURCE = "partner-example"
CAUSE = f"{SOURCE}/event-1"
LATER_MS = START_MS + HOUR_MS

RECEIVED = tuple(
    Received(source=SOURCE, id=f"event-{number}", received_ms=START_MS + number * 1_000, data=event)
    for number, event in enumerate(examples.EXAMPLES)
)
LISTED_ASK = Ask(
    ask=ASK,
    member=ASKER,
    need="cw:errands.groceries",
    place=Place(x_m=1_125, y_m=-375),
    remote=False,
    reach_m=5_000,
    urgency=Urgency.high,
    quantity=2,
    unit="visit",
    opened_ms=START_MS,
    earliest_ms=START_MS,
    deadline_ms=START_MS + 4 * HOUR_MS,
    languages=("en",),
    skills=("driving",),
    accessibility=("near-parking",),
    vetting=Vetting.basic,
    root=ASK,
)
LISTED_OFFER = Offer(
    offer=OFFER,
    member=HELPER,
    needs=("cw:errands.groceries",),
    place=Place(x_m=875, y_m=125),
    remote=False,
    radius_m=3_000,
    capacity=2,
    unit="visit",
    opened_ms=START_MS,
    from_ms=START_MS,
    deadline_ms=START_MS + 8 * HOUR_MS,
)
SERIES = Series(kind="ask", series=ASK, member=ASKER, template=examples.RECURRING_ASK)
FIRST = Occurrence(number=1, day=20_454, begins_ms=START_MS - HOUR_MS, ends_ms=START_MS + 2 * HOUR_MS)
SECOND = Occurrence(number=2, day=20_458, begins_ms=START_MS + 95 * HOUR_MS, ends_ms=START_MS + 98 * HOUR_MS)
PROPOSED = Proposed(
    community=HERE,
    match=MATCH,
    ask=ASK,
    offer=OFFER,
    asker=ASKER,
    offerer=HELPER,
    units=2,
    attempt=1,
    proposed_ms=LATER_MS,
    expires_ms=LATER_MS + 900_000,
    distance_m=559,
    points=1_541,
    explanation=Explanation(
        parts={"base": 1_500, "distance": -559, "urgency": 600},
        considered=12,
        feasible=2,
        fell=(Fell(rule="too_far", count=7), Fell(rule="quiet_hours", count=3)),
        alternatives=(Alternative(offer="offer-other-example", points=1_204),),
        solver="min-cost-flow",
    ),
)

FACTS: tuple[AnyFact, ...] = (
    CommunityKnown(community=HERE, cause=CAUSE, definition=examples.PLACES_AND_POLICY[0]),
    PolicyTaken(community=HERE, cause=CAUSE, policy=Policy()),
    MemberKnown(community=HERE, cause=CAUSE, member=HELPER, fields=MemberFields(languages=("en",))),
    MemberMarked(community=HERE, cause=CAUSE, member=HELPER, suspended=True),
    MemberGone(community=HERE, cause=CAUSE, member=HELPER),
    AskListed(community=HERE, cause=CAUSE, ask=LISTED_ASK),
    AskMarked(community=HERE, cause=CAUSE, ask=ASK, mark=Mark.held, on=True, at_ms=LATER_MS),
    AskEnded(
        community=HERE,
        cause=CAUSE,
        ask=ASK,
        how=EndedHow.referred,
        at_ms=LATER_MS,
        to_community=THERE,
        referred=LISTED_ASK,
    ),
    AskReturned(community=HERE, cause=CAUSE, ask=ASK, from_community=THERE, reason="unknown_need", at_ms=LATER_MS),
    OfferListed(community=HERE, cause=CAUSE, offer=LISTED_OFFER),
    OfferMarked(community=HERE, cause=CAUSE, offer=OFFER, paused=True),
    OfferEnded(community=HERE, offer=OFFER, how=EndedHow.expired, at_ms=LATER_MS),
    SeriesListed(community=HERE, cause=CAUSE, series=SERIES, next=FIRST),
    SeriesAdvanced(community=HERE, kind="ask", series=ASK, passed=FIRST, listed=f"{ASK}.1", next=SECOND),
    SeriesMarked(community=HERE, cause=CAUSE, kind="ask", series=ASK, paused=True),
    SeriesEnded(community=HERE, cause=CAUSE, kind="ask", series=ASK, how=EndedHow.withdrawn, at_ms=LATER_MS),
    PROPOSED,
    MatchMoved(
        community=HERE,
        cause=CAUSE,
        match=MATCH,
        move="accept",
        to=MatchStatus.accepted,
        by=Role.offerer,
        at_ms=LATER_MS,
    ),
    Thanked(community=HERE, cause=CAUSE, match=MATCH, by=ASKER, to=HELPER),
    MatchReminded(community=HERE, match=MATCH, what=FollowUp.happened, at_ms=LATER_MS),
    Refused(community=HERE, cause=CAUSE, what="match.acknowledged", about=MATCH, reason="not-proposed"),
    Noted(community=HERE, cause=CAUSE, what="match.acknowledged"),
    PutWaiting(community=HERE, cause=CAUSE, event=RECEIVED[-1], until_ms=LATER_MS),
    LeftWaiting(community=HERE, cause=CAUSE, uid=RECEIVED[-1].uid),
    EventQuarantined(
        community=HERE, cause=CAUSE, place="3/5120/17", operator=COORDINATOR, reason="engine-stopped", at_ms=LATER_MS
    ),
    ClockHeld(community=HERE, wanted_ms=START_MS + 72 * HOUR_MS),
    LeapGranted(community=HERE, cause=CAUSE, until_ms=START_MS + 48 * HOUR_MS),
)
"""Each fact once."""

VALUES: tuple[Model, ...] = (
    Block(events=RECEIVED, caught_up=True, inbound={"asks": 41, "offers": 17}),
    Tick(inbound={"asks": 41}),
    DecisionBlock(
        source=5_120,
        logic="example-1",
        policies={HERE: "balanced@1"},
        now_ms=START_MS,
        told_ms=LATER_MS,
        cuts=(RoundCut(community=HERE, asks=(ASK,), offers=(OFFER,)),),
        facts=FACTS,
        chain="0" * 64,
    ),
    AskRow(
        community=HERE,
        ask=ASK,
        member=ASKER,
        need="cw:errands.groceries",
        urgency=Urgency.high,
        quantity=2,
        units_held=2,
        units_fulfilled=0,
        proposals_open=0,
        proposals_made=1,
        status=AskStatus.matched,
        escalated=False,
        opened_ms=START_MS,
        deadline_ms=START_MS + 4 * HOUR_MS,
        first_proposed_ms=LATER_MS,
        first_accepted_ms=LATER_MS,
    ),
    OfferRow(
        community=HERE,
        offer=OFFER,
        member=HELPER,
        capacity=2,
        units_held=2,
        units_fulfilled=0,
        proposals_open=0,
        status=OfferStatus.taken,
        opened_ms=START_MS,
        deadline_ms=START_MS + 8 * HOUR_MS,
    ),
    MatchRow(
        community=HERE,
        match=MATCH,
        ask=ASK,
        offer=OFFER,
        asker=ASKER,
        offerer=HELPER,
        units=2,
        status=MatchStatus.accepted,
        reason=None,
        points=1_541,
        distance_m=559,
        proposed_ms=LATER_MS,
        expires_ms=LATER_MS + 900_000,
        accepted_ms=LATER_MS,
        completed_ms=None,
        moved_ms=LATER_MS,
        thanks=0,
    ),
    MemberLoad(open_proposals=1, active=1, asked=4, accepted=2, declined=1, silent=1),
    requested(
        community=HERE,
        member=HELPER,
        occasion=Occasion.proposed,
        match=MATCH,
        ask=ASK,
        offer=OFFER,
        decided_ms=LATER_MS,
        not_before_ms=LATER_MS,
        deadline_ms=LATER_MS + 900_000,
    ),
    DeadLetter(
        origin="asks/3/5120",
        source=SOURCE,
        reason="not-an-event",
        sentence="the record is no JSON object; send one event per record",
        received_ms=START_MS,
        key="key-example",
        sealed="c2VhbGVkIGV4YW1wbGU=",
    ),
    Quarantined(place="3/5120/17", operator=COORDINATOR, reason="engine-stopped", at_ms=LATER_MS),
    Policy(),
)
"""Each value that leaves the engine or tells it something out of band, once."""
