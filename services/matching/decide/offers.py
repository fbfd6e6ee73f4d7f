"""What an offerer says: opened, changed, paused, resumed, withdrawn."""

from dataclasses import replace

from schemas.codes import EndedHow
from schemas.events import Received
from schemas.facts import AnyFact, OfferEnded, OfferListed, OfferMarked
from schemas.listed import Offer
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from schemas.taxonomy import Taxonomy
from services.matching.decide.moment import Moment
from services.matching.decide.proposals import let_go, matches_of
from services.matching.decide.refusals import refused
from services.matching.state import CommunityState, OfferState


def open_offer(
    community: CommunityState, event: Received, said: OfferOpened, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """List an offer with every default resolved."""
    known = community.offers.get(said.offer) or community.series.get(f"offer/{said.offer}")
    if known is not None:
        return refused(community, event, "already_ended" if known.ended else "already_open", said.offer)
    if not all(taxonomy.knows(need) for need in said.needs):
        return refused(community, event, "unknown_need", said.offer)
    if community.member(said.member).gone:
        return refused(community, event, "member_gone", said.offer)
    life_ms = community.policy.offer_life_ms
    deadline_ms = event.received_ms + life_ms if said.list_until_ms is None else said.list_until_ms
    from_ms = event.received_ms if said.from_ms is None else said.from_ms
    if deadline_ms < moment.now_ms:
        return refused(community, event, "too_late", said.offer)
    if from_ms > deadline_ms:
        return refused(community, event, "window_empty", said.offer)
    offer = as_offered(said, said.offer, event.received_ms, from_ms, deadline_ms)
    return [OfferListed.trusted(community=community.community, cause=event.uid, offer=offer)]


def as_offered(said: OfferOpened, name: str, opened_ms: int, from_ms: int, deadline_ms: int) -> Offer:
    """An offer under an id, with a window; everything else as it was said."""
    return Offer(
        offer=name,
        member=said.member,
        needs=tuple(dict.fromkeys(said.needs)),
        place=said.place,
        remote=said.remote,
        radius_m=said.radius_m,
        capacity=said.capacity,
        unit=said.unit,
        opened_ms=opened_ms,
        from_ms=from_ms,
        deadline_ms=deadline_ms,
    )


def change_offer(
    community: CommunityState, event: Received, said: OfferChanged, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """List the offer anew; its open proposals were made under other conditions and are let go."""
    offer = community.offers[said.offer]
    if offer.ended:
        return refused(community, event, "already_ended", said.offer)
    if said.needs is not None and not all(taxonomy.knows(need) for need in said.needs):
        return refused(community, event, "unknown_need", said.offer)
    if said.capacity is not None and said.capacity < offer.held + offer.fulfilled:
        return refused(community, event, "below_accepted", said.offer)
    changes = said.model_dump(exclude={"type", "community", "offer", "place", "list_until_ms"}, exclude_none=True)
    changes["needs"] = tuple(dict.fromkeys(said.needs or offer.spec.needs))
    changes["place"] = said.place or offer.spec.place
    changes["deadline_ms"] = offer.spec.deadline_ms if said.list_until_ms is None else said.list_until_ms
    spec = replace(offer.spec, **changes)
    if spec.deadline_ms < moment.now_ms:
        return refused(community, event, "too_late", said.offer)
    if spec.from_ms > spec.deadline_ms:
        return refused(community, event, "window_empty", said.offer)
    gone = let_go(community, matches_of(community, offer.matches), moment, event.uid)
    return [*gone, OfferListed(community=community.community, cause=event.uid, offer=spec)]


def pause_offer(
    community: CommunityState,
    event: Received,
    said: OfferPaused | OfferResumed,
    moment: Moment,
    taxonomy: Taxonomy,
) -> list[AnyFact]:
    """Pause or resume: nothing new is proposed while paused, what was proposed may still be answered."""
    offer = community.offers[said.offer]
    paused = isinstance(said, OfferPaused)
    if offer.ended:
        return refused(community, event, "already_ended", said.offer)
    if offer.paused is paused:
        return refused(community, event, "already_paused" if paused else "not_paused", said.offer)
    return [OfferMarked(community=community.community, cause=event.uid, offer=said.offer, paused=paused)]


def withdraw_offer(
    community: CommunityState, event: Received, said: OfferWithdrawn, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """End the offer; open proposals are let go, what was accepted stays."""
    offer = community.offers[said.offer]
    if offer.ended:
        return refused(community, event, "already_ended", said.offer)
    return end_offer(community, offer, EndedHow.withdrawn, moment, event.uid)


def end_offer(
    community: CommunityState, offer: OfferState, how: EndedHow, moment: Moment, cause: str | None
) -> list[AnyFact]:
    """An offer ends, and nobody goes on waiting for an answer to it."""
    gone = let_go(community, matches_of(community, offer.matches), moment, cause)
    ended = OfferEnded(community=community.community, cause=cause, offer=offer.spec.offer, how=how, at_ms=moment.now_ms)
    return [*gone, ended]
