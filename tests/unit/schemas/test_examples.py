"""The examples show every event, fact and value once, and name nobody."""

from typing import get_args

from schemas.decided_examples import FACTS, VALUES
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent
from schemas.examples import EXAMPLES, HERE, THERE
from schemas.facts import AnyFact, Proposed


def test_every_event_is_shown_once() -> None:
    assert sorted(type(event).__name__ for event in EXAMPLES) == sorted(model.__name__ for model in get_args(AnyEvent))


def test_every_fact_is_shown_once() -> None:
    assert sorted(type(fact).__name__ for fact in FACTS) == sorted(model.__name__ for model in get_args(AnyFact))


def test_all_happens_in_one_invented_place() -> None:
    assert {event.community for event in EXAMPLES} == {HERE}
    assert {fact.community for fact in FACTS} == {HERE}
    assert HERE != THERE


def test_a_score_is_the_sum_of_its_parts() -> None:
    (proposed,) = [fact for fact in FACTS if isinstance(fact, Proposed)]

    assert proposed.points == sum(proposed.explanation.parts.values())


def test_a_decision_block_with_all_facts_travels_unchanged() -> None:
    (block,) = [value for value in VALUES if isinstance(value, DecisionBlock)]

    assert block.facts == FACTS
    assert DecisionBlock.model_validate_json(block.model_dump_json()) == block
