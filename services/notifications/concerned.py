"""Whom a fact concerns: the rows that are remembered of asks, matches and members, and what each fact changes in them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from schemas.facts import AskEnded, AskListed, MatchMoved, MemberGone, MemberKnown, Proposed
from services.notifications.manners import DAY_MS
from services.runtime.ledger import Page, Row

KEPT_MS: Final = 14 * DAY_MS
"""A match is remembered so long after its ask's deadline, or its last move: follow-up has ended by then."""


def remember(page: Page, fact: Any) -> None:
    """Change the rows as the fact says."""
    change = CHANGES.get(type(fact))
    if change is not None:
        change(page, fact)


def ask_key(community: str, ask: str) -> str:
    """Of the row of an ask: who asked, and until when an acceptance counts."""
    return f"{community}/ask/{ask}"


def match_key(community: str, match: str) -> str:
    """Of the row of a match: both sides, its ask, and where it stands."""
    return f"{community}/match/{match}"


def quiet_key(community: str, member: str) -> str:
    """Of the row of a member who has quiet hours."""
    return f"{community}/quiet/{member}"


def _ask_listed(page: Page, fact: AskListed) -> None:
    ask = fact.ask
    page.put(ask_key(fact.community, ask.ask), {"member": ask.member, "deadline_ms": ask.deadline_ms})


def _ask_ended(page: Page, fact: AskEnded) -> None:
    key = ask_key(fact.community, fact.ask)
    row = page.get(key)
    if row is not None:  # it may come back from a neighbour
        page.put(key, row | {"until_ms": max(row["deadline_ms"], fact.at_ms) + DAY_MS})


def _proposed(page: Page, fact: Proposed) -> None:
    ask = page.get(ask_key(fact.community, fact.ask))
    deadline_ms = fact.expires_ms if ask is None else ask["deadline_ms"]
    row: Row = {
        "ask": fact.ask,
        "asker": fact.asker,
        "ask_deadline_ms": deadline_ms,
        "offerer": fact.offerer,
        "status": "proposed",
        "until_ms": max(deadline_ms, fact.expires_ms) + KEPT_MS,
    }
    page.put(match_key(fact.community, fact.match), row)


def _match_moved(page: Page, fact: MatchMoved) -> None:
    key = match_key(fact.community, fact.match)
    row = page.get(key)
    if row is not None:
        until_ms = max(row["until_ms"], fact.at_ms + KEPT_MS)
        page.put(key, row | {"status": fact.to.value, "until_ms": until_ms})


def _member_known(page: Page, fact: MemberKnown) -> None:
    key = quiet_key(fact.community, fact.member)
    if fact.fields.quiet is not None:
        page.put(key, fact.fields.quiet.model_dump(mode="json"))
    elif page.get(key) is not None:
        page.drop(key)


def _member_gone(page: Page, fact: MemberGone) -> None:
    key = quiet_key(fact.community, fact.member)
    if page.get(key) is not None:
        page.drop(key)


CHANGES: Mapping[type, Callable[[Page, Any], None]] = {
    AskListed: _ask_listed,
    AskEnded: _ask_ended,
    Proposed: _proposed,
    MatchMoved: _match_moved,
    MemberKnown: _member_known,
    MemberGone: _member_gone,
}
