"""What a member says of themself: joined, changed, left."""

from schemas.codes import EndedHow, MatchStatus, Reason, Role
from schemas.events import Received
from schemas.facts import AnyFact, MatchMoved, MemberGone, MemberKnown
from schemas.members import MemberChanged, MemberFields, MemberJoined, MemberLeft
from schemas.taxonomy import Taxonomy
from services.matching.decide.asks import end_ask
from services.matching.decide.moment import Moment
from services.matching.decide.offers import end_offer
from services.matching.decide.proposals import let_go, matches_of
from services.matching.decide.recurring import end_of
from services.matching.state import ACTIVE, CommunityState, MatchState


def join(
    community: CommunityState, event: Received, said: MemberJoined, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Take in a member whole; joining again replaces what was known."""
    fields = MemberFields.model_validate(said.model_dump(exclude={"type", "community", "member"}))
    return _known(community, event, said.member, fields, moment)


def change_member(
    community: CommunityState, event: Received, said: MemberChanged, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Replace what was said; what was not said stays."""
    changes = said.model_dump(exclude={"type", "community", "member"}, exclude_none=True)
    before = community.member(said.member).fields.model_dump()
    return _known(community, event, said.member, MemberFields.model_validate(before | changes), moment)


def _known(
    community: CommunityState, event: Received, member: str, fields: MemberFields, moment: Moment
) -> list[AnyFact]:
    """A member's fields, and the open proposals that a new block between two people ends."""
    known = MemberKnown(community=community.community, cause=event.uid, member=member, fields=fields)
    blocked = [match for match in _proposals_around(community, member) if _other(match, member) in fields.blocked]
    return [known, *let_go(community, blocked, moment, event.uid)]


def leave(
    community: CommunityState, event: Received, said: MemberLeft, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """Everything the member asked and offered ends; accepted help is called off, so that nobody waits or comes in vain."""
    member = community.member(said.member)
    ids = [*member.active_matches, *(match for ask in member.asks for match in community.asks[ask].matches)]
    active = [match for match in matches_of(community, ids) if match.status in ACTIVE]
    active.sort(key=lambda match: (match.ask, match.offer))
    facts: list[AnyFact] = [_cancelled(community, match, said.member, moment, event.uid) for match in active]
    for ask in sorted(member.asks):
        if community.asks[ask].ended is None:
            facts += end_ask(community, community.asks[ask], EndedHow.withdrawn, moment, event.uid)
    for offer in sorted(member.offers):
        if community.offers[offer].ended is None:
            facts += end_offer(community, community.offers[offer], EndedHow.withdrawn, moment, event.uid)
    for name in sorted(member.series):
        if community.series[name].ended is None:
            facts.append(end_of(community, community.series[name], EndedHow.withdrawn, moment, event.uid))
    return [*facts, MemberGone(community=community.community, cause=event.uid, member=said.member)]


def _cancelled(community: CommunityState, match: MatchState, leaving: str, moment: Moment, cause: str) -> MatchMoved:
    return MatchMoved(
        community=community.community,
        cause=cause,
        match=match.match,
        move="cancel",
        to=MatchStatus.cancelled,
        by=Role.offerer if leaving == match.offerer else Role.asker,
        reason=Reason.other,
        at_ms=moment.now_ms,
    )


def _proposals_around(community: CommunityState, member: str) -> list[MatchState]:
    """Open proposals to the member and for the member's asks."""
    known = community.member(member)
    ids = [*known.open_matches, *(match for ask in known.asks for match in community.asks[ask].matches)]
    return matches_of(community, ids)


def _other(match: MatchState, member: str) -> str:
    return match.asker if match.offerer == member else match.offerer
