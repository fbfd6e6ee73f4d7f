"""A decision block → what it adds to each measure. Pure.

Each measure counts a thing once, however often it is said: an ask is helped by its first completed help, a giver is counted
at their first, a pair that helps again after a confirmed help goes on rather than begins.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from schemas.codes import EndedHow, MatchStatus
from schemas.decisions import DecisionBlock
from schemas.facts import AskEnded, AskListed, MatchMoved, MemberGone, Proposed, Thanked
from services.runtime.ledger import Page

DAY_MS: Final = 86_400_000
KEPT_MS: Final = 30 * DAY_MS
"""An ask or a match is remembered so long after it was last spoken of."""
MEASURES: Final = "all/measures"
"""One row per partition: community → measure → how much."""


class Measure(StrEnum):
    """What is counted."""

    asks_opened = "asks_opened"
    asks_accepted = "asks_accepted"
    """Somebody said yes."""
    asks_helped = "asks_helped"
    """Help was given, at least in part."""
    asks_not_helped = "asks_not_helped"
    """Ended at their deadline without any help."""
    proposals = "proposals"
    acceptances = "acceptances"
    helps_completed = "helps_completed"
    helps_confirmed = "helps_confirmed"
    givers = "givers"
    """Members who helped for the first time here."""
    givers_thanked = "givers_thanked"
    """Members who were thanked for the first time here."""
    thanks = "thanks"
    relationships_begun = "relationships_begun"
    """Pairs with a first confirmed help."""
    relationships_continued = "relationships_continued"
    """Confirmed helps of a pair beyond its first."""


@dataclass(slots=True)
class Gained:
    """What a block adds."""

    counts: Counter[Measure] = field(default_factory=Counter)
    acceptance_ms: list[int] = field(default_factory=list)
    """Log time from each ask's opening to its first acceptance."""


def measured(page: Page, block: DecisionBlock) -> Gained:
    """What a block adds to the measures, and take it into the rows."""
    gained = Gained()
    row = page.get(MEASURES) or {"communities": {}}
    for fact in block.facts:
        change = CHANGES.get(type(fact))
        if change is None:
            continue
        of_fact = Gained()
        change(page, fact, of_fact)
        standing = row["communities"].setdefault(fact.community, {})
        for measure, count in of_fact.counts.items():
            standing[measure.value] = standing.get(measure.value, 0) + count
        gained.counts.update(of_fact.counts)
        gained.acceptance_ms += of_fact.acceptance_ms
    if gained.counts:
        page.put(MEASURES, row)
    return gained


def standing_measures(row: Mapping[str, Any] | None) -> dict[str, dict[str, int]]:
    """Community → measure → how much, from a partition's row of measures."""
    if row is None:
        return {}
    return {
        community: {measure.value: counts.get(measure.value, 0) for measure in Measure}
        for community, counts in row["communities"].items()
    }


def _ask_listed(page: Page, fact: AskListed, gained: Gained) -> None:
    key = f"{fact.community}/ask/{fact.ask.ask}"
    row = page.get(key)
    if row is None:
        gained.counts[Measure.asks_opened] += 1
        row = {"opened_ms": fact.ask.opened_ms, "accepted": False, "helped": False}
    page.put(key, row | {"until_ms": fact.ask.deadline_ms + KEPT_MS})


def _ask_ended(page: Page, fact: AskEnded, gained: Gained) -> None:
    row = page.get(f"{fact.community}/ask/{fact.ask}")
    if row is not None and fact.how is EndedHow.expired and not row["helped"]:
        gained.counts[Measure.asks_not_helped] += 1


def _proposed(page: Page, fact: Proposed, gained: Gained) -> None:
    gained.counts[Measure.proposals] += 1
    row = {"ask": fact.ask, "asker": fact.asker, "offerer": fact.offerer, "until_ms": fact.expires_ms + KEPT_MS}
    page.put(f"{fact.community}/match/{fact.match}", row)


def _match_moved(page: Page, fact: MatchMoved, gained: Gained) -> None:
    key = f"{fact.community}/match/{fact.match}"
    match = page.get(key)
    if match is None:
        return
    page.put(key, match | {"until_ms": max(match["until_ms"], fact.at_ms + KEPT_MS)})
    if fact.to is MatchStatus.accepted:
        gained.counts[Measure.acceptances] += 1
        _ask_accepted(page, fact, match["ask"], gained)
    elif fact.to is MatchStatus.completed:
        gained.counts[Measure.helps_completed] += 1
        _helped(page, fact.community, match, gained)
    elif fact.to is MatchStatus.confirmed:
        gained.counts[Measure.helps_confirmed] += 1
        _helped(page, fact.community, match, gained)
        _paired(page, fact.community, match, gained)


def _ask_accepted(page: Page, fact: MatchMoved, ask: str, gained: Gained) -> None:
    key = f"{fact.community}/ask/{ask}"
    row = page.get(key)
    if row is not None and not row["accepted"]:
        gained.counts[Measure.asks_accepted] += 1
        gained.acceptance_ms.append(max(0, fact.at_ms - row["opened_ms"]))
        page.put(key, row | {"accepted": True})


def _helped(page: Page, community: str, match: Mapping[str, Any], gained: Gained) -> None:
    key = f"{community}/ask/{match['ask']}"
    row = page.get(key)
    if row is not None and not row["helped"]:
        gained.counts[Measure.asks_helped] += 1
        page.put(key, row | {"helped": True})
    _first_time(page, f"{community}/giver/{match['offerer']}", Measure.givers, gained)


def _paired(page: Page, community: str, match: Mapping[str, Any], gained: Gained) -> None:
    key = f"{community}/pair/{match['asker']}/{match['offerer']}"
    row = page.get(key)
    gained.counts[Measure.relationships_begun if row is None else Measure.relationships_continued] += 1
    page.put(key, {"confirmed": (0 if row is None else row["confirmed"]) + 1})


def _thanked(page: Page, fact: Thanked, gained: Gained) -> None:
    gained.counts[Measure.thanks] += 1
    _first_time(page, f"{fact.community}/thanked/{fact.to}", Measure.givers_thanked, gained)


def _first_time(page: Page, key: str, measure: Measure, gained: Gained) -> None:
    if page.get(key) is None:
        gained.counts[measure] += 1
        page.put(key, {})


def _member_gone(page: Page, fact: MemberGone, gained: Gained) -> None:
    """Nothing is kept of who left; what they gave stays counted."""
    for kind in ("giver", "thanked"):
        if page.get(f"{fact.community}/{kind}/{fact.member}") is not None:
            page.drop(f"{fact.community}/{kind}/{fact.member}")


CHANGES: Mapping[type, Callable[[Page, Any, Gained], None]] = {
    AskListed: _ask_listed,
    AskEnded: _ask_ended,
    Proposed: _proposed,
    MatchMoved: _match_moved,
    Thanked: _thanked,
    MemberGone: _member_gone,
}
