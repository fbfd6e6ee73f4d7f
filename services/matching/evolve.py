"""state + fact → state: the one door through which state changes, live and in recovery alike.

A fact is a record of what was decided: nothing here asks whether it was right, but a fact that cannot follow
from the state before it is a bug and stops the engine. Assertions stand at the write; rules read what they hold.
"""

from collections.abc import Callable, Mapping
from typing import Any

from schemas.codes import EndedHow, FollowUp, Mark, MatchStatus
from schemas.facts import (
    AnyFact,
    AskEnded,
    AskListed,
    AskMarked,
    AskReturned,
    ClockHeld,
    CommunityKnown,
    EventQuarantined,
    LeapGranted,
    LeftWaiting,
    MatchMoved,
    MatchReminded,
    MemberGone,
    MemberKnown,
    MemberMarked,
    Noted,
    OfferEnded,
    OfferListed,
    OfferMarked,
    PolicyTaken,
    Proposed,
    PutWaiting,
    Refused,
    SeriesAdvanced,
    SeriesEnded,
    SeriesListed,
    SeriesMarked,
    Thanked,
)
from schemas.states import Weight
from services.matching.ids import with_id, without_id
from services.matching.learning import learn_answer, learn_in_vain
from services.matching.series import advance_series, end_series, list_series, mark_series
from services.matching.state import (
    ACTIVE,
    WEEK_MS,
    Arrival,
    AskState,
    CommunityState,
    MatchState,
    MemberState,
    OfferState,
    PartitionState,
    Waiting,
)
from services.matching.stirring import stir


def evolve(state: PartitionState, fact: AnyFact, now_ms: int) -> None:
    """Apply one fact.

    Args:
        now_ms: the decision block's `now_ms`; what must be remembered for a while is remembered from here.
    """
    kind = type(fact)
    if kind in OF_PARTITION:
        OF_PARTITION[kind](state, fact)
    community = state.communities.get(fact.community)
    if community is None:  # what was refused or stepped over for a community nobody defined leaves no trace in state
        assert isinstance(fact, (Refused, EventQuarantined)), f"{fact.fact} speaks of a community that is not defined"
        return
    if fact.cause is not None and kind is not LeftWaiting:
        community.seen.setdefault(fact.cause, now_ms)
    STEPS[kind](community, fact)
    stir(community, fact, now_ms)


def _take_community(state: PartitionState, fact: CommunityKnown) -> None:
    known = state.communities.get(fact.community)
    if known is None:
        state.communities[fact.community] = CommunityState(fact.community, fact.definition)
    else:
        known.definition = fact.definition


def _grant_leap(state: PartitionState, fact: LeapGranted) -> None:
    if fact.community in state.communities:
        state.clock.leap_until_ms = max(state.clock.leap_until_ms, fact.until_ms)
        state.clock.is_held = False  # somebody spoke: where it is held all the same, that is said anew


def _hold_clock(state: PartitionState, fact: ClockHeld) -> None:
    state.clock.is_held = state.clock.is_held or fact.community in state.communities


def _nothing(community: CommunityState, fact: Any) -> None:
    """Facts that are for readers: the cause is remembered, nothing else changes."""


def _take_policy(community: CommunityState, fact: PolicyTaken) -> None:
    community.policy = fact.policy


def _know_member(community: CommunityState, fact: MemberKnown) -> None:
    member = _member(community, fact.member)
    member.fields = fact.fields
    member.gone = False


def _member_gone(community: CommunityState, fact: MemberGone) -> None:
    _member(community, fact.member).gone = True


def _mark_member(community: CommunityState, fact: MemberMarked) -> None:
    _member(community, fact.member).suspended = fact.suspended


def _list_ask(community: CommunityState, fact: AskListed) -> None:
    spec = fact.ask
    known = community.asks.get(spec.ask)
    if known is not None:
        assert known.ended is None, f"ask {spec.ask} has ended and is listed again"
        known.spec = spec
        return
    community.asks[spec.ask] = AskState(spec)
    member = _member(community, spec.member)
    member.asks = with_id(member.asks, spec.ask)
    if spec.place is not None:
        reach_m = 0 if spec.reach_m is None else spec.reach_m
        arrival = Arrival(spec.opened_ms, False, (spec.need,), spec.place.x_m, spec.place.y_m, reach_m)
        community.arrivals.append(arrival)


def _mark_ask(community: CommunityState, fact: AskMarked) -> None:
    ask = community.asks[fact.ask]
    if fact.mark is Mark.held:
        ask.on_hold = fact.on
    elif fact.mark is Mark.escalated:
        ask.escalated = fact.on
        ask.released_ms = ask.released_ms if fact.on else fact.at_ms


def _end_ask(community: CommunityState, fact: AskEnded) -> None:
    ask = community.asks[fact.ask]
    assert ask.ended is None, f"ask {fact.ask} ends twice"
    ask.ended, ask.ended_ms, ask.referred_to = fact.how, fact.at_ms, fact.to_community
    if fact.how is EndedHow.fulfilled:
        assert ask.fulfilled >= ask.spec.quantity, f"ask {fact.ask} ends fulfilled with units unmet"


def _return_ask(community: CommunityState, fact: AskReturned) -> None:
    ask = community.asks[fact.ask]
    assert ask.ended is EndedHow.referred, f"ask {fact.ask} is not with a neighbour and comes back"
    ask.ended, ask.ended_ms, ask.referred_to = None, 0, None
    ask.escalated = True


def _list_offer(community: CommunityState, fact: OfferListed) -> None:
    spec = fact.offer
    known = community.offers.get(spec.offer)
    if known is not None:
        assert known.ended is None, f"offer {spec.offer} has ended and is listed again"
        known.spec = spec
        return
    community.offers[spec.offer] = OfferState(spec)
    member = _member(community, spec.member)
    member.offers = with_id(member.offers, spec.offer)
    if spec.place is not None:
        arrival = Arrival(spec.opened_ms, True, spec.needs, spec.place.x_m, spec.place.y_m, spec.radius_m)
        community.arrivals.append(arrival)


def _mark_offer(community: CommunityState, fact: OfferMarked) -> None:
    community.offers[fact.offer].paused = fact.paused


def _end_offer(community: CommunityState, fact: OfferEnded) -> None:
    offer = community.offers[fact.offer]
    assert offer.ended is None, f"offer {fact.offer} ends twice"
    offer.ended, offer.ended_ms = fact.how, fact.at_ms


def _propose(community: CommunityState, fact: Proposed) -> None:
    assert fact.match not in community.matches, f"match {fact.match} is proposed twice"
    ask, offer = community.asks[fact.ask], community.offers[fact.offer]
    assert ask.is_open, f"ask {fact.ask} is proposed with no unmet units"
    assert offer.room >= fact.units, f"offer {fact.offer} is proposed beyond its capacity"
    offerer = offer.spec.member if offer.spec.member == fact.offerer else fact.offerer
    community.matches[fact.match] = MatchState(
        fact.match,
        ask.spec.ask,  # equal to the fact's, and held already
        offer.spec.offer,
        ask.spec.member if ask.spec.member == fact.asker else fact.asker,
        offerer,
        fact.units,
        fact.proposed_ms,
        fact.expires_ms,
        moved_ms=fact.proposed_ms,
    )
    ask.attempts = fact.attempt
    ask.proposed += fact.units
    ask.asked = with_id(ask.asked, offerer)
    alone = (fact.match,)
    ask.matches = with_id(ask.matches, fact.match, alone)
    offer.matches = with_id(offer.matches, fact.match, alone)
    member = _member(community, offerer)
    member.open_matches = with_id(member.open_matches, fact.match, alone)
    lately = member.asked_since(fact.proposed_ms - WEEK_MS)
    member.asked_ms = (*member.asked_ms[len(member.asked_ms) - lately :], fact.proposed_ms)


def _move_match(community: CommunityState, fact: MatchMoved) -> None:
    match = community.matches[fact.match]
    ask, offer = community.asks[match.ask], community.offers[match.offer]
    offerer = _member(community, match.offerer)
    _weigh(ask, offer, match, -1)
    if match.status is MatchStatus.proposed:
        ask.proposed -= match.units
        offerer.open_matches = without_id(offerer.open_matches, match.match)
        learn_answer(community, match, offerer, fact)
    if match.status in ACTIVE:
        offerer.active_matches = without_id(offerer.active_matches, match.match)
    match.status, match.moved_ms = fact.to, fact.at_ms
    match.was_completed = match.was_completed or fact.to is MatchStatus.completed
    _weigh(ask, offer, match, +1)
    if match.status in ACTIVE:
        offerer.active_matches = with_id(offerer.active_matches, match.match)
    if match.status is MatchStatus.withdrawn and not _stays_asked(community, ask, match.offerer):
        ask.asked = without_id(ask.asked, match.offerer)  # let go, not answered: this member may be asked again
    if match.status is MatchStatus.confirmed:
        offerer.helped = {**offerer.helped, match.asker: offerer.helped.get(match.asker, 0) + 1}
    assert ask.unmet >= 0, f"ask {match.ask} has more accepted than was asked for"
    assert offer.room >= 0, f"offer {match.offer} has more accepted than it can give"
    assert ask.proposed >= 0, f"ask {match.ask} has fewer than no open proposals"


def _remind(community: CommunityState, fact: MatchReminded) -> None:
    match = community.matches[fact.match]
    if fact.what is FollowUp.reminder:
        assert not match.reminded_ms, f"match {fact.match} is reminded of twice"
        match.reminded_ms = fact.at_ms
    elif fact.what is FollowUp.happened:
        assert not match.inquired_ms, f"match {fact.match} is inquired about twice"
        match.inquired_ms = fact.at_ms


def _stays_asked(community: CommunityState, ask: AskState, member: str) -> bool:
    """Another proposal of the ask to the member was not withdrawn: a coordinator may have asked them twice."""
    others = (community.matches[match] for match in ask.matches)
    return any(other.offerer == member and other.status is not MatchStatus.withdrawn for other in others)


def _weigh(ask: AskState, offer: OfferState, match: MatchState, sign: int) -> None:
    weighs = match.weighs
    if weighs is Weight.held:
        ask.held += sign * match.units
        offer.held += sign * match.units
    elif weighs is Weight.fulfilled:
        ask.fulfilled += sign * match.units
        offer.fulfilled += sign * match.units


def _put_waiting(community: CommunityState, fact: PutWaiting) -> None:
    community.waiting[fact.event.uid] = Waiting(fact.event, fact.until_ms)


def _left_waiting(community: CommunityState, fact: LeftWaiting) -> None:
    del community.waiting[fact.uid]


def _member(community: CommunityState, member: str) -> MemberState:
    known = community.members.get(member)
    if known is None:
        known = community.members[member] = MemberState()
    return known


OF_PARTITION: Mapping[type, Callable[[PartitionState, Any], None]] = {
    CommunityKnown: _take_community,
    LeapGranted: _grant_leap,
    ClockHeld: _hold_clock,
}
STEPS: Mapping[type, Callable[[CommunityState, Any], None]] = {
    CommunityKnown: _nothing,
    LeapGranted: _nothing,
    ClockHeld: _nothing,
    PolicyTaken: _take_policy,
    MemberKnown: _know_member,
    MemberGone: _member_gone,
    MemberMarked: _mark_member,
    AskListed: _list_ask,
    AskMarked: _mark_ask,
    AskReturned: _return_ask,
    AskEnded: _end_ask,
    OfferListed: _list_offer,
    OfferMarked: _mark_offer,
    OfferEnded: _end_offer,
    SeriesListed: list_series,
    SeriesAdvanced: advance_series,
    SeriesMarked: mark_series,
    SeriesEnded: end_series,
    Proposed: _propose,
    MatchMoved: _move_match,
    MatchReminded: _remind,
    Thanked: _nothing,
    Refused: learn_in_vain,
    Noted: _nothing,
    PutWaiting: _put_waiting,
    LeftWaiting: _left_waiting,
    EventQuarantined: _nothing,
}
