"""What answers teach about whoever gave them. Part of the fold: called by `evolve` alone."""

from schemas.codes import MatchStatus, Verb
from schemas.facts import MatchMoved, Refused
from services.matching.acceptance import MILLION, tried_ppm
from services.matching.state import CommunityState, MatchState, MemberState

LET_GO = (MatchStatus.withdrawn, MatchStatus.reported)


def learn_answer(community: CommunityState, match: MatchState, offerer: MemberState, fact: MatchMoved) -> None:
    """An open proposal was answered, or is not waited for any longer."""
    if match.accepted_in_vain:
        return  # learned from when the acceptance came
    let_go = fact.to in LET_GO
    match.tried_ppm = tried_ppm(community.policy.acceptance, match, fact.at_ms, let_go=let_go)
    offerer.tried_ppm += match.tried_ppm
    if fact.to is MatchStatus.accepted:
        offerer.accepted += 1


def learn_in_vain(community: CommunityState, fact: Refused) -> None:
    """An acceptance that came when the ask was taken: it helped nobody, and says as much about the member."""
    match = community.matches.get(fact.about or "")
    if fact.verb is not Verb.accept or match is None or match.accepted_in_vain:
        return
    if match.status not in (MatchStatus.withdrawn, MatchStatus.expired, MatchStatus.proposed):
        return
    match.accepted_in_vain = True
    offerer = community.members[match.offerer]
    offerer.accepted += 1
    offerer.tried_ppm += MILLION - match.tried_ppm
    match.tried_ppm = MILLION
