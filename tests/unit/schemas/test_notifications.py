"""Notification requests say who is to be told what, with an id that a rebuild computes again."""

from collections.abc import Callable
from functools import partial

import pytest
from pydantic import ValidationError

from schemas.notifications import Notification, Occasion, requested

ask_helper: Callable[..., Notification] = partial(
    requested,
    community="riverside",
    member="member-helper-example",
    occasion=Occasion.proposed,
    match="match-example",
    decided_ms=1_000,
    not_before_ms=1_000,
    deadline_ms=901_000,
)


def test_the_same_request_has_the_same_id() -> None:
    assert ask_helper() == ask_helper()
    assert ask_helper().notification == "88d7c10f-4cae-5fa2-9128-83a241651e67"


@pytest.mark.parametrize(
    "other",
    [
        {"community": "hillside"},
        {"member": "member-other-example"},
        {"occasion": Occasion.let_go},
        {"match": "match-other-example"},
        {"match": None, "ask": "match-example"},
        {"match": None, "offer": "match-example"},
        {"decided_ms": 999},
    ],
)
def test_another_request_has_another_id(other: dict[str, object]) -> None:
    assert ask_helper(**other).notification != ask_helper().notification


@pytest.mark.parametrize("other", [{"not_before_ms": 2_000}, {"deadline_ms": 5_000}, {"ask": "ask-example"}])
def test_when_it_may_be_told_does_not_make_it_another_request(other: dict[str, object]) -> None:
    assert ask_helper(**other).notification == ask_helper().notification


def test_a_chosen_id_is_refused() -> None:
    with pytest.raises(ValidationError, match="the id is computed: chosen stands"):
        Notification(**{**ask_helper().model_dump(), "notification": "chosen"})


def test_a_request_about_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="give `match`, `ask` or `offer`"):
        ask_helper(match=None)


@pytest.mark.parametrize("times", [{"not_before_ms": 999}, {"deadline_ms": 999}, {"not_before_ms": 901_001}])
def test_a_request_that_could_be_told_at_no_time_is_refused(times: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="nobody can be told"):
        ask_helper(**times)


def test_a_request_travels_unchanged() -> None:
    assert Notification.model_validate_json(ask_helper().model_dump_json()) == ask_helper()


def test_an_occasion_from_a_newer_version_is_read_as_unknown_with_its_own_id() -> None:
    newer = ask_helper().model_dump_json().replace('"proposed"', '"reminded"').replace("88d7c10f", "86dc0a8e")

    read = Notification.model_validate_json(newer)

    assert read.occasion is Occasion.unknown
    assert read.notification.startswith("86dc0a8e")
