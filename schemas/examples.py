"""One example of each event, as one small story: groceries at Riverside. All ids are invented, nobody is meant.

Documentation, tests and recorded fixtures take them from here, so that what is shown is what is accepted.
"""

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.codes import Reason, Urgency, Verb, Vetting, WithdrawnWhy
from schemas.events import AnyEvent
from schemas.members import MemberChanged, MemberJoined, MemberLeft, QuietHours
from schemas.model import Place
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from schemas.operations import (
    AskEscalated,
    AskHeld,
    AskMerged,
    AskReferred,
    AskReleased,
    AskSentBack,
    CommunityDefined,
    LeapAllowed,
    MemberReinstated,
    PolicySet,
    ProposedByHand,
    Reassigned,
)
from schemas.policy import Policy
from schemas.schedules import Freq, OffsetFrom, Schedule, Weekday

START_MS = 1_767_258_000_000  # 2026-01-01 09:00 UTC
HOUR_MS = 3_600_000
HERE = "riverside"
THERE = "hillside"
COORDINATOR = "coordinator-example"
ASKER = "member-asker-example"
HELPER = "member-helper-example"
ASK = "ask-example"
OFFER = "offer-example"
MATCH = "match-example"

CLOCK_CHANGES = (OffsetFrom(from_ms=START_MS - HOUR_MS, minutes=60),)
WEEKLY = Schedule(
    dtstart_ms=START_MS,
    until_ms=START_MS + 60 * 24 * HOUR_MS,
    count=8,
    freq=Freq.weekly,
    interval=1,
    byday=(Weekday.mo, Weekday.th),
    opens_at_minute=9 * 60,
    closes_at_minute=12 * 60,
    offsets=CLOCK_CHANGES,
)

PLACES_AND_POLICY = (
    CommunityDefined(
        community=HERE, origin_lat_udeg=52_500_000, origin_lon_udeg=13_400_000, cell_m=250, neighbours=(THERE,)
    ),
    PolicySet(community=HERE, policy=Policy()),
    LeapAllowed(community=HERE, operator=COORDINATOR, until_ms=START_MS + 48 * HOUR_MS),
)
MEMBERS = (
    MemberJoined(
        community=HERE,
        member=HELPER,
        languages=("en", "pt-BR"),
        skills=("driving",),
        accessibility=("near-parking",),
        vetting=Vetting.checked,
        quiet=QuietHours(from_minute=22 * 60, to_minute=7 * 60, offsets=CLOCK_CHANGES),
        asked_per_day_max=3,
        asked_per_week_max=10,
        active_max=2,
        blocked=("member-blocked-example",),
        paused_until_ms=START_MS,
    ),
    MemberChanged(community=HERE, member=HELPER, asked_per_day_max=2),
    MemberReinstated(community=HERE, operator=COORDINATOR, member=HELPER),
    MemberLeft(community=HERE, member=HELPER),
)
RECURRING_ASK = AskOpened(
    community=HERE,
    ask=ASK,
    member=ASKER,
    need="cw:errands.groceries",
    place=Place(x_m=1_125, y_m=-375),
    remote=False,
    reach_m=5_000,
    urgency=Urgency.high,
    quantity=2,
    unit="visit",
    earliest_ms=START_MS,
    needed_by_ms=START_MS + 4 * HOUR_MS,
    list_until_ms=START_MS + 6 * HOUR_MS,
    languages=("en",),
    skills=("driving",),
    accessibility=("near-parking",),
    vetting=Vetting.basic,
    on_behalf_of="member-neighbour-example",
    anonymous=True,
    household_size=3,
    schedule=WEEKLY,
    root=ASK,
    path=(THERE,),
)
ASKS = (
    RECURRING_ASK,
    AskChanged(community=HERE, ask=ASK, urgency=Urgency.critical, quantity=1),
    AskHeld(community=HERE, operator=COORDINATOR, ask=ASK),
    AskReleased(community=HERE, operator=COORDINATOR, ask=ASK),
    AskEscalated(community=HERE, operator=COORDINATOR, ask=ASK),
    AskMerged(community=HERE, operator=COORDINATOR, ask="ask-again-example", duplicate_of=ASK),
    AskReferred(community=HERE, operator=COORDINATOR, ask=ASK, to_community=THERE),
    AskSentBack(community=HERE, ask=ASK, from_community=THERE, reason="unknown_need"),
    AskWithdrawn(community=HERE, ask=ASK, why=WithdrawnWhy.solved),
)
OFFERS = (
    OfferOpened(
        community=HERE,
        offer=OFFER,
        member=HELPER,
        needs=("cw:errands.groceries", "cw:errands.dog-walking"),
        place=Place(x_m=875, y_m=125),
        remote=False,
        radius_m=3_000,
        capacity=2,
        unit="visit",
        from_ms=START_MS,
        list_until_ms=START_MS + 8 * HOUR_MS,
        schedule=WEEKLY,
    ),
    OfferChanged(community=HERE, offer=OFFER, radius_m=4_000),
    OfferPaused(community=HERE, offer=OFFER),
    OfferResumed(community=HERE, offer=OFFER),
    OfferWithdrawn(community=HERE, offer=OFFER, why=WithdrawnWhy.other),
)
MATCHES = (
    ProposedByHand(community=HERE, operator=COORDINATOR, ask=ASK, offer=OFFER),
    Acknowledged(community=HERE, match=MATCH, member=HELPER, verb=Verb.cancel, reason=Reason.illness),
    Reassigned(community=HERE, operator=COORDINATOR, match=MATCH, offer="offer-other-example"),
)

EXAMPLES: tuple[AnyEvent, ...] = (*PLACES_AND_POLICY, *MEMBERS, *ASKS, *OFFERS, *MATCHES)
"""Each event once, with every field that has a meaning of its own set."""
