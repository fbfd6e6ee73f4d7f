"""When everything that is open falls due, worked out at once: what the look-ups are filled with after a start.

Each function gives moments and, place by place, the names they belong to.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from schemas.codes import FollowUp
from schemas.policy import Policy
from services.matching.acceptance import MINUTE_MS
from services.matching.follow_up import follow_ups
from services.matching.index import escalation_wait_ms, silence_ends_ms
from services.matching.state import ACTIVE, AskState, CommunityState, MatchState, OfferState

Moments = tuple[Sequence[int], Sequence[str]]


def ends_of_asks(asks: Iterable[AskState]) -> Moments:
    """Deadlines of open asks; what is fulfilled and has not ended is due as soon as nothing is left to confirm."""
    going_on = [ask for ask in asks if ask.ended is None]
    return [ask.spec.deadline_ms if ask.is_open else 0 for ask in going_on], [ask.spec.ask for ask in going_on]


def escalations(policy: Policy, open_asks: Iterable[AskState]) -> Moments:
    """When those that are not escalated will be: `index.escalates_ms` of each."""
    waiting = [ask for ask in open_asks if not ask.escalated]
    wait_ms = {urgency: escalation_wait_ms(policy, urgency) for urgency in {ask.spec.urgency: None for ask in waiting}}
    moments = [max(ask.spec.opened_ms, ask.released_ms) + wait_ms[ask.spec.urgency] for ask in waiting]
    return moments, [ask.spec.ask for ask in waiting]


def looks_of(policy: Policy, open_asks: Mapping[str, AskState], round_ms: int) -> Moments:
    """When each is looked at next: `acceptance.next_look_ms` of all at once."""
    touched_ms = np.array([ask.touched_ms for ask in open_asks.values()], dtype=np.int64)
    ages_ms = [age_s * 1_000 for age_s in policy.look_ages_s]
    step_ms = max(ages_ms[-1] - ages_ms[-2] if len(ages_ms) > 1 else ages_ms[-1], MINUTE_MS)
    first_ms = touched_ms + ages_ms[-1]
    next_ms = first_ms + ((round_ms - first_ms) // step_ms + 1) * step_ms
    for age_ms in reversed(ages_ms):
        next_ms = np.where(touched_ms + age_ms > round_ms, touched_ms + age_ms, next_ms)
    return next_ms.tolist(), list(open_asks)


def ends_of_offers(offers: Iterable[OfferState]) -> Moments:
    """Deadlines of offers that have not ended."""
    going_on = [offer for offer in offers if offer.ended is None]
    return [offer.spec.deadline_ms for offer in going_on], [offer.spec.offer for offer in going_on]


def ends_of_matches(community: CommunityState) -> Moments:
    """When the silence about each has lasted too long, where silence ends anything."""
    policy, asks = community.policy, community.asks
    ends = [(silence_ends_ms(policy, match, asks[match.ask]), match.match) for match in community.matches.values()]
    kept = [(ends_ms, name) for ends_ms, name in ends if ends_ms is not None]
    return [ends_ms for ends_ms, _ in kept], [name for _, name in kept]


def follow_ups_of(community: CommunityState, match: MatchState) -> list[tuple[int, FollowUp]]:
    """What is still to come of a match, and when."""
    return list(follow_ups(community.policy, match, community.asks[match.ask])) if match.status in ACTIVE else []
