"""What was decided, gathered for reports and stories in one pass over the decision blocks.

Pure. It believes every fact, as all readers of decisions do, and derives states as engine and board do.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.codes import Mark, MatchStatus, Verb
from schemas.decisions import DecisionBlock
from schemas.facts import (
    AskEnded,
    AskListed,
    AskMarked,
    MatchMoved,
    MemberKnown,
    OfferEnded,
    OfferListed,
    Proposed,
    Refused,
    Thanked,
)
from schemas.members import MemberFields
from services.simulation.records import AskRecord, MatchRecord, OfferRecord


@dataclass(slots=True)
class Chronicle:
    """Everything that was decided in one community."""

    asks: dict[str, AskRecord] = field(default_factory=dict)
    offers: dict[str, OfferRecord] = field(default_factory=dict)
    matches: dict[str, MatchRecord] = field(default_factory=dict)
    members: dict[str, MemberFields] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    """Reason → how many events changed nothing for it."""
    too_late: dict[str, str] = field(default_factory=dict)
    """Ask or offer that was over when it came → what was refused."""
    open_asks: dict[str, AskRecord] = field(default_factory=dict)
    """For which somebody is still looked for."""
    open_offers: dict[str, OfferRecord] = field(default_factory=dict)
    now_ms: int = 0

    def take(self, block: DecisionBlock) -> None:
        """Take in one block, after the one before it."""
        for fact in block.facts:
            step = STEPS.get(type(fact))  # communities, policies and clocks make no story
            if step is not None:
                step(self, fact)
        self.now_ms = block.now_ms

    @property
    def may_match(self) -> bool:
        """Somebody may be asked, or may answer."""
        return bool(self.open_asks and self.open_offers) or any(ask.is_asked for ask in self.open_asks.values())

    def open_until_ms(self) -> list[int]:
        """The deadlines of all that is open."""
        asks_ms = [ask.spec.deadline_ms for ask in self.open_asks.values()]
        return asks_ms + [offer.spec.deadline_ms for offer in self.open_offers.values()]

    def ask_changed(self, name: str) -> None:
        """Something happened to an ask: is it still open?"""
        if self.asks[name].is_open:
            self.open_asks[name] = self.asks[name]
        else:
            self.open_asks.pop(name, None)

    def offer_changed(self, name: str) -> None:
        """Something happened to an offer: is it still open?"""
        if self.offers[name].is_open:
            self.open_offers[name] = self.offers[name]
        else:
            self.open_offers.pop(name, None)


def _list_ask(told: Chronicle, fact: AskListed) -> None:
    known = told.asks.get(fact.ask.ask)
    if known is None or known.ended is not None:
        told.asks[fact.ask.ask] = AskRecord(fact.ask)
    else:
        known.spec = fact.ask
    told.ask_changed(fact.ask.ask)


def _mark_ask(told: Chronicle, fact: AskMarked) -> None:
    if fact.mark is Mark.held:
        told.asks[fact.ask].held = fact.on
    elif fact.mark is Mark.escalated:
        told.asks[fact.ask].escalated = fact.on
    told.ask_changed(fact.ask)


def _end_ask(told: Chronicle, fact: AskEnded) -> None:
    told.asks[fact.ask].ended = fact.how
    told.ask_changed(fact.ask)


def _list_offer(told: Chronicle, fact: OfferListed) -> None:
    known = told.offers.get(fact.offer.offer)
    if known is None or known.ended is not None:
        told.offers[fact.offer.offer] = OfferRecord(fact.offer)
    else:
        known.spec = fact.offer
    told.offer_changed(fact.offer.offer)


def _end_offer(told: Chronicle, fact: OfferEnded) -> None:
    told.offers[fact.offer].ended = fact.how
    told.offer_changed(fact.offer)


def _propose(told: Chronicle, fact: Proposed) -> None:
    match = MatchRecord(fact)
    told.matches[fact.match] = match
    told.asks[fact.ask].matches.append(match)
    told.offers[fact.offer].matches.append(match)


def _move(told: Chronicle, fact: MatchMoved) -> None:
    match = told.matches[fact.match]
    match.status = fact.to
    if fact.to is MatchStatus.accepted:
        match.accepted_ms = fact.at_ms
    elif fact.to is MatchStatus.completed:
        match.completed_ms = fact.at_ms
    told.ask_changed(match.proposed.ask)
    told.offer_changed(match.proposed.offer)


def _thank(told: Chronicle, fact: Thanked) -> None:
    told.matches[fact.match].thanks += 1


def _know(told: Chronicle, fact: MemberKnown) -> None:
    told.members[fact.member] = fact.fields


def _refuse(told: Chronicle, fact: Refused) -> None:
    told.refusals[fact.reason] += 1
    if fact.reason == "too_late" and fact.about is not None:
        told.too_late[fact.about] = fact.what
    match = told.matches.get(fact.about or "")
    if match is not None and fact.verb is Verb.accept and match.status is MatchStatus.withdrawn:
        match.in_vain = True


STEPS: Mapping[type, Callable[[Chronicle, Any], None]] = {
    AskListed: _list_ask,
    AskMarked: _mark_ask,
    AskEnded: _end_ask,
    OfferListed: _list_offer,
    OfferEnded: _end_offer,
    Proposed: _propose,
    MatchMoved: _move,
    Thanked: _thank,
    MemberKnown: _know,
    Refused: _refuse,
}
