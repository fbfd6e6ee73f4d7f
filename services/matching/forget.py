"""Forgetting: what has ended, and what was seen, is remembered for the horizon and no longer, so state stays bounded."""

from schemas.members import MemberFields
from schemas.states import LIVE
from services.matching.state import WEEK_MS, CommunityState, MatchState, MemberState

NOTHING_KNOWN = MemberFields()
FORGET_EVERY_MS = 60_000
"""Forgetting looks at log time in steps of this."""


def forget(community: CommunityState, now_ms: int) -> None:
    """Drop what is older than the policy's horizon. Runs in `apply` and in recovery at the same records."""
    before_ms = now_ms - community.policy.seen_horizon_ms
    community.seen = {uid: at_ms for uid, at_ms in community.seen.items() if at_ms >= before_ms}
    since_ms = now_ms - community.policy.score.supply_window_ms
    community.arrivals = [arrival for arrival in community.arrivals if arrival.at_ms >= since_ms]
    for ask in [ask for ask in community.asks.values() if ask.ended is not None and ask.ended_ms < before_ms]:
        if all(_is_over(community.matches[match], before_ms) for match in ask.matches):
            _forget_ask(community, ask.spec.ask)
    for offer in [offer for offer in community.offers.values() if offer.ended is not None]:
        if offer.ended_ms < before_ms and not offer.matches:
            del community.offers[offer.spec.offer]
            del community.members[offer.spec.member].offers[offer.spec.offer]
    for key in [key for key, series in community.series.items() if series.ended is not None]:
        if community.series[key].ended_ms < before_ms:
            del community.members[community.series.pop(key).spec.member].series[key]
    for name in [name for name, member in community.members.items() if _is_nobody(member, now_ms)]:
        del community.members[name]


def _is_nobody(member: MemberState, now_ms: int) -> bool:
    """Nothing is known of the member, nothing is theirs, and nothing of them counts any more."""
    if member.asks or member.offers or member.series or member.open_matches or member.active_matches:
        return False
    if member.gone or member.suspended or member.helped or member.fields != NOTHING_KNOWN:
        return False
    return member.asked_since(now_ms - WEEK_MS) == 0


def _is_over(match: MatchState, before_ms: int) -> bool:
    return match.status not in LIVE and match.moved_ms < before_ms


def _forget_ask(community: CommunityState, name: str) -> None:
    ask = community.asks.pop(name)
    del community.members[ask.spec.member].asks[name]
    for match_id in ask.matches:
        match = community.matches.pop(match_id)
        del community.offers[match.offer].matches[match_id]
