"""Making proposals, and letting go of those that no longer fit."""

from collections.abc import Iterable
from hashlib import sha1
from uuid import NAMESPACE_URL, UUID, uuid5

from schemas.codes import MatchStatus, Role
from schemas.facts import Explanation, MatchMoved, Proposed
from services.matching.acceptance import MILLION
from services.matching.decide.moment import Moment
from services.matching.state import AskState, CommunityState, MatchState, OfferState

MATCH_NAMESPACE: UUID = uuid5(NAMESPACE_URL, "urn:commonweal:match")
NAMESPACE_BYTES = MATCH_NAMESPACE.bytes
VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""The digit in which a UUID says how it is to be read: its two upper bits are 10."""


def match_id(community: str, ask: str, offer: str, attempt: int) -> str:
    """The id of a match, computed from what it joins: the same wherever and whenever it is computed.

    `uuid5` of the four in the namespace of matches, without the object between.
    """
    name = f"{community}/{ask}/{offer}/{attempt}"
    hash_ = sha1(NAMESPACE_BYTES + name.encode(), usedforsecurity=False).hexdigest()
    return f"{hash_[:8]}-{hash_[8:12]}-5{hash_[13:16]}-{VARIANT[hash_[16]]}{hash_[17:20]}-{hash_[20:32]}"


def propose(
    community: CommunityState,
    ask: AskState,
    offer: OfferState,
    units: int,
    moment: Moment,
    explanation: Explanation,
    cause: str | None,
    attempt: int,
    *,
    distance_m: int | None,
    accept_ppm: int,
    made_ppm: int = MILLION,
) -> Proposed:
    """A proposal of `units` units, to be answered within the policy's life of a proposal and both deadlines.

    Args:
        distance_m: the way between the two; None where help comes without one.
        accept_ppm: the chance that the offerer accepts.
        made_ppm: the probability with which it came about.
    """
    expires_ms = min(moment.told_ms + community.policy.proposal_life_ms, ask.spec.deadline_ms, offer.spec.deadline_ms)
    return Proposed.trusted(
        community=community.community,
        cause=cause,
        match=match_id(community.community, ask.spec.ask, offer.spec.offer, attempt),
        ask=ask.spec.ask,
        offer=offer.spec.offer,
        asker=ask.spec.member,
        offerer=offer.spec.member,
        units=units,
        attempt=attempt,
        proposed_ms=moment.told_ms,
        expires_ms=expires_ms,
        distance_m=distance_m,
        points=sum(explanation.parts.values()),
        chance_ppm=made_ppm,
        accept_ppm=accept_ppm,
        explanation=explanation,
    )


def let_go(
    community: CommunityState, matches: Iterable[MatchState], moment: Moment, cause: str | None
) -> list[MatchMoved]:
    """Withdraw open proposals kindly, by ask, then offer."""
    still_open = (match for match in matches if match.status is MatchStatus.proposed)
    return [
        moved(community, match, "withdraw", MatchStatus.withdrawn, Role.engine, moment.now_ms, cause)
        for match in sorted(still_open, key=lambda match: (match.ask, match.offer))
    ]


def moved(
    community: CommunityState,
    match: MatchState,
    move: str,
    to: MatchStatus,
    by: Role,
    at_ms: int,
    cause: str | None,
) -> MatchMoved:
    """A move that the lifecycle lists and that nobody gave a reason for."""
    return MatchMoved.trusted(
        community=community.community, cause=cause, match=match.match, move=move, to=to, by=by, at_ms=at_ms
    )


def matches_of(community: CommunityState, ids: Iterable[str]) -> list[MatchState]:
    """The matches with these ids."""
    return [community.matches[match] for match in ids]
