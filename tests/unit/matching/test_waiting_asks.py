"""How many asks wait, and since when, without counting them."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from schemas.codes import Urgency
from schemas.journal import JournalRecord
from schemas.taxonomy.load import load
from services.matching import Engine
from services.matching.state import PartitionState
from services.matching.waiting_asks import WaitingAsks, Waits
from tests.property.journals import journals
from tests.unit.matching.stories import check


@pytest.mark.slow
@settings(max_examples=60)
@given(journals())
def test_it_knows_after_every_block_what_counting_all_asks_finds(journal: Sequence[JournalRecord]) -> None:
    engine = Engine(load())
    kept_up = WaitingAsks(engine.state)
    for record in journal:
        kept_up.hear(engine.state, engine.apply(record).facts)
        counted = counted_in(engine.state)
        assert {urgency: kept_up.waits(urgency) for urgency in Urgency} == counted
        begun_here = WaitingAsks(engine.state)
        assert {urgency: begun_here.waits(urgency) for urgency in Urgency} == counted


def test_asks_that_wait_are_counted_by_urgency_and_the_oldest_is_known() -> None:
    story = check("""
        offer  O1 food cell=0,1
        ask    A1 food cell=0,0 urgency=high
        tick   2s -> proposed A1 O1
        ask    A2 food cell=90,90 urgency=high
    """)
    state = story.engine.state
    first, second = (state.communities["town"].asks[ask].spec.opened_ms for ask in ("A1", "A2"))
    waiting = WaitingAsks(state)
    assert first < second
    assert waiting.waits(Urgency.high) == Waits(waiting=2, overdue=0, longest_ms=state.clock.now_ms - first)
    assert waiting.waits(Urgency.critical) == Waits()


def counted_in(state: PartitionState) -> dict[Urgency, Waits]:
    found = {}
    for urgency in Urgency:
        asks = [
            ask
            for community in state.communities.values()
            for ask in community.asks.values()
            if ask.is_open and ask.spec.urgency is urgency
        ]
        waited_ms = (state.clock.now_ms - ask.spec.opened_ms for ask in asks)
        found[urgency] = Waits(len(asks), sum(ask.escalated for ask in asks), max(0, *waited_ms, 0))
    return found
