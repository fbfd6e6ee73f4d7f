"""Fact → its row on the timeline: whom it concerns and the few details that tell what happened.

Pure. What is bulky (explanations, definitions, policies) or nobody's business (who blocks whom) stays out: the
timeline names it, other tables or the log itself hold it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import JsonValue

from schemas.facts import (
    AnyFact,
    AskEnded,
    AskListed,
    AskMarked,
    AskReturned,
    ClockHeld,
    CommunityKnown,
    EventQuarantined,
    LeapGranted,
    LeftWaiting,
    MatchMoved,
    MatchReminded,
    MemberGone,
    MemberKnown,
    MemberMarked,
    Noted,
    OfferEnded,
    OfferListed,
    OfferMarked,
    PolicyTaken,
    Proposed,
    PutWaiting,
    Refused,
    SeriesAdvanced,
    SeriesEnded,
    SeriesKind,
    SeriesListed,
    SeriesMarked,
    Thanked,
)
from services.board.rows import Rows, StoredFact

Detail = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class At:
    """Where a fact stands: partition, the journal offset it answers, its place in the block, and log time."""

    partition: int
    source: int
    position: int
    now_ms: int


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a fact concerns. For a match the member is the one who helps."""

    detail: Detail
    ask: str | None = None
    offer: str | None = None
    match: str | None = None
    member: str | None = None


def told(rows: Rows, at: At, fact: AnyFact) -> StoredFact:
    """The timeline's row for a fact, read before the fact changes anything."""
    about = TELL[type(fact)](rows, fact)
    return StoredFact(
        partition=at.partition,
        source=at.source,
        position=at.position,
        now_ms=at.now_ms,
        kind=fact.fact,
        community=fact.community,
        ask=about.ask,
        offer=about.offer,
        match=about.match,
        member=about.member,
        cause=fact.cause,
        detail=orjson.dumps(about.detail, option=orjson.OPT_SORT_KEYS).decode(),
    )


def _plain(_rows: Rows, _fact: CommunityKnown) -> Told:
    return Told({})


def _policy(_rows: Rows, fact: PolicyTaken) -> Told:
    return Told({"name": fact.policy.name, "version": fact.policy.version})


def _member(_rows: Rows, fact: MemberKnown | MemberGone) -> Told:
    return Told({}, member=fact.member)


def _member_marked(_rows: Rows, fact: MemberMarked) -> Told:
    return Told({"suspended": fact.suspended}, member=fact.member)


def _ask_listed(rows: Rows, fact: AskListed) -> Told:
    ask = fact.ask
    known = rows.asks.get((fact.community, ask.ask))
    is_new = known is None or known.ended is not None
    detail: Detail = {"need": ask.need, "quantity": ask.quantity, "urgency": ask.urgency.value}
    detail |= {"at_ms": ask.opened_ms} if is_new else {"changed": True}
    return Told(detail, ask=ask.ask, member=ask.member)


def _ask_marked(rows: Rows, fact: AskMarked) -> Told:
    return Told({"mark": fact.mark.value, "on": fact.on}, ask=fact.ask, member=_asker(rows, fact))


def _ask_ended(rows: Rows, fact: AskEnded) -> Told:
    detail: Detail = {"at_ms": fact.at_ms, "how": fact.how.value}
    if fact.duplicate_of is not None:
        detail["duplicate_of"] = fact.duplicate_of
    if fact.to_community is not None:
        detail["to_community"] = fact.to_community
    return Told(detail, ask=fact.ask, member=_asker(rows, fact))


def _ask_returned(rows: Rows, fact: AskReturned) -> Told:
    detail: Detail = {"at_ms": fact.at_ms, "from_community": fact.from_community, "reason": fact.reason}
    return Told(detail, ask=fact.ask, member=_asker(rows, fact))


def _asker(rows: Rows, fact: AskMarked | AskEnded | AskReturned) -> str | None:
    ask = rows.asks.get((fact.community, fact.ask))
    return None if ask is None else ask.member


def _offer_listed(rows: Rows, fact: OfferListed) -> Told:
    offer = fact.offer
    known = rows.offers.get((fact.community, offer.offer))
    is_new = known is None or known.ended is not None
    detail: Detail = {"capacity": offer.capacity}
    detail |= {"at_ms": offer.opened_ms} if is_new else {"changed": True}
    return Told(detail, offer=offer.offer, member=offer.member)


def _offer_marked(rows: Rows, fact: OfferMarked) -> Told:
    return Told({"paused": fact.paused}, offer=fact.offer, member=_offerer(rows, fact))


def _offer_ended(rows: Rows, fact: OfferEnded) -> Told:
    return Told({"at_ms": fact.at_ms, "how": fact.how.value}, offer=fact.offer, member=_offerer(rows, fact))


def _offerer(rows: Rows, fact: OfferMarked | OfferEnded) -> str | None:
    offer = rows.offers.get((fact.community, fact.offer))
    return None if offer is None else offer.member


def _series_listed(_rows: Rows, fact: SeriesListed) -> Told:
    return _of_series(fact.series.kind, fact.series.series, {"next": fact.next.number}, fact.series.member)


def _series_advanced(_rows: Rows, fact: SeriesAdvanced) -> Told:
    detail: Detail = {"number": fact.passed.number}
    if fact.listed is not None:
        detail["listed"] = fact.listed
    if fact.next is not None:
        detail["next"] = fact.next.number
    return _of_series(fact.kind, fact.series, detail)


def _series_marked(_rows: Rows, fact: SeriesMarked) -> Told:
    return _of_series(fact.kind, fact.series, {"paused": fact.paused})


def _series_ended(_rows: Rows, fact: SeriesEnded) -> Told:
    return _of_series(fact.kind, fact.series, {"at_ms": fact.at_ms, "how": fact.how.value})


def _of_series(kind: SeriesKind, series: str, detail: Detail, member: str | None = None) -> Told:
    """Under the id it was opened as: who looks for that finds what became of it."""
    if kind == "ask":
        return Told(detail, ask=series, member=member)
    return Told(detail, offer=series, member=member)


def _proposed(_rows: Rows, fact: Proposed) -> Told:
    detail: Detail = {
        "at_ms": fact.proposed_ms,
        "attempt": fact.attempt,
        "expires_ms": fact.expires_ms,
        "points": fact.points,
        "units": fact.units,
    }
    if fact.distance_m is not None:
        detail["distance_m"] = fact.distance_m
    return Told(detail, ask=fact.ask, offer=fact.offer, match=fact.match, member=fact.offerer)


def _match_moved(rows: Rows, fact: MatchMoved) -> Told:
    detail: Detail = {"at_ms": fact.at_ms, "by": fact.by.value, "move": fact.move, "to": fact.to.value}
    if fact.reason is not None:
        detail["reason"] = fact.reason.value
    return _of_match(rows, fact, detail)


def _thanked(rows: Rows, fact: Thanked) -> Told:
    return _of_match(rows, fact, {"by": fact.by, "to": fact.to})


def _reminded(rows: Rows, fact: MatchReminded) -> Told:
    return _of_match(rows, fact, {"at_ms": fact.at_ms, "what": fact.what.value})


def _of_match(rows: Rows, fact: MatchMoved | Thanked | MatchReminded, detail: Detail) -> Told:
    match = rows.matches.get((fact.community, fact.match))
    if match is None:
        return Told(detail, match=fact.match)
    return Told(detail, ask=match.ask, offer=match.offer, match=match.match, member=match.offerer)


SUBJECTS = ("ask", "offer", "match", "member")


def _refused(_rows: Rows, fact: Refused) -> Told:
    detail: Detail = {"reason": fact.reason, "what": fact.what}
    if fact.about is None:
        return Told(detail)
    if fact.reason.startswith("unknown_"):
        return _about(fact.reason.removeprefix("unknown_"), fact.about, detail)
    if fact.what == "match.proposed_by_hand":
        return _about("ask", fact.about, detail)
    return _about(fact.what.partition(".")[0], fact.about, detail)


def _about(kind: str, subject: str, detail: Detail) -> Told:
    """Put the subject into the column of its kind; into the details where the kind has none."""
    if kind not in SUBJECTS:
        return Told(detail | {"about": subject})
    return Told(detail, **{kind: subject})


def _noted(_rows: Rows, fact: Noted) -> Told:
    return Told({"what": fact.what})


def _put_waiting(_rows: Rows, fact: PutWaiting) -> Told:
    said = fact.event.data
    subjects = {kind: getattr(said, kind, None) for kind in SUBJECTS}
    return Told({"until_ms": fact.until_ms, "what": said.type}, **subjects)


def _left_waiting(_rows: Rows, fact: LeftWaiting) -> Told:
    return Told({"uid": fact.uid})


def _quarantined(_rows: Rows, fact: EventQuarantined) -> Told:
    return Told({"at_ms": fact.at_ms, "operator": fact.operator, "place": fact.place, "reason": fact.reason})


def _clock_held(_rows: Rows, fact: ClockHeld) -> Told:
    return Told({"wanted_ms": fact.wanted_ms})


def _leap_granted(_rows: Rows, fact: LeapGranted) -> Told:
    return Told({"until_ms": fact.until_ms})


TELL: Mapping[type, Callable[[Rows, Any], Told]] = {
    CommunityKnown: _plain,
    PolicyTaken: _policy,
    MemberKnown: _member,
    MemberGone: _member,
    MemberMarked: _member_marked,
    AskListed: _ask_listed,
    AskMarked: _ask_marked,
    AskReturned: _ask_returned,
    AskEnded: _ask_ended,
    OfferListed: _offer_listed,
    OfferMarked: _offer_marked,
    OfferEnded: _offer_ended,
    SeriesListed: _series_listed,
    SeriesAdvanced: _series_advanced,
    SeriesMarked: _series_marked,
    SeriesEnded: _series_ended,
    Proposed: _proposed,
    MatchMoved: _match_moved,
    MatchReminded: _reminded,
    Thanked: _thanked,
    Refused: _refused,
    Noted: _noted,
    PutWaiting: _put_waiting,
    LeftWaiting: _left_waiting,
    EventQuarantined: _quarantined,
    ClockHeld: _clock_held,
    LeapGranted: _leap_granted,
}
