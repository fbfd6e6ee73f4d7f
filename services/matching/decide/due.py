"""What falls due as log time passes: silence ends proposals, deadlines end asks and offers, long waits escalate.

Each question is told how many facts it may lead to, at least one; it stops with the first thing that reaches it.
"""

from itertools import islice

from schemas.codes import EndedHow, Mark, MatchStatus, Role
from schemas.facts import AnyFact, AskMarked, LeftWaiting, Refused
from services.matching.decide.asks import end_ask
from services.matching.decide.moment import Moment
from services.matching.decide.offers import end_offer
from services.matching.decide.proposals import moved
from services.matching.index import Index
from services.matching.state import CommunityState
from services.matching.subjects import subject_of


def due_matches(community: CommunityState, index: Index, moment: Moment, most: int) -> list[AnyFact]:
    """Unanswered proposals expire; silence after acceptance or completion ends in `unconfirmed`."""
    facts, told = list[AnyFact](), set[str]()
    for match in index.matches_due(moment.now_ms):
        if match.status is MatchStatus.proposed:
            to, move = MatchStatus.expired, "expire"
        else:
            to, move = MatchStatus.unconfirmed, "lapse"
        facts.append(moved(community, match, move, to, Role.engine, moment.now_ms, None))
        if move == "lapse" and not match.was_completed and match.ask not in told:
            told.add(match.ask)  # two helpers of one ask may fall silent together: its coordinator is asked once
            facts += _to_coordinator(community, match.ask, moment)
        if len(facts) >= most:
            break
    return facts


def _to_coordinator(community: CommunityState, ask: str, moment: Moment) -> list[AnyFact]:
    if community.asks[ask].escalated or community.asks[ask].ended:
        return []
    return [AskMarked(community=community.community, ask=ask, mark=Mark.escalated, on=True, at_ms=moment.now_ms)]


def due_asks(community: CommunityState, index: Index, moment: Moment, most: int) -> list[AnyFact]:
    """Asks with unmet units end at their deadline; asks whose help is confirmed end fulfilled."""
    facts: list[AnyFact] = []
    for ask in index.asks_due(moment.now_ms):
        how = EndedHow.expired if ask.unmet > 0 else EndedHow.fulfilled
        facts += end_ask(community, ask, how, moment, None)
        if len(facts) >= most:
            break
    return facts


def due_offers(community: CommunityState, index: Index, moment: Moment, most: int) -> list[AnyFact]:
    """Offers end at their deadline."""
    facts: list[AnyFact] = []
    for offer in index.offers_due(moment.now_ms):
        facts += end_offer(community, offer, EndedHow.expired, moment, None)
        if len(facts) >= most:
            break
    return facts


def due_waiting(community: CommunityState, index: Index, moment: Moment, most: int) -> list[AnyFact]:
    """What an event waited for did not come: refused, by name."""
    facts: list[AnyFact] = []
    for waiting in index.waiting_due(moment.now_ms):
        event = waiting.event
        subject = subject_of(event.data)
        assert subject is not None, "only an event with a subject waits for one"
        kind, name = subject
        facts.append(LeftWaiting(community=community.community, cause=event.uid, uid=event.uid))
        refusal = Refused(
            community=community.community,
            cause=event.uid,
            what=event.data.type,
            about=name,
            reason=f"unknown_{kind}",
        )
        facts.append(refusal)
        if len(facts) >= most:
            break
    return facts


def due_escalations(community: CommunityState, index: Index, moment: Moment, most: int) -> list[AnyFact]:
    """Asks that waited too long for their urgency come to a coordinator; the engine goes on."""
    return [
        AskMarked(community=community.community, ask=ask.spec.ask, mark=Mark.escalated, on=True, at_ms=moment.now_ms)
        for ask in islice(index.asks_to_escalate(moment.now_ms), most)
    ]
