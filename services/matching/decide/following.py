"""What is asked of people who promised help, as time passes: each reminder and each question once a match."""

from schemas.facts import AnyFact, MatchReminded
from services.matching.decide.moment import Moment
from services.matching.index import Index
from services.matching.state import CommunityState


def due_follow_ups(community: CommunityState, index: Index, moment: Moment, most: int) -> list[AnyFact]:
    """Reminders and "did it happen?"; a reminder that would be heard after help was due is not sent any more."""
    facts: list[AnyFact] = []
    for match, what in index.follow_ups_due(moment.now_ms, moment.told_ms):
        facts.append(MatchReminded(community=community.community, match=match.match, what=what, at_ms=moment.told_ms))
        if len(facts) >= most:
            break
    return facts
