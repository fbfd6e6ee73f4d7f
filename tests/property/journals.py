"""Journals that could have happened: few ids, many collisions, every kind of event, clocks that stall and leap."""

from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from schemas.acknowledgements import NEEDS_REASON, Acknowledged
from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.codes import Reason, Urgency, Verb, Vetting
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent, Received
from schemas.facts import Proposed
from schemas.journal import Block, JournalRecord, Tick
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
from schemas.policy import AcceptanceDial, FollowUpDial, HoldDial, Policy, PpmByUrgency, Ranking, ScoreDial
from schemas.presets import CERTAIN
from schemas.schedules import Freq, OffsetFrom, Schedule, Weekday
from schemas.taxonomy.load import load
from services.matching import Engine
from services.matching.decide.proposals import match_id
from services.matching.index import NaiveIndex
from services.matching.limits import LIMITS, Limits

START_MS = 1_767_600_000_000
TOWN = "town"
HOUR_MS = 3_600_000
TAXONOMY = load()
BY_ASKER = (Verb.confirm, Verb.dispute, Verb.thank, Verb.miss)
STEPS_MS = [2_000, 2_000, 2_000, 61_000, 0, 1, HOUR_MS, 23 * HOUR_MS, 25 * HOUR_MS]
NEEDS = ("oe:102", "oe:102", "oe:102-04", "cw:lending.tools")
ASKS = [*(f"A{number}" for number in range(1, 5)), "A1.1", "A2.2"]
OFFERS = [*(f"O{number}" for number in range(1, 5)), "O1.1", "O2.1"]
"""The last ones are also names of occurrences."""
ASKERS = ["m-1", "m-2", "m-3"]
OFFERERS = ["m-3", "m-4", "m-5"]
MEMBERS = ["m-1", "m-2", "m-3", "m-4", "m-5"]
MATCHES = [match_id(TOWN, ask, offer, attempt) for ask in ASKS for offer in OFFERS for attempt in (1, 1, 2)]

TINY = Limits(due_facts_max=1, looks_max=1, proposals_max=1)
limits = st.sampled_from(
    [
        LIMITS,
        TINY,
        Limits(due_facts_max=2, looks_max=2, proposals_max=2),
        Limits(due_facts_max=3, looks_max=9, proposals_max=1),
    ]
)
"""None that is reached, and those that are reached again and again."""
asks, offers, members, matches = map(st.sampled_from, (ASKS, OFFERS, MEMBERS, MATCHES))
places = st.builds(Place, x_m=st.integers(-4, 4).map(lambda cell: cell * 150), y_m=st.just(0))
neighbours = st.sampled_from(["village", "village", "harbour", "moon"])
languages = st.lists(st.sampled_from(["de", "en", "tr"]), max_size=2, unique=True).map(tuple)
spans_ms = st.sampled_from([24 * HOUR_MS, HOUR_MS, 90_000, 1_000, 0])
later_ms = st.sampled_from([None, None, None, 1_000, HOUR_MS])
units = st.integers(1, 3)

policies = st.builds(
    Policy,
    version=st.just(1),
    score=st.builds(
        ScoreDial,
        points_per_life_s=st.sampled_from([0, 8, 56]),
        supply_window_ms=st.sampled_from([1_000, 600_000]),
        supply_reach_m=st.sampled_from([0, 300, 1_500]),
        points_per_waited_s=st.sampled_from([0, 3]),
    ),
    hold=st.builds(HoldDial, near_m=st.sampled_from([0, 400]), ask_waits_s_max=st.sampled_from([0, 0, 600])),
    acceptance=st.just(CERTAIN)
    | st.builds(
        AcceptanceDial,
        prior_ppm=st.sampled_from([0, 250_000, 600_000]),
        near_m=st.sampled_from([0, 300, 4_000]),
        within_ms=st.sampled_from([60_000, 900_000]),
        ranking=st.sampled_from([Ranking.learned, Ranking.nearest]),
        asking_cost=st.sampled_from([0, 0, 50_000]),
        exploration_ppm=st.sampled_from([0, 0, 300_000, 1_000_000]),
        sure_ppm=st.sampled_from([AcceptanceDial().sure_ppm, PpmByUrgency(critical=1, high=1, normal=1, low=1)]),
    ),
    look_ages_s=st.sampled_from([(60,), (2, 4, 61), (1, 1)]),
    tick_ms=st.sampled_from([2_000, 60_000]),
    candidates_max=st.sampled_from([1, 2, 64]),
    solve_asks_max=st.sampled_from([1, 1_000]),
    proposals_open_per_unit=st.integers(1, 3),
    open_slots=st.integers(1, 3),
    active_max=st.integers(1, 3),
    answer_ms_min=st.sampled_from([0, 60_000]),
    proposal_life_ms=st.sampled_from([HOUR_MS, 60_000, 1_000]),
    seen_horizon_ms=st.sampled_from([120_000, 24 * HOUR_MS]),
    series_ahead_ms=st.sampled_from([0, HOUR_MS, 48 * HOUR_MS]),
    waiting_room_ms=st.sampled_from([0, 60_000]),
    waiting_room_max=st.sampled_from([1, 100]),
    follow_up=st.builds(
        FollowUpDial,
        remind_before_ms=st.sampled_from([0, 30_000]),
        happens_within_ms=st.sampled_from([0, HOUR_MS]),
        happened_after_ms=st.sampled_from([0, 30_000]),
    ),
    accept_silence_ms=st.sampled_from([0, HOUR_MS]),
    confirm_silence_ms=st.sampled_from([0, HOUR_MS]),
    leap_ms_max=st.sampled_from([24 * HOUR_MS, 24 * HOUR_MS, 120_000]),
)


@st.composite
def schedules(draw: st.DrawFn, now_ms: int) -> Schedule | None:
    """Mostly none; otherwise days near now, with windows that may go over midnight and clocks that may change."""
    if draw(st.integers(0, 4)):
        return None
    changes = st.builds(
        OffsetFrom, from_ms=st.just(now_ms + HOUR_MS), minutes=st.sampled_from([-1_440, -60, 0, 120, 1_440])
    )
    return Schedule(
        dtstart_ms=now_ms - draw(st.sampled_from([0, HOUR_MS, 240 * HOUR_MS])),
        until_ms=draw(st.none() | spans_ms.map(lambda span: now_ms + span)),
        count=draw(st.sampled_from([None, None, 1, 3])),
        freq=draw(st.sampled_from([Freq.daily, Freq.daily, Freq.weekly, Freq.monthly, Freq.unknown])),
        interval=draw(st.integers(1, 2)),
        byday=tuple(draw(st.lists(st.sampled_from(list(Weekday)), max_size=1))),
        opens_at_minute=draw(st.none() | st.sampled_from([0, 540, 1_440])),
        closes_at_minute=draw(st.none() | st.sampled_from([0, 541, 720, 1_440])),
        offsets=tuple(draw(st.lists(changes, max_size=1))),
    )


@st.composite
def asked(draw: st.DrawFn, now_ms: int) -> AskOpened:
    """An ask around now, on site, remote or both."""
    place = draw(st.none() | places)
    return AskOpened(
        community=TOWN,
        ask=draw(asks),
        member=draw(st.sampled_from(ASKERS)),
        need=draw(st.sampled_from(NEEDS)),
        place=place,
        remote=place is None or draw(st.booleans()),
        reach_m=draw(st.sampled_from([None, 1_500, 450, 0])),
        urgency=draw(st.sampled_from([Urgency.critical, Urgency.high, Urgency.normal, Urgency.low])),
        quantity=draw(units),
        earliest_ms=draw(later_ms.map(lambda span: None if span is None else now_ms + span)),
        needed_by_ms=draw(st.none() | st.none() | spans_ms.map(lambda span: now_ms + span)),
        schedule=draw(schedules(now_ms)),
        languages=draw(st.just(()) | st.just(()) | languages),
        vetting=draw(st.sampled_from([Vetting.none, Vetting.none, Vetting.none, Vetting.basic])),
    )


@st.composite
def offered(draw: st.DrawFn, now_ms: int) -> OfferOpened:
    """An offer around now."""
    place = draw(st.none() | places)
    return OfferOpened(
        community=TOWN,
        offer=draw(offers),
        member=draw(st.sampled_from(OFFERERS)),
        needs=tuple(draw(st.lists(st.sampled_from(NEEDS), min_size=1, max_size=2, unique=True))),
        place=place,
        remote=place is None or draw(st.booleans()),
        radius_m=draw(st.sampled_from([1_500, 450, 0])),
        capacity=draw(units),
        from_ms=draw(later_ms.map(lambda span: None if span is None else now_ms + span)),
        list_until_ms=draw(st.none() | st.none() | spans_ms.map(lambda span: now_ms + span)),
        schedule=draw(schedules(now_ms)),
    )


@st.composite
def joined(draw: st.DrawFn, now_ms: int) -> MemberJoined:
    """A member with some boundaries."""
    quiet = st.builds(QuietHours, from_minute=st.integers(0, 1_440), to_minute=st.integers(0, 1_440))
    return MemberJoined(
        community=TOWN,
        member=draw(members),
        languages=draw(languages),
        vetting=draw(st.sampled_from([Vetting.none, Vetting.basic])),
        quiet=draw(st.none() | st.none() | quiet),
        asked_per_day_max=draw(st.sampled_from([None, None, 0, 1])),
        asked_per_week_max=draw(st.sampled_from([None, None, 0, 1, 2])),
        paused_until_ms=draw(st.none() | st.none() | spans_ms.map(lambda span: now_ms + span)),
        active_max=draw(st.sampled_from([None, 1])),
        blocked=tuple(draw(st.lists(members, max_size=2, unique=True))),
        asked_before=draw(st.sampled_from([0, 0, 10])),
        accepted_before=0,
    )


@st.composite
def acknowledged(draw: st.DrawFn, known: Sequence[Proposed]) -> Acknowledged:
    """Somebody says something about a match: mostly one that is there and theirs, sometimes neither."""
    verb = draw(st.just(Verb.accept) | st.sampled_from([verb for verb in Verb if verb is not Verb.unknown]))
    reason = Reason.other if verb in NEEDS_REASON else None
    if not known or draw(st.integers(0, 9)) == 9:
        match, member = draw(matches), draw(members)
    else:
        proposal = draw(st.sampled_from(known))
        match, member = proposal.match, proposal.offerer
        if verb in BY_ASKER or draw(st.integers(0, 9)) == 9:
            member = proposal.asker
    return Acknowledged(community=TOWN, match=match, member=member, verb=verb, reason=reason)


@st.composite
def changed(draw: st.DrawFn, now_ms: int) -> AnyEvent:
    """Second thoughts of askers, offerers and members."""
    until = st.none() | spans_ms.map(lambda span: now_ms + span)
    said: AnyEvent = draw(
        st.one_of(
            st.builds(
                AskChanged,
                community=st.just(TOWN),
                ask=asks,
                quantity=st.none() | units,
                place=st.none() | places,
                needed_by_ms=until,
                urgency=st.sampled_from([None, Urgency.high]),
            ),
            st.builds(AskWithdrawn, community=st.just(TOWN), ask=asks),
            st.builds(
                OfferChanged,
                community=st.just(TOWN),
                offer=offers,
                capacity=st.none() | units,
                place=st.none() | places,
                list_until_ms=until,
            ),
            st.builds(OfferPaused, community=st.just(TOWN), offer=offers),
            st.builds(OfferResumed, community=st.just(TOWN), offer=offers),
            st.builds(OfferWithdrawn, community=st.just(TOWN), offer=offers),
            st.builds(
                MemberChanged,
                community=st.just(TOWN),
                member=members,
                blocked=st.tuples(members),
                active_max=st.just(2),
                paused_until_ms=until,
            ),
            st.builds(MemberLeft, community=st.just(TOWN), member=members),
        )
    )
    return said


@st.composite
def coordinated(draw: st.DrawFn, now_ms: int) -> AnyEvent:
    """Coordinators and operators at work."""
    town, by = {"community": st.just(TOWN)}, {"operator": st.just("op-1")}
    said: AnyEvent = draw(
        st.one_of(
            st.builds(ProposedByHand, **town, **by, ask=asks, offer=offers),
            st.builds(Reassigned, **town, **by, match=matches, offer=offers),
            st.builds(AskHeld, **town, **by, ask=asks),
            st.builds(AskReleased, **town, **by, ask=asks),
            st.builds(AskEscalated, **town, **by, ask=asks),
            st.builds(AskMerged, **town, **by, ask=asks, duplicate_of=asks),
            st.builds(AskReferred, **town, **by, ask=asks, to_community=neighbours),
            st.builds(AskSentBack, **town, ask=asks, from_community=neighbours, reason=st.just("unknown_need")),
            st.builds(MemberReinstated, **town, **by, member=members),
            st.builds(LeapAllowed, **town, **by, until_ms=st.just(now_ms + 30 * 24 * HOUR_MS)),
            st.builds(PolicySet, **town, policy=policies),
        )
    )
    return said


def events(now_ms: int, known: Sequence[Proposed]) -> st.SearchStrategy[AnyEvent]:
    """Any event, those that make matches more often than the rest."""
    usual = [asked(now_ms), offered(now_ms), acknowledged(known), acknowledged(known)]
    return st.one_of(*usual, *usual, *usual, joined(now_ms), changed(now_ms), coordinated(now_ms))


@st.composite
def journals(draw: st.DrawFn, records_max: int = 25) -> Sequence[JournalRecord]:
    """A community, a policy, and up to `records_max` records with time passing between them.

    An engine runs along, so that people can answer the proposals they really got.
    """
    engine = Engine(TAXONOMY, NaiveIndex)
    town, policy = CommunityDefined(community=TOWN, neighbours=("village", "harbour")), draw(policies)
    said: list[AnyEvent] = [
        town,
        PolicySet(community=TOWN, policy=policy),
        *(draw(maker(START_MS)) for maker in OPENING),
    ]
    first = tuple(
        Received(source="start", id=f"s{place}", received_ms=START_MS, data=data) for place, data in enumerate(said)
    )
    records = [JournalRecord(offset=0, stamp_ms=START_MS, body=Block(events=first, caught_up=True))]
    now_ms, known = START_MS, proposals(engine.apply(records[0]))
    for offset in range(1, draw(st.integers(4, records_max))):
        now_ms += draw(st.sampled_from(STEPS_MS))
        record = JournalRecord(offset=offset, stamp_ms=now_ms, body=draw(bodies(now_ms, offset, known)))
        known += proposals(engine.apply(record))
        records.append(record)
    return records


def proposals(block: DecisionBlock) -> list[Proposed]:
    """Who was asked."""
    return [fact for fact in block.facts if isinstance(fact, Proposed)]


@st.composite
def bodies(draw: st.DrawFn, now_ms: int, offset: int, known: Sequence[Proposed]) -> Block | Tick:
    """A tick, or a block of events received up to now, some of them sent twice."""
    said = draw(st.lists(events(now_ms, known), max_size=4))
    if not said:
        return Tick()
    received = [
        Received(
            source="people",
            id=f"e{offset}-{draw(st.sampled_from([place, place, place, 0]))}",
            received_ms=now_ms - draw(st.sampled_from([0, 0, 0, 1_000, HOUR_MS])),
            data=data,
        )
        for place, data in enumerate(said)
    ]
    return Block(events=tuple(received), caught_up=draw(st.sampled_from([True, True, True, False])))


OPENING: tuple[Callable[[int], st.SearchStrategy[AnyEvent]], ...] = (asked, offered, offered, asked)
