"""What the engine makes unchecked is what the checked model would have been."""

import pytest

from schemas.decided_examples import FACTS
from schemas.facts import AnyFact, MatchMoved, Proposed
from schemas.model import Model


def fields_of(one: Model) -> dict[str, object]:
    return {name: getattr(one, name) for name in type(one).model_fields}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.fact)
def test_the_trusted_model_is_equal_to_the_checked_one_and_written_alike(fact: AnyFact) -> None:
    fields = fields_of(fact)
    backwards = dict(reversed(fields.items()))

    trusted = type(fact).trusted(**backwards)

    assert trusted == fact
    assert trusted.model_dump_json() == fact.model_dump_json()
    assert trusted.model_copy(update={"cause": "x"}) == fact.model_copy(update={"cause": "x"})


def test_what_is_left_out_has_its_default() -> None:
    moved = next(fact for fact in FACTS if isinstance(fact, MatchMoved))
    fields = {name: value for name, value in fields_of(moved).items() if name not in {"cause", "fact", "reason"}}

    assert MatchMoved.trusted(**fields) == MatchMoved.model_validate(fields)


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(AssertionError, match="no such field"):
        Proposed.trusted(community="a", colour="blue")


def test_a_trusted_model_is_as_frozen_as_any() -> None:
    moved = next(fact for fact in FACTS if isinstance(fact, MatchMoved))

    with pytest.raises(ValueError, match="frozen"):
        MatchMoved.trusted(**fields_of(moved)).cause = "x"  # type: ignore[misc]
