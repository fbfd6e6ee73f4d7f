"""One event, one answer: dropped as a duplicate, refused as too late, put into the waiting room, or decided."""

from collections.abc import Callable, Mapping
from typing import Any

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.events import AnyEvent, Received
from schemas.facts import AnyFact, PutWaiting, Refused
from schemas.members import MemberChanged, MemberJoined, MemberLeft
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
from schemas.taxonomy import Taxonomy
from services.matching.decide import acknowledgements, asks, members, offers, operations, recurring
from services.matching.decide.moment import Moment
from services.matching.decide.refusals import refused
from services.matching.series import key_of, series_spoken_of
from services.matching.state import CommunityState, PartitionState
from services.matching.subjects import subject_of

Decide = Callable[[CommunityState, Received, Any, Moment, Taxonomy], list[AnyFact]]

# fmt: off
DECIDE: Mapping[type, Decide] = {
    CommunityDefined: operations.define,
    PolicySet:        operations.set_policy,
    LeapAllowed:      operations.allow_leap,
    MemberJoined:     members.join,
    MemberChanged:    members.change_member,
    MemberLeft:       members.leave,
    AskOpened:        asks.open_ask,
    AskChanged:       asks.change_ask,
    AskWithdrawn:     asks.withdraw_ask,
    OfferOpened:      offers.open_offer,
    OfferChanged:     offers.change_offer,
    OfferPaused:      offers.pause_offer,
    OfferResumed:     offers.pause_offer,
    OfferWithdrawn:   offers.withdraw_offer,
    Acknowledged:     acknowledgements.acknowledge,
    ProposedByHand:   operations.propose_by_hand,
    Reassigned:       operations.reassign,
    AskHeld:          operations.mark_ask,
    AskReleased:      operations.mark_ask,
    AskEscalated:     operations.mark_ask,
    AskMerged:        operations.merge_ask,
    AskReferred:      operations.refer_ask,
    AskSentBack:      operations.return_ask,
    MemberReinstated: operations.reinstate,
}
# fmt: on


MAY_RECUR = (AskOpened, OfferOpened)
KNOWN = {"ask": "asks", "offer": "offers", "match": "matches", "member": "members"}
"""Where a community keeps what an event may speak of."""


def decide_event(state: PartitionState, event: Received, moment: Moment, taxonomy: Taxonomy) -> list[AnyFact]:
    """The facts one event leads to: at least one, a refusal if nothing else."""
    community = state.communities.get(event.data.community)
    if community is None:
        return _without_community(event, moment, taxonomy)
    if event.uid in community.seen:
        return refused(community, event, "duplicate")
    said_ms = event.received_ms if event.time_ms is None else min(event.time_ms, event.received_ms)
    if said_ms < moment.now_ms - community.policy.seen_horizon_ms:
        return refused(community, event, "too_late")
    missing = missing_of(community, event.data)
    if missing is not None:
        return _wait(community, event, moment, missing)
    return decide_known(community, event, moment, taxonomy)


def decide_known(community: CommunityState, event: Received, moment: Moment, taxonomy: Taxonomy) -> list[AnyFact]:
    """Decide an event whose subject is there."""
    said = event.data
    if type(said) in MAY_RECUR and isinstance(said, (AskOpened, OfferOpened)) and said.schedule is not None:
        return recurring.open_series(community, event, said, moment, taxonomy)
    series = series_spoken_of(community, said)
    if series is not None:
        return recurring.decide_series(community, event, series, moment, taxonomy)
    return DECIDE[type(said)](community, event, said, moment, taxonomy)


def decide_after(community: CommunityState, event: Received, moment: Moment, taxonomy: Taxonomy) -> list[AnyFact]:
    """What an event leads to once its own facts hold: a reassigned ask is free only then."""
    if isinstance(event.data, Reassigned):
        return operations.after_reassign(community, event, event.data, moment, taxonomy)
    return []


def _without_community(event: Received, moment: Moment, taxonomy: Taxonomy) -> list[AnyFact]:
    said = event.data
    if isinstance(said, CommunityDefined):
        nobody = CommunityState(said.community, said)
        return operations.found(nobody, event, said, moment, taxonomy)
    refusal = Refused(community=said.community, cause=event.uid, what=said.type, reason="unknown_community")
    return [refusal]


def missing_of(community: CommunityState, data: AnyEvent) -> tuple[str, str] | None:
    """The subject, if it is not there yet."""
    subject = subject_of(data)
    if subject is None:
        return None
    kind, name = subject
    known: Mapping[str, object] = getattr(community, KNOWN[kind])
    return None if name in known or key_of(kind, name) in community.series else subject


def _wait(community: CommunityState, event: Received, moment: Moment, missing: tuple[str, str]) -> list[AnyFact]:
    kind, name = missing
    if len(community.waiting) >= community.policy.waiting_room_max:
        return refused(community, event, f"unknown_{kind}", name)
    until_ms = moment.now_ms + community.policy.waiting_room_ms
    waiting = PutWaiting(community=community.community, cause=event.uid, event=event, until_ms=until_ms)
    return [waiting]
