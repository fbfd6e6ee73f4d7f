"""What may be forgotten: an id that comes again after that means something new."""

from schemas.codes import MatchStatus
from schemas.members import MemberFields
from services.audit.books import ON_ITS_WAY, AskBook, MatchBook, MemberBook, Town

EVERY_MS = 60_000
WEEK_MS = 7 * 86_400_000
NOBODY = MemberFields()
STILL_MOVING = (MatchStatus.proposed, *ON_ITS_WAY, MatchStatus.completed)


def forget(town: Town, before_ms: int, now_ms: int) -> None:
    """Forget what ended longer ago than the policy remembers. Whenever log time enters another minute."""
    if before_ms // EVERY_MS == now_ms // EVERY_MS:
        return
    horizon_ms = now_ms - town.policy.seen_horizon_ms
    town.seen = {uid: at_ms for uid, at_ms in town.seen.items() if at_ms >= horizon_ms}
    for name in [name for name, ask in town.asks.items() if _is_over(ask, horizon_ms)]:
        ask = town.asks.pop(name)
        del town.members[ask.spec.member].asks[name]
        for match in ask.matches.values():
            _forget_match(town, match)
    for name, offer in list(town.offers.items()):
        if offer.ended is not None and offer.ended_ms < horizon_ms and not offer.matches:
            del town.offers[name]
            del town.members[offer.spec.member].offers[name]
    for key in [key for key, series in town.series.items() if series.ended and series.ended_ms < horizon_ms]:
        del town.members[town.series.pop(key).spec.member].series[key]
    for name in [name for name, member in town.members.items() if _is_nobody(member, now_ms)]:
        del town.members[name]


def _is_over(ask: AskBook, horizon_ms: int) -> bool:
    if ask.ended is None or ask.ended_ms >= horizon_ms:
        return False
    return all(match.status not in STILL_MOVING and match.moved_ms < horizon_ms for match in ask.matches.values())


def _forget_match(town: Town, match: MatchBook) -> None:
    del town.matches[match.said.match]
    del town.offers[match.said.offer].matches[match.said.match]


def _is_nobody(member: MemberBook, now_ms: int) -> bool:
    """Nothing is known of them, nothing is theirs, and nothing they were asked counts any more."""
    if member.fields != NOBODY or member.gone or member.suspended or member.helped:
        return False
    return not (member.asks or member.offers or member.series or member.live or member.asked_since(now_ms - WEEK_MS))
