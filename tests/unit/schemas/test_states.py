"""Where an ask, an offer and a match's units stand, in words everyone sees."""

from typing import Any

import pytest

from schemas.codes import EndedHow, MatchStatus
from schemas.states import AskStatus, OfferStatus, Weight, ask_status, offer_status, weight

# fmt: off
ASKS = [
    # ended               on_hold quantity held fulfilled proposals  stands
    (None,                False,  2,       0,   0,        0,         AskStatus.waiting),
    (None,                False,  2,       0,   0,        3,         AskStatus.proposed),
    (None,                False,  2,       1,   0,        0,         AskStatus.waiting),
    (None,                False,  2,       1,   0,        1,         AskStatus.proposed),
    (None,                False,  2,       1,   1,        0,         AskStatus.matched),
    (None,                False,  2,       2,   0,        0,         AskStatus.matched),
    (None,                False,  2,       0,   2,        0,         AskStatus.fulfilled),
    (None,                True,   2,       1,   0,        1,         AskStatus.held),
    (None,                True,   2,       2,   0,        0,         AskStatus.matched),
    (None,                True,   2,       0,   2,        0,         AskStatus.fulfilled),
    (EndedHow.withdrawn,  True,   2,       1,   0,        1,         AskStatus.withdrawn),
    (EndedHow.expired,    False,  2,       1,   0,        0,         AskStatus.expired),
    (EndedHow.duplicate,  False,  2,       0,   0,        0,         AskStatus.duplicate_of),
    (EndedHow.referred,   False,  2,       0,   0,        0,         AskStatus.referred),
    (EndedHow.fulfilled,  False,  2,       0,   2,        0,         AskStatus.fulfilled),
    (EndedHow.unknown,    False,  2,       0,   0,        0,         AskStatus.unknown),
]
OFFERS = [
    # ended               paused capacity used  stands
    (None,                False, 2,       0,    OfferStatus.open),
    (None,                False, 2,       1,    OfferStatus.open),
    (None,                False, 2,       2,    OfferStatus.taken),
    (None,                True,  2,       1,    OfferStatus.paused),
    (None,                True,  2,       2,    OfferStatus.taken),
    (EndedHow.withdrawn,  True,  2,       2,    OfferStatus.withdrawn),
    (EndedHow.expired,    False, 2,       0,    OfferStatus.expired),
]
# fmt: on
HELD = {MatchStatus.accepted, MatchStatus.started}
FULFILLED = {MatchStatus.completed, MatchStatus.confirmed}


@pytest.mark.parametrize("row", ASKS, ids=lambda row: f"{row[-1]}")
def test_an_ask_stands_where_its_units_and_marks_put_it(row: tuple[Any, ...]) -> None:
    *given, stands = row
    names = ("ended", "on_hold", "quantity", "held", "fulfilled", "proposals")

    assert ask_status(**dict(zip(names, given, strict=True))) is stands


@pytest.mark.parametrize("row", OFFERS, ids=lambda row: f"{row[-1]}")
def test_an_offer_stands_where_its_units_and_marks_put_it(row: tuple[Any, ...]) -> None:
    ended, paused, capacity, used, stands = row

    assert offer_status(ended=ended, paused=paused, capacity=capacity, used=used) is stands


@pytest.mark.parametrize("status", MatchStatus)
def test_units_are_held_by_acceptance_and_count_once_completed(status: MatchStatus) -> None:
    expected = Weight.held if status in HELD else Weight.fulfilled if status in FULFILLED else Weight.nothing

    assert weight(status, was_completed=False) is expected


def test_silence_after_completion_still_counts_as_help_given_and_silence_before_it_frees() -> None:
    assert weight(MatchStatus.unconfirmed, was_completed=True) is Weight.fulfilled
    assert weight(MatchStatus.unconfirmed, was_completed=False) is Weight.nothing


def test_a_dispute_frees_what_was_counted() -> None:
    assert weight(MatchStatus.disputed, was_completed=True) is Weight.nothing
