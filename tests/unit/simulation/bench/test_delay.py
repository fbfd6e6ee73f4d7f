from schemas.decided_examples import FACTS
from schemas.decisions import DecisionBlock
from schemas.facts import AnyFact, AskListed, Proposed
from services.simulation.bench.delay import measure_delay, waited
from services.simulation.bench.rows import Order, running_town

LISTED = next(fact for fact in FACTS if isinstance(fact, AskListed))
PROPOSED = next(fact for fact in FACTS if isinstance(fact, Proposed)).model_copy(update={"ask": LISTED.ask.ask})
CAME_MS = LISTED.ask.opened_ms


def block(*facts: AnyFact) -> DecisionBlock:
    return DecisionBlock(source=0, logic="1", now_ms=0, told_ms=0, facts=facts, chain="0" * 64)


def test_an_ask_waits_from_when_it_was_due_until_its_first_proposal_and_only_once() -> None:
    came: dict[str, int] = {}

    assert waited(block(LISTED), came, CAME_MS + 10, 0) == []
    assert waited(block(PROPOSED, PROPOSED), came, CAME_MS + 250, 0) == [250]
    assert waited(block(PROPOSED), came, CAME_MS + 900, 0) == []


def test_asks_of_the_first_seconds_are_left_out() -> None:
    assert waited(block(LISTED, PROPOSED), {}, CAME_MS + 10, CAME_MS + 1) == []


def test_arrivals_keep_their_rate_whatever_the_engine_does() -> None:
    running = running_town(Order(150, events=300))
    delay = measure_delay(running, rate=20, seconds=6)

    assert running.traffic.counts.all_events in range(110, 125)
    assert delay.asks > 0
    assert 0 < delay.p50_ms <= delay.p99_ms
