"""What is promised to people, held against every journal by a small model that shares no code with the engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings

from schemas.facts import AskEnded, AskListed, AskMarked, MatchMoved, MemberKnown, OfferListed, PolicyTaken, Proposed
from schemas.journal import JournalRecord
from schemas.taxonomy.load import load
from services.matching import Engine
from services.matching.grid import GridIndex
from services.matching.index import NaiveIndex
from tests.property.journals import journals

pytestmark = pytest.mark.slow
TAXONOMY = load()
TAKEN = ("accepted", "started", "completed", "confirmed")
DAY_MS = 86_400_000


@dataclass
class Ledger:
    """What was promised, kept by hand."""

    asked_for: dict[str, int] = field(default_factory=dict)
    offered: dict[str, int] = field(default_factory=dict)
    proposals: dict[str, Proposed] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    blocked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    caps: dict[str, int | None] = field(default_factory=dict)
    ended: dict[str, None] = field(default_factory=dict)
    slots: int = 3

    def begin_anew(self, ask: str) -> None:
        """An id that comes again after its ask ended, and was forgotten, is another ask: nothing was promised for it."""
        if ask not in self.ended:
            return
        del self.ended[ask]
        for match in [match for match, proposal in self.proposals.items() if proposal.ask == ask]:
            del self.proposals[match], self.status[match]

    def taken(self, kind: str, name: str) -> int:
        """Units of an ask or an offer that are accepted or given."""
        return sum(
            proposal.units
            for match, proposal in self.proposals.items()
            if getattr(proposal, kind) == name and self.status[match] in TAKEN
        )

    def open_of(self, member: str) -> int:
        """Proposals that wait for the member's answer."""
        return sum(
            1
            for match, proposal in self.proposals.items()
            if proposal.offerer == member and self.status[match] == "proposed"
        )


def keep(ledger: Ledger, engine: Engine, record: JournalRecord) -> None:
    """Hold one decision block against the promises."""
    for fact in engine.apply(record).facts:
        match fact:
            case PolicyTaken():
                ledger.slots = max(fact.policy.open_slots, ledger.slots)
            case MemberKnown():
                ledger.blocked[fact.member] = fact.fields.blocked
                ledger.caps[fact.member] = fact.fields.asked_per_day_max
            case AskEnded():
                ledger.ended[fact.ask] = None
            case AskListed():
                ledger.begin_anew(fact.ask.ask)
                ledger.asked_for[fact.ask.ask] = fact.ask.quantity
            case OfferListed():
                ledger.offered[fact.offer.offer] = fact.offer.capacity
            case Proposed():
                proposed(ledger, fact)
            case MatchMoved():
                proposal = ledger.proposals.get(fact.match)
                if proposal is None:
                    continue
                ledger.status[fact.match] = fact.to.value
                assert ledger.taken("ask", proposal.ask) <= ledger.asked_for[proposal.ask]
                assert ledger.taken("offer", proposal.offer) <= ledger.offered[proposal.offer]
            case _:
                pass


def proposed(ledger: Ledger, fact: Proposed) -> None:
    """A proposal breaks nobody's boundary and comes once per ask and member, unless it was let go."""
    assert fact.match not in ledger.proposals
    assert fact.asker != fact.offerer
    assert fact.offerer not in ledger.blocked.get(fact.asker, ())
    assert fact.asker not in ledger.blocked.get(fact.offerer, ())
    assert fact.proposed_ms <= fact.expires_ms
    assert fact.points == sum(fact.explanation.parts.values())
    for match, before in ledger.proposals.items():
        if before.ask == fact.ask and before.offerer == fact.offerer:
            assert ledger.status[match] == "withdrawn"
    cap = ledger.caps.get(fact.offerer)
    lately = [
        before
        for before in ledger.proposals.values()
        if before.offerer == fact.offerer and before.proposed_ms > fact.proposed_ms - DAY_MS
    ]
    assert cap is None or len(lately) < cap
    ledger.proposals[fact.match] = fact
    ledger.status[fact.match] = "proposed"
    assert ledger.open_of(fact.offerer) <= ledger.slots


@settings(max_examples=60)
@given(journals())
def test_units_slots_blocks_and_caps_are_never_overstepped(journal: Sequence[JournalRecord]) -> None:
    ledger, engine = Ledger(), Engine(TAXONOMY, GridIndex)
    for record in journal:
        keep(ledger, engine, record)
    assert set(ledger.status) == set(ledger.proposals)


@settings(max_examples=60)
@given(journals())
def test_an_ask_with_unmet_units_that_has_not_ended_is_proposable_or_with_a_coordinator(
    journal: Sequence[JournalRecord],
) -> None:
    engine = Engine(TAXONOMY, GridIndex)
    held: dict[str, bool] = {}
    for record in journal:
        for fact in engine.apply(record).facts:
            if isinstance(fact, AskMarked) and fact.mark == "held":
                held[fact.ask] = fact.on
        town = engine.state.communities["town"]
        proposable = [ask.spec.ask for ask in NaiveIndex(town, TAXONOMY).asks_to_place()]
        for name, ask in town.asks.items():
            if ask.ended is None and ask.unmet > 0 and ask.proposed == 0:
                assert name in proposable or held[name]
