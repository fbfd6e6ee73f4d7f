"""Fact → who ought to hear of it, read before the fact changes any row. Nothing here knows of quiet hours or budgets."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.codes import EndedHow, FollowUp, Mark, MatchStatus, Role, Verb
from schemas.facts import AskEnded, AskMarked, AskReturned, MatchMoved, MatchReminded, Proposed, Refused, Thanked
from schemas.notifications import COORDINATORS, Occasion
from services.notifications.concerned import ask_key, match_key
from services.runtime.ledger import Page


@dataclass(frozen=True, slots=True)
class Told:
    """One member ought to hear of one thing."""

    member: str
    occasion: Occasion
    match: str | None = None
    ask: str | None = None
    deadline_ms: int | None = None
    """The decision's own; None: as long as the occasion is worth telling."""
    at_least_ms: int = 0
    """Where it lies later than the occasion is worth telling: until then."""


def told(page: Page, fact: Any) -> Iterator[Told]:
    """Who ought to hear of a fact."""
    tell = TELL.get(type(fact))
    return iter(()) if tell is None else tell(page, fact)


def _proposed(page: Page, fact: Proposed) -> Iterator[Told]:
    yield Told(fact.offerer, Occasion.proposed, fact.match, fact.ask, deadline_ms=fact.expires_ms)


def _match_moved(page: Page, fact: MatchMoved) -> Iterator[Told]:
    row = page.get(match_key(fact.community, fact.match))
    if row is None:
        return
    about, until_ms = (fact.match, row["ask"]), row["ask_deadline_ms"]
    match fact.to:
        case MatchStatus.accepted:
            yield Told(row["asker"], Occasion.accepted, *about, at_least_ms=until_ms)
        case MatchStatus.withdrawn:
            yield Told(row["offerer"], Occasion.let_go, *about)
        case MatchStatus.completed if fact.by is not Role.asker:
            yield Told(row["asker"], Occasion.completed, *about)
        case MatchStatus.cancelled | MatchStatus.failed | MatchStatus.no_show:
            for side, role in (("asker", Role.asker), ("offerer", Role.offerer)):
                if fact.by is not role:
                    yield Told(row[side], Occasion.called_off, *about, at_least_ms=until_ms)
        case MatchStatus.unconfirmed | MatchStatus.disputed | MatchStatus.reported:
            yield Told(COORDINATORS, Occasion.attention, *about)
        case _:
            return


def _refused(page: Page, fact: Refused) -> Iterator[Told]:
    """An acceptance that came in vain: whoever gave it is let go kindly, unless the match is theirs already."""
    if fact.verb is not Verb.accept or fact.about is None:
        return
    row = page.get(match_key(fact.community, fact.about))
    if row is not None and row["status"] in {"withdrawn", "expired", "declined"}:
        yield Told(row["offerer"], Occasion.let_go, fact.about, row["ask"])


def _thanked(page: Page, fact: Thanked) -> Iterator[Told]:
    yield Told(fact.to, Occasion.thanked, fact.match)


def _reminded(page: Page, fact: MatchReminded) -> Iterator[Told]:
    row = page.get(match_key(fact.community, fact.match))
    if row is None:
        return
    about = (fact.match, row["ask"])
    if fact.what is FollowUp.reminder:
        yield Told(row["offerer"], Occasion.reminder, *about)
    elif fact.what is FollowUp.happened:
        yield Told(row["asker"], Occasion.happened, *about)
        yield Told(row["offerer"], Occasion.happened, *about)


def _ask_ended(page: Page, fact: AskEnded) -> Iterator[Told]:
    row = page.get(ask_key(fact.community, fact.ask))
    if row is None:
        return
    if fact.how is EndedHow.expired:
        yield Told(row["member"], Occasion.not_found, ask=fact.ask)
    elif fact.how is EndedHow.referred:
        yield Told(row["member"], Occasion.referred, ask=fact.ask)


def _ask_marked(page: Page, fact: AskMarked) -> Iterator[Told]:
    if fact.on and fact.mark is Mark.escalated:
        yield Told(COORDINATORS, Occasion.attention, ask=fact.ask)


def _ask_returned(page: Page, fact: AskReturned) -> Iterator[Told]:
    yield Told(COORDINATORS, Occasion.attention, ask=fact.ask)


TELL: Mapping[type, Callable[[Page, Any], Iterator[Told]]] = {
    Proposed: _proposed,
    MatchMoved: _match_moved,
    Refused: _refused,
    Thanked: _thanked,
    MatchReminded: _reminded,
    AskEnded: _ask_ended,
    AskMarked: _ask_marked,
    AskReturned: _ask_returned,
}
