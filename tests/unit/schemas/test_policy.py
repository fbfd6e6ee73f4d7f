"""A policy is a document whose worst round stays within whole numbers; presets are points on its dial."""

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.policy import SCORE_SUM_MAX, Policy
from schemas.presets import PRESETS


def test_the_presets_are_those_that_the_documentation_names() -> None:
    assert {name: policy.name for name, policy in PRESETS.items()} == {
        "near": "near",
        "balanced": "balanced",
        "reach": "reach",
    }


@pytest.mark.parametrize("policy", PRESETS.values(), ids=PRESETS.keys())
def test_the_worst_round_of_a_preset_stays_within_whole_numbers(policy: Policy) -> None:
    assert policy.worst_pair_points() * policy.solve_asks_max <= SCORE_SUM_MAX


@pytest.mark.parametrize("policy", PRESETS.values(), ids=PRESETS.keys())
def test_a_preset_travels_unchanged(policy: Policy) -> None:
    assert Policy.model_validate_json(policy.model_dump_json(), extra="forbid") == policy


def test_a_partial_document_takes_the_rest_from_the_defaults() -> None:
    read = Policy.model_validate_json('{"name": "ours", "score": {"points_per_m": 3}, "open_slots": 2}')

    assert (read.score.points_per_m, read.open_slots) == (3, 2)
    assert read.proposal_life_ms == Policy().proposal_life_ms
    assert read.score.base == Policy().score.base


def test_weights_that_would_leave_the_whole_numbers_are_refused_with_the_way_out() -> None:
    heaviest = Policy().score.model_copy(update={"points_per_m": 100_000, "base": 100_000_000})

    with pytest.raises(ValidationError, match="lower the largest weight"):
        Policy(score=heaviest, solve_asks_max=2_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Our Policy"},
        {"version": 0},
        {"tick_ms": 99},
        {"open_slots": 0},
        {"candidates_max": 2_001},
        {"score": {"points_per_m": -1}},
        {"score": {"points_per_m": 0.5}},
    ],
    ids=str,
)
def test_what_the_dial_does_not_have_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(wrong)
