"""Fact → what it changes in the rows: the meaning of the board, without a database.

Pure. A fact records what was decided, so nothing here asks whether it was right; a fact that cannot follow from the
rows before it stops the board. Statuses and weights come from `schemas.states`, the same as the engine's.
"""

from collections.abc import Callable, Mapping
from typing import Any

from schemas.codes import EndedHow, Mark, MatchStatus
from schemas.facts import (
    AnyFact,
    AskEnded,
    AskListed,
    AskMarked,
    AskReturned,
    CommunityKnown,
    MatchMoved,
    MemberGone,
    MemberKnown,
    MemberMarked,
    OfferEnded,
    OfferListed,
    OfferMarked,
    PolicyTaken,
    Proposed,
    Thanked,
)
from schemas.listed import ASK, OFFER
from schemas.states import LIVE, Weight, ask_status, offer_status, weight
from services.board.errors import FactOutOfPlace
from services.board.rows import (
    URGENCY_RANK,
    Rows,
    StoredAsk,
    StoredCommunity,
    StoredExplanation,
    StoredMatch,
    StoredMember,
    StoredOffer,
    StoredPolicy,
)
from services.board.telling import At, told

ACTIVE = (MatchStatus.accepted, MatchStatus.started)


def fold(rows: Rows, at: At, fact: AnyFact) -> None:
    """Apply one fact to the rows.

    Raises:
        FactOutOfPlace: the fact speaks of an ask, offer or match that no earlier fact brought.
    """
    rows.timeline.append(told(rows, at, fact))
    step = STEPS.get(type(fact))  # facts without a step are for the timeline only
    if step is not None:
        step(rows, at, fact)


def _know_community(rows: Rows, at: At, fact: CommunityKnown) -> None:
    definition = fact.definition.model_dump_json()
    rows.communities[fact.community] = StoredCommunity(fact.community, at.partition, definition)


def _take_policy(rows: Rows, at: At, fact: PolicyTaken) -> None:
    policy = StoredPolicy(
        community=fact.community,
        partition=at.partition,
        source=at.source,
        position=at.position,
        name=fact.policy.name,
        version=fact.policy.version,
        taken_ms=at.now_ms,
        policy=fact.policy.model_dump_json(),
    )
    rows.policies.append(policy)


def _know_member(rows: Rows, _at: At, fact: MemberKnown) -> None:
    member = _member(rows, fact.community, fact.member)
    member.fields, member.gone = fact.fields.model_dump_json(), 0


def _member_gone(rows: Rows, _at: At, fact: MemberGone) -> None:
    _member(rows, fact.community, fact.member).gone = 1


def _mark_member(rows: Rows, _at: At, fact: MemberMarked) -> None:
    _member(rows, fact.community, fact.member).suspended = int(fact.suspended)


def _member(rows: Rows, community: str, member: str) -> StoredMember:
    return rows.members.change((community, member)) or rows.members.put(StoredMember(community, member))


def _list_ask(rows: Rows, _at: At, fact: AskListed) -> None:
    said = fact.ask
    ask = rows.asks.change((fact.community, said.ask))
    if ask is None or ask.ended is not None:  # the engine forgets what ended long ago: an id may come again
        listed = StoredAsk(
            community=fact.community,
            ask=said.ask,
            member=said.member,
            need=said.need,
            urgency=said.urgency.value,
            urgency_rank=URGENCY_RANK[said.urgency],
            quantity=said.quantity,
            opened_ms=said.opened_ms,
            deadline_ms=said.deadline_ms,
            spec=ASK.dump_json(said).decode(),
        )
        rows.asks.put(listed)
        return
    ask.member, ask.need, ask.quantity = said.member, said.need, said.quantity
    ask.urgency, ask.urgency_rank = said.urgency.value, URGENCY_RANK[said.urgency]
    ask.opened_ms, ask.deadline_ms = said.opened_ms, said.deadline_ms
    ask.spec = ASK.dump_json(said).decode()
    _restate_ask(ask)


def _mark_ask(rows: Rows, at: At, fact: AskMarked) -> None:
    ask = _ask(rows, at, fact, fact.ask)
    since_ms = at.now_ms if fact.on else None
    if fact.mark is Mark.held:
        ask.held_ms = since_ms
    elif fact.mark is Mark.escalated:
        ask.escalated_ms = since_ms
    _restate_ask(ask)


def _end_ask(rows: Rows, at: At, fact: AskEnded) -> None:
    ask = _ask(rows, at, fact, fact.ask)
    ask.ended, ask.ended_ms = fact.how.value, fact.at_ms
    ask.duplicate_of, ask.to_community = fact.duplicate_of, fact.to_community
    _restate_ask(ask)


def _return_ask(rows: Rows, at: At, fact: AskReturned) -> None:
    ask = _ask(rows, at, fact, fact.ask)
    ask.ended = ask.ended_ms = ask.to_community = None
    ask.escalated_ms = at.now_ms
    _restate_ask(ask)


def _ask(rows: Rows, at: At, fact: AnyFact, ask: str) -> StoredAsk:
    found = rows.asks.change((fact.community, ask))
    if found is None:
        raise FactOutOfPlace(at.partition, at.source, at.position, fact.fact, f"ask {ask}")
    return found


def _restate_ask(ask: StoredAsk) -> None:
    status = ask_status(
        ended=None if ask.ended is None else EndedHow(ask.ended),
        on_hold=ask.held_ms is not None,
        quantity=ask.quantity,
        held=ask.units_held,
        fulfilled=ask.units_fulfilled,
        proposals=ask.proposals_open,
    )
    ask.status = status.value


def _list_offer(rows: Rows, _at: At, fact: OfferListed) -> None:
    said = fact.offer
    offer = rows.offers.change((fact.community, said.offer))
    if offer is None or offer.ended is not None:
        listed = StoredOffer(
            community=fact.community,
            offer=said.offer,
            member=said.member,
            capacity=said.capacity,
            opened_ms=said.opened_ms,
            deadline_ms=said.deadline_ms,
            spec=OFFER.dump_json(said).decode(),
        )
        rows.offers.put(listed)
        return
    offer.member, offer.capacity = said.member, said.capacity
    offer.opened_ms, offer.deadline_ms = said.opened_ms, said.deadline_ms
    offer.spec = OFFER.dump_json(said).decode()
    _restate_offer(offer)


def _mark_offer(rows: Rows, at: At, fact: OfferMarked) -> None:
    offer = _offer(rows, at, fact, fact.offer)
    offer.paused = int(fact.paused)
    _restate_offer(offer)


def _end_offer(rows: Rows, at: At, fact: OfferEnded) -> None:
    offer = _offer(rows, at, fact, fact.offer)
    offer.ended, offer.ended_ms = fact.how.value, fact.at_ms
    _restate_offer(offer)


def _offer(rows: Rows, at: At, fact: AnyFact, offer: str) -> StoredOffer:
    found = rows.offers.change((fact.community, offer))
    if found is None:
        raise FactOutOfPlace(at.partition, at.source, at.position, fact.fact, f"offer {offer}")
    return found


def _restate_offer(offer: StoredOffer) -> None:
    status = offer_status(
        ended=None if offer.ended is None else EndedHow(offer.ended),
        paused=bool(offer.paused),
        capacity=offer.capacity,
        used=offer.units_held + offer.units_fulfilled,
    )
    offer.status = status.value


def _propose(rows: Rows, at: At, fact: Proposed) -> None:
    ask, offer = _ask(rows, at, fact, fact.ask), _offer(rows, at, fact, fact.offer)
    before = rows.matches.get((fact.community, fact.match))
    assert before is None or before.status not in LIVE, f"match {fact.match} is live and proposed again"
    match = rows.matches.put(
        StoredMatch(
            community=fact.community,
            match=fact.match,
            ask=fact.ask,
            offer=fact.offer,
            asker=fact.asker,
            offerer=fact.offerer,
            units=fact.units,
            attempt=fact.attempt,
            points=fact.points,
            chance_ppm=fact.chance_ppm,
            distance_m=fact.distance_m,
            proposed_ms=fact.proposed_ms,
            expires_ms=fact.expires_ms,
            moved_ms=fact.proposed_ms,
        )
    )
    explanation = fact.explanation.model_dump_json()
    rows.explanations.append(StoredExplanation(fact.community, fact.match, explanation))
    ask.proposals_made += 1
    ask.first_proposed_ms = fact.proposed_ms if ask.first_proposed_ms is None else ask.first_proposed_ms
    offerer = _member(rows, fact.community, fact.offerer)
    offerer.asked += 1
    _weigh(match, ask, offer, offerer, +1)
    _restate_ask(ask)


def _move_match(rows: Rows, at: At, fact: MatchMoved) -> None:
    match = _match(rows, at, fact, fact.match)
    ask, offer = _ask(rows, at, fact, match.ask), _offer(rows, at, fact, match.offer)
    offerer = _member(rows, fact.community, match.offerer)
    _weigh(match, ask, offer, offerer, -1)
    match.status, match.moved_ms = fact.to.value, fact.at_ms
    match.reason = None if fact.reason is None else fact.reason.value
    _remember(match, ask, offerer, fact)
    _weigh(match, ask, offer, offerer, +1)
    _restate_ask(ask)
    _restate_offer(offer)


def _match(rows: Rows, at: At, fact: AnyFact, match: str) -> StoredMatch:
    found = rows.matches.change((fact.community, match))
    if found is None:
        raise FactOutOfPlace(at.partition, at.source, at.position, fact.fact, f"match {match}")
    return found


def _remember(match: StoredMatch, ask: StoredAsk, offerer: StoredMember, fact: MatchMoved) -> None:
    """What stays known after the match has moved on."""
    if fact.to is MatchStatus.accepted:
        match.accepted_ms = fact.at_ms
        offerer.accepted += 1
        if ask.first_accepted_ms is None:
            ask.first_accepted_ms, ask.accept_wait_ms = fact.at_ms, fact.at_ms - ask.opened_ms
    elif fact.to is MatchStatus.completed:
        match.completed_ms = fact.at_ms
    elif fact.to is MatchStatus.declined:
        offerer.declined += 1
    elif fact.to is MatchStatus.expired:
        offerer.silent += 1


def _weigh(match: StoredMatch, ask: StoredAsk, offer: StoredOffer, offerer: StoredMember, sign: int) -> None:
    """Count a match in (+1) or out (-1) where its status counts: open, carried, held, fulfilled."""
    status = MatchStatus(match.status)
    if status is MatchStatus.proposed:
        ask.proposals_open += sign
        offer.proposals_open += sign
        offerer.open_proposals += sign
    if status in ACTIVE:
        offerer.active += sign
    weighs = weight(status, was_completed=match.completed_ms is not None)
    if weighs is Weight.held:
        ask.units_held += sign * match.units
        offer.units_held += sign * match.units
    elif weighs is Weight.fulfilled:
        ask.units_fulfilled += sign * match.units
        offer.units_fulfilled += sign * match.units


def _thank(rows: Rows, at: At, fact: Thanked) -> None:
    _match(rows, at, fact, fact.match).thanks += 1


STEPS: Mapping[type, Callable[[Rows, At, Any], None]] = {
    CommunityKnown: _know_community,
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
    Proposed: _propose,
    MatchMoved: _move_match,
    Thanked: _thank,
}
