from collections import Counter

import pytest

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened, AskWithdrawn
from schemas.codes import Verb
from schemas.decisions import DecisionBlock
from schemas.journal import JOURNAL_BODY, Block
from schemas.offers import OfferOpened
from services.simulation.bench.open_proposals import Open
from services.simulation.bench.pace import Chunk
from services.simulation.bench.rows import Order, running_town
from services.simulation.bench.town import COMMUNITY, LIFE_MS, START_MS, Town
from services.simulation.bench.traffic import BLOCK_MS_MAX, Traffic, block_shape, events_per_s

WHERE = Town.of(1_000, is_fixed=False)


def traffic_with_answers(seed: int = 1) -> Traffic:
    traffic = Traffic(WHERE, seed)
    traffic.will_answer(Open(f"m-{number}", f"a-{number}", f"h-{number}") for number in range(1_000))
    return traffic


def body(written: bytes) -> Block:
    block = JOURNAL_BODY.validate_json(written)
    assert isinstance(block, Block)
    return block


def test_asks_offers_and_answers_come_three_to_two_to_five() -> None:
    events = body(traffic_with_answers().block(START_MS, START_MS + 1_000, 200)).events
    kinds = Counter(type(event.data) for event in events)

    assert kinds[AskOpened] + kinds[AskWithdrawn] == 60
    assert kinds[OfferOpened] == 40
    assert kinds[Acknowledged] == 100
    assert 0 < kinds[AskWithdrawn] < 10


def test_events_are_received_in_order_within_the_stretch_of_the_block() -> None:
    events = body(traffic_with_answers().block(START_MS, START_MS + 1_000, 100)).events
    received = [event.received_ms for event in events]

    assert received == sorted(received)
    assert received[0] > START_MS
    assert received[-1] == START_MS + 1_000
    assert len({event.uid for event in events}) == 100


def test_answers_are_those_of_people_who_were_asked_and_most_accept() -> None:
    events = body(traffic_with_answers().block(START_MS, START_MS + 1_000, 400)).events
    answers = [event.data for event in events if isinstance(event.data, Acknowledged)]

    assert all(answer.member == answer.match.replace("m-", "h-") for answer in answers)
    assert len({answer.match for answer in answers}) == len(answers)
    assert 0.6 < sum(answer.verb is Verb.accept for answer in answers) / len(answers) < 0.9


def test_where_nobody_was_asked_asks_come_instead_of_answers() -> None:
    events = body(Traffic(WHERE, 1).block(START_MS, START_MS + 1_000, 10)).events

    assert not [event for event in events if isinstance(event.data, Acknowledged)]


def test_an_ask_lives_as_long_as_it_should_and_a_block_ten_seconds_at_most() -> None:
    for size in (100, 1_000, 100_000, 1_000_000):
        where = Town.of(size, is_fixed=False)
        count, span_ms = block_shape(where)

        assert events_per_s(where) * 3 / 10 * LIFE_MS / 1_000 == pytest.approx(size)
        assert 1 <= count <= 500
        assert span_ms <= BLOCK_MS_MAX


def test_the_same_seed_says_the_same_and_another_does_not() -> None:
    one, again, other = (traffic_with_answers(seed).block(START_MS, START_MS + 1_000, 50) for seed in (1, 1, 2))

    assert one == again != other


def test_what_is_open_by_hearsay_is_what_is_open() -> None:
    running = running_town(Order(150, events=300))
    blocks: list[DecisionBlock] = [decided.block for decided in running.run(300, Chunk())]
    known = running.engine.state.communities[COMMUNITY]

    assert abs(running.traffic.open_asks - 150) < 30
    assert running.traffic.open_asks == sum(ask.is_open for ask in known.asks.values())
    assert running.traffic.counts.facts == sum(len(block.facts) for block in blocks)
    assert running.traffic.counts.accepted > 0
    assert running.traffic.counts.proposed > 0
