"""What people say about a match. The acceptance is the atomic step: one per unit, by construction."""

from schemas.acknowledgements import Acknowledged
from schemas.codes import MatchStatus, Role, Verb
from schemas.events import Received
from schemas.facts import AnyFact, MatchMoved, MemberMarked, Thanked
from schemas.states import Weight, weight
from schemas.taxonomy import Taxonomy
from services.matching.decide.moment import Moment
from services.matching.decide.proposals import let_go, matches_of
from services.matching.decide.refusals import refused
from services.matching.lifecycles import MATCH, MAY_SAY, status_after
from services.matching.state import CommunityState, MatchState

BEFORE_ACCEPTANCE = (Verb.accept, Verb.decline)
MOVES = {verb: verb.value for verb in Verb}
"""The move each word makes: it has the same name."""


def acknowledge(
    community: CommunityState, event: Received, said: Acknowledged, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Move a match as its lifecycle allows, with all that follows in the same block."""
    match = community.matches[said.match]
    role = role_in(match, said.member)
    if role not in MAY_SAY.get(said.verb, ()):
        return refused(community, event, "not_yours_to_say", said.match)
    if said.verb is Verb.thank:
        return thank(community, event, match)
    to = status_after(match.status, said.verb)
    if to is None:
        return refused(community, event, MATCH.refusal(said.verb), said.match, said.verb)
    if takes_back_what_is_gone(community, match, to):
        return refused(community, event, "units_taken", said.match, said.verb)
    if said.verb in BEFORE_ACCEPTANCE and event.received_ms > match.expires_ms:
        return refused(community, event, "too_late", said.match, said.verb)
    step = MatchMoved.trusted(
        community=community.community,
        cause=event.uid,
        match=match.match,
        move=MOVES[said.verb],
        to=to,
        by=role,
        reason=said.reason,
        at_ms=event.received_ms,
    )
    return [step, *consequences(community, match, said.verb, moment, event.uid)]


def takes_back_what_is_gone(community: CommunityState, match: MatchState, to: MatchStatus) -> bool:
    """The move would count units again (a dispute that is settled after all) which others have taken meanwhile."""
    was_completed = match.was_completed or to is MatchStatus.completed
    if match.weighs is not Weight.nothing or weight(to, was_completed=was_completed) is Weight.nothing:
        return False
    return community.asks[match.ask].unmet < match.units or community.offers[match.offer].room < match.units


def role_in(match: MatchState, member: str) -> Role:
    """Who the member is in the match; `unknown` for a stranger."""
    if member == match.offerer:
        return Role.offerer
    return Role.asker if member == match.asker else Role.unknown


def thank(community: CommunityState, event: Received, match: MatchState) -> list[AnyFact]:
    """Gratitude reaches the giver of any help that was accepted."""
    if match.status in (MatchStatus.proposed, MatchStatus.declined, MatchStatus.expired, MatchStatus.withdrawn):
        return refused(community, event, "not_accepted", match.match)
    thanks = Thanked(
        community=community.community, cause=event.uid, match=match.match, by=match.asker, to=match.offerer
    )
    return [thanks]


def consequences(community: CommunityState, match: MatchState, verb: Verb, moment: Moment, cause: str) -> list[AnyFact]:
    """What a move brings with it: others are let go at once, a report suspends both sides."""
    if verb is Verb.accept:
        return [*let_go(community, crowded_out(community, match), moment, cause)]
    if verb is not Verb.report:
        return []
    marks = [
        MemberMarked(community=community.community, cause=cause, member=member, suspended=True)
        for member in sorted((match.asker, match.offerer))
    ]
    return [*marks, *let_go(community, of_suspended(community, match), moment, cause)]


def crowded_out(community: CommunityState, accepted: MatchState) -> list[MatchState]:
    """Open proposals that no longer fit once `accepted` is: of its ask, its offer, and a member who carries enough."""
    ask, offer = community.asks[accepted.ask], community.offers[accepted.offer]
    offerer = community.member(accepted.offerer)
    cap = offerer.fields.active_max
    is_full = len(offerer.active_matches) + 1 >= (community.policy.active_max if cap is None else cap)
    unmet, room = ask.unmet - accepted.units, offer.room - accepted.units
    out = {match.match: match for match in matches_of(community, ask.matches) if match.units > unmet}
    out |= {match.match: match for match in matches_of(community, offer.matches) if match.units > room}
    if is_full:
        out |= {match.match: match for match in matches_of(community, offerer.open_matches)}
    out.pop(accepted.match, None)
    return list(out.values())


def of_suspended(community: CommunityState, reported: MatchState) -> list[MatchState]:
    """Open proposals to or for either side of a reported match, other than the match itself."""
    out: dict[str, MatchState] = {}
    for name in (reported.asker, reported.offerer):
        member = community.member(name)
        ids = [*member.open_matches, *(match for ask in member.asks for match in community.asks[ask].matches)]
        out |= {match.match: match for match in matches_of(community, ids)}
    out.pop(reported.match, None)
    return list(out.values())
