"""How likely people accept, learned anew from what they answered; and how likely it is that nobody asked so far does.

The auditor's own arithmetic, in whole parts per million: the mean of what the policy expects and of every answer since.
"""

from collections.abc import Collection

from schemas.acknowledgements import Acknowledged
from schemas.codes import MatchStatus, Verb
from schemas.events import Received
from schemas.facts import MatchMoved, Refused
from schemas.policy import CERTAIN_PPM, AcceptanceDial
from services.audit.books import AskBook, MatchBook, MemberBook, Town, open_ones

MINUTE_MS = 60_000
LET_GO = (MatchStatus.withdrawn, MatchStatus.reported)
IN_VAIN = (MatchStatus.proposed, MatchStatus.expired, MatchStatus.withdrawn)


def learn(town: Town, match: MatchBook, fact: MatchMoved) -> None:
    """Take in how an open proposal ended: a whole try, or what answers had usually come by when it was let go."""
    if match.was_in_vain:
        return
    dial, member = town.policy.acceptance, town.member(match.said.offerer)
    is_cut = fact.to in LET_GO
    match.tried_ppm = _come_ppm(dial, fact.at_ms - match.said.proposed_ms) if is_cut else CERTAIN_PPM
    member.tried_ppm += match.tried_ppm
    member.accepted += fact.to is MatchStatus.accepted


def learn_in_vain(town: Town, fact: Refused, event: Received) -> None:
    """Take in an acceptance that could not count any more: it says as much about who gave it, once."""
    said = event.data
    if not isinstance(said, Acknowledged) or (fact.verb, said.verb) != (Verb.accept, Verb.accept):
        return
    match = town.matches.get(said.match)
    if match is None or match.was_in_vain or match.status not in IN_VAIN:
        return
    member = town.member(match.said.offerer)
    member.accepted += 1
    member.tried_ppm += CERTAIN_PPM - match.tried_ppm
    match.was_in_vain, match.tried_ppm = True, CERTAIN_PPM


def accepts_ppm(dial: AcceptanceDial, member: MemberBook) -> int:
    """The chance that somebody accepts what they are asked."""
    if dial.is_certain:
        return CERTAIN_PPM
    times = dial.prior_weight + member.fields.asked_before
    accepted_ppm = dial.prior_weight * dial.prior_ppm + CERTAIN_PPM * (member.fields.accepted_before + member.accepted)
    return accepted_ppm * CERTAIN_PPM // (times * CERTAIN_PPM + member.tried_ppm)


def uncovered_ppm(town: Town, ask: AskBook, told_ms: int, but: Collection[str]) -> int:
    """The chance that nobody accepts soon for the unit of an ask that is covered least.

    Args:
        but: proposals that do not count, as they went out in the same round.
    """
    units = [CERTAIN_PPM] * ask.unmet
    turn = 0
    for match in open_ones(ask.matches):
        if match.said.match in but:
            continue
        stays_ppm = CERTAIN_PPM - _soon_ppm(town, match, told_ms)
        for _ in range(match.said.units):
            units[turn % len(units)] = units[turn % len(units)] * stays_ppm // CERTAIN_PPM
            turn += 1
    return max(units)


def _soon_ppm(town: Town, match: MatchBook, told_ms: int) -> int:
    """The chance that an open proposal is accepted within the policy's time, given the silence so far."""
    dial = town.policy.acceptance
    chance_ppm = accepts_ppm(dial, town.known_member(match.said.offerer))
    if chance_ppm == CERTAIN_PPM:
        return CERTAIN_PPM
    waited_ms, left_ms = told_ms - match.said.proposed_ms, max(match.said.expires_ms - told_ms, 0)
    by_now, by_then = _come_ppm(dial, waited_ms), _come_ppm(dial, waited_ms + min(left_ms, dial.within_ms))
    says_ppm = chance_ppm + (CERTAIN_PPM - chance_ppm) * dial.decline_ppm // CERTAIN_PPM
    silent_ppm = CERTAIN_PPM - by_now * says_ppm // CERTAIN_PPM
    return (by_then - by_now) * chance_ppm // silent_ppm if silent_ppm else 0


def _come_ppm(dial: AcceptanceDial, waited_ms: int) -> int:
    """The share of all answers that have come by then, on the straight line between two whole minutes."""
    shares, minutes = dial.answered_ppm, max(waited_ms, 0) // MINUTE_MS
    if minutes >= len(shares) - 1:
        return shares[-1]
    rise = shares[minutes + 1] - shares[minutes]
    return shares[minutes] + rise * (max(waited_ms, 0) - minutes * MINUTE_MS) // MINUTE_MS
