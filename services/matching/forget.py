"""Forgetting: what has ended, and what was seen, is remembered for the horizon and no longer, so state stays bounded."""

from schemas.states import LIVE
from services.matching.endings import Endings, is_known
from services.matching.ids import without_id
from services.matching.state import WEEK_MS, CommunityState, MatchState, MemberState

FORGET_EVERY_MS = 60_000
"""Forgetting looks at log time in steps of this."""


def forget(community: CommunityState, endings: Endings, now_ms: int) -> None:
    """Drop what is older than the policy's horizon. Runs in `apply` and in recovery at the same records."""
    before_ms = now_ms - community.policy.seen_horizon_ms
    community.seen.forget(before_ms)
    since_ms = now_ms - community.policy.score.supply_window_ms
    community.arrivals = [arrival for arrival in community.arrivals if arrival.at_ms >= since_ms]
    for ask in endings.asks_ended(before_ms):
        if all(_is_over(community.matches[match], before_ms) for match in ask.matches):
            _forget_ask(community, ask.spec.ask)
            endings.may_fade(ask.spec.member)
    for offer in endings.offers_ended(before_ms):
        if not offer.matches:
            del community.offers[offer.spec.offer]
            member = community.members[offer.spec.member]
            member.offers = without_id(member.offers, offer.spec.offer)
            endings.may_fade(offer.spec.member)
    for key in [key for key, series in community.series.items() if series.ended is not None]:
        if community.series[key].ended_ms < before_ms:
            name = community.series.pop(key).spec.member
            del community.members[name].series[key]
            endings.may_fade(name)
    for name in endings.members_fading():
        if _is_nobody(community.members[name], now_ms):
            del community.members[name]


def _is_nobody(member: MemberState, now_ms: int) -> bool:
    """Nothing is known of the member, nothing is theirs, and nothing of them counts any more."""
    if member.asks or member.offers or member.series or member.open_matches or member.active_matches:
        return False
    if is_known(member):
        return False
    return member.asked_since(now_ms - WEEK_MS) == 0


def _is_over(match: MatchState, before_ms: int) -> bool:
    return match.status not in LIVE and match.moved_ms < before_ms


def _forget_ask(community: CommunityState, name: str) -> None:
    ask = community.asks.pop(name)
    member = community.members[ask.spec.member]
    member.asks = without_id(member.asks, name)
    for match_id in ask.matches:
        match = community.matches.pop(match_id)
        offer = community.offers[match.offer]
        offer.matches = without_id(offer.matches, match_id)
