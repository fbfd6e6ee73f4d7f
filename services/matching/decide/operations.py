"""What coordinators and operators say: communities, policies, stepping in by hand."""

from dataclasses import replace

from schemas.codes import EndedHow, Mark, MatchStatus, Reason, Role
from schemas.events import Received
from schemas.facts import (
    AnyFact,
    AskEnded,
    AskMarked,
    AskReturned,
    CommunityKnown,
    Explanation,
    LeapGranted,
    MatchMoved,
    MemberMarked,
    PolicyTaken,
)
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
from services.matching.acceptance import MILLION
from services.matching.decide.asks import REFERRAL_HOPS_MAX, end_ask
from services.matching.decide.moment import Moment
from services.matching.decide.proposals import let_go, matches_of, propose
from services.matching.decide.refusals import refused
from services.matching.lifecycles import MATCH, status_after
from services.matching.rules import REACH_RULES, RULES, Pair, distance_m, first_refusal, pair_of
from services.matching.score import UNKNOWN, parts_of, points_of_ask, points_of_offer
from services.matching.state import AskState, CommunityState, OfferState

BY_HAND = "by-hand"
PUT_ASIDE_BY_HAND = ("too_far", "open_slots", "already_asked")
"""What a coordinator may overrule: never a boundary, a block, a cap or quiet hours."""


def define(
    community: CommunityState, event: Received, said: CommunityDefined, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Take in a community's plane, cell and neighbours. The plane stays while anything lies on it."""
    is_in_use = (
        any(ask.ended is None for ask in community.asks.values())
        or any(offer.ended is None for offer in community.offers.values())
        or any(series.ended is None for series in community.series.values())
    )
    if is_in_use and plane_of(said) != plane_of(community.definition):
        return refused(community, event, "plane_in_use")
    return [CommunityKnown(community=said.community, cause=event.uid, definition=said)]


def plane_of(definition: CommunityDefined) -> tuple[int, int, int]:
    """What places mean: origin and cell."""
    return definition.origin_lat_udeg, definition.origin_lon_udeg, definition.cell_m


def found(
    community: CommunityState, event: Received, said: CommunityDefined, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Take in a community nobody defined before, with the policy it begins with.

    The policy is recorded, so that a later version with other defaults does not change what was in force.
    """
    policy = PolicyTaken(community=said.community, cause=event.uid, policy=community.policy)
    return [*define(community, event, said, moment, taxonomy), policy]


def set_policy(
    community: CommunityState, event: Received, said: PolicySet, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """From here on this policy decides. An older version than the one in force is refused."""
    now = community.policy
    if said.policy.name == now.name and said.policy.version < now.version:
        return refused(community, event, "older_policy")
    return [PolicyTaken(community=community.community, cause=event.uid, policy=said.policy)]


def allow_leap(
    community: CommunityState, event: Received, said: LeapAllowed, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Log time may go on until then."""
    return [LeapGranted(community=community.community, cause=event.uid, until_ms=said.until_ms)]


def propose_by_hand(
    community: CommunityState, event: Received, said: ProposedByHand, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Propose what a coordinator chose, unless somebody's boundary stands against it."""
    offer = community.offers.get(said.offer)
    if offer is None:
        return refused(community, event, "unknown_offer", said.offer)
    return _by_hand(community, event, community.asks[said.ask], offer, moment, taxonomy)


def _by_hand(
    community: CommunityState,
    event: Received,
    ask: AskState,
    offer: OfferState,
    moment: Moment,
    taxonomy: Taxonomy,
) -> list[AnyFact]:
    units = min(ask.unmet - ask.proposed, offer.room)
    if not ask.is_open or units <= 0:
        return refused(community, event, "nothing_unmet", ask.spec.ask)
    pair = pair_of(community, taxonomy, ask, offer, moment.told_ms)
    refusal = boundary(pair)
    if refusal is not None:
        return refused(community, event, refusal, ask.spec.ask)
    if any(community.matches[match].offer == offer.spec.offer for match in open_matches(community, ask)):
        return refused(community, event, "already_proposed", ask.spec.ask)
    policy, told_ms = community.policy, moment.told_ms
    ask_points = points_of_ask(policy, ask, UNKNOWN, MILLION, told_ms)
    offer_points = points_of_offer(policy, offer, pair.offerer, UNKNOWN, told_ms)
    explanation = Explanation(
        parts=parts_of(pair, ask_points, offer_points),
        considered=1,
        feasible=1,
        fell=(),
        alternatives=(),
        solver=BY_HAND,
    )
    proposal = propose(
        community,
        ask,
        offer,
        units,
        moment,
        explanation,
        event.uid,
        ask.attempts + 1,
        distance_m=distance_m(ask, offer),
        accept_ppm=offer_points.chance_ppm,
    )
    return [proposal]


def boundary(pair: Pair) -> str | None:
    """The first rule that stands against a pair and that no coordinator may put aside."""
    return first_refusal(pair, tuple(rule for rule in (*REACH_RULES, *RULES) if rule.name not in PUT_ASIDE_BY_HAND))


def open_matches(community: CommunityState, ask: AskState) -> list[str]:
    """Ids of the ask's proposals that wait for an answer."""
    return [match for match in ask.matches if community.matches[match].status is MatchStatus.proposed]


def reassign(
    community: CommunityState, event: Received, said: Reassigned, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Take an accepted match back; `after_reassign` proposes the ask to the chosen offer once it is free."""
    match = community.matches[said.match]
    if said.offer not in community.offers:
        return refused(community, event, "unknown_offer", said.offer)
    to = status_after(match.status, "cancel")
    if to is None:
        return refused(community, event, MATCH.refusal("cancel"), said.match)
    ask, offer = community.asks[match.ask], community.offers[said.offer]
    pair = pair_of(community, taxonomy, ask, offer, moment.told_ms)
    refusal = "already_ended" if ask.ended else boundary(pair)
    if refusal is not None:  # nobody loses their helper for somebody who cannot come
        return refused(community, event, refusal, said.match)
    cancelled = MatchMoved(
        community=community.community,
        cause=event.uid,
        match=match.match,
        move="cancel",
        to=to,
        by=Role.coordinator,
        reason=Reason.other,
        at_ms=event.received_ms,
    )
    return [cancelled]


def after_reassign(
    community: CommunityState, event: Received, said: Reassigned, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """The second half of a reassignment, decided on the state after the first."""
    ask = community.asks[community.matches[said.match].ask]
    return _by_hand(community, event, ask, community.offers[said.offer], moment, taxonomy)


def mark_ask(
    community: CommunityState,
    event: Received,
    said: AskHeld | AskReleased | AskEscalated,
    moment: Moment,
    taxonomy: Taxonomy,
) -> list[AnyFact]:
    """Hold, escalate, or give back to matching."""
    ask = community.asks[said.ask]
    if ask.ended:
        return refused(community, event, "already_ended", said.ask)
    name, cause = community.community, event.uid
    if isinstance(said, AskHeld):
        if ask.on_hold:
            return refused(community, event, "already_held", said.ask)
        gone = let_go(community, matches_of(community, ask.matches), moment, cause)
        return [
            *gone,
            AskMarked(community=name, cause=cause, ask=said.ask, mark=Mark.held, on=True, at_ms=moment.now_ms),
        ]
    if isinstance(said, AskEscalated):
        if ask.escalated:
            return refused(community, event, "already_escalated", said.ask)
        return [AskMarked(community=name, cause=cause, ask=said.ask, mark=Mark.escalated, on=True, at_ms=moment.now_ms)]
    marks: list[AnyFact] = []
    if ask.on_hold:
        marks.append(
            AskMarked(community=name, cause=cause, ask=said.ask, mark=Mark.held, on=False, at_ms=moment.now_ms)
        )
    if ask.escalated:
        marks.append(
            AskMarked(community=name, cause=cause, ask=said.ask, mark=Mark.escalated, on=False, at_ms=moment.now_ms)
        )
    return marks or refused(community, event, "not_held", said.ask)


def merge_ask(
    community: CommunityState, event: Received, said: AskMerged, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """End an ask that is the same as another."""
    ask = community.asks[said.ask]
    if ask.ended:
        return refused(community, event, "already_ended", said.ask)
    other = community.asks.get(said.duplicate_of)
    if other is None or other is ask:
        return refused(community, event, "unknown_ask", said.duplicate_of)
    if other.ended:
        return refused(community, event, "other_has_ended", said.duplicate_of)
    *gone, ended = end_ask(community, ask, EndedHow.duplicate, moment, event.uid)
    assert isinstance(ended, AskEnded)
    return [*gone, ended.model_copy(update={"duplicate_of": said.duplicate_of})]


def refer_ask(
    community: CommunityState, event: Received, said: AskReferred, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Hand an ask to a neighbour: terminal here."""
    ask = community.asks[said.ask]
    if ask.ended:
        return refused(community, event, "already_ended", said.ask)
    if said.to_community not in community.definition.neighbours:
        return refused(community, event, "not_a_neighbour", said.ask)
    if said.to_community in ask.spec.path or len(ask.spec.path) >= REFERRAL_HOPS_MAX:
        return refused(community, event, "referred_too_far", said.ask)
    if ask.unmet <= 0:
        return refused(community, event, "nothing_unmet", said.ask)
    *gone, ended = end_ask(community, ask, EndedHow.referred, moment, event.uid)
    assert isinstance(ended, AskEnded)
    handed_over = {"to_community": said.to_community, "referred": replace(ask.spec, quantity=ask.unmet)}
    return [*gone, ended.model_copy(update=handed_over)]


def return_ask(
    community: CommunityState, event: Received, said: AskSentBack, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Open an ask again that the neighbour could not take, for a coordinator to look at.

    Only in the name of the neighbour that holds it: with another's word it would be open in two places.
    """
    ask = community.asks[said.ask]
    if ask.ended is not EndedHow.referred:
        return refused(community, event, "not_referred", said.ask)
    if said.from_community != ask.referred_to:
        return refused(community, event, "not_referred_there", said.ask)
    if ask.spec.deadline_ms < moment.now_ms:
        return refused(community, event, "too_late", said.ask)
    returned = AskReturned(
        community=community.community,
        cause=event.uid,
        ask=said.ask,
        from_community=said.from_community,
        reason=said.reason,
        at_ms=moment.now_ms,
    )
    return [returned]


def reinstate(
    community: CommunityState, event: Received, said: MemberReinstated, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Lift a suspension."""
    if not community.member(said.member).suspended:
        return refused(community, event, "not_suspended", said.member)
    mark = MemberMarked(community=community.community, cause=event.uid, member=said.member, suspended=False)
    return [mark]
