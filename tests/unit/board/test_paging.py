"""Cursors: where a list goes on."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.board.paging import PAGE_ROWS_MAX, BadCursor, cursor, next_cursor, place_after, rows_max

FIRST = (-1, "", "")


@given(st.tuples(st.integers(0, 2**43), st.text(), st.text()))
def test_a_cursor_names_the_place_it_was_made_for(place: tuple[int, str, str]) -> None:
    assert place_after("asks", cursor("asks", place), FIRST) == place


def test_without_a_cursor_a_list_begins_before_its_first_row() -> None:
    assert place_after("asks", None, FIRST) == FIRST


@pytest.mark.parametrize(
    "after",
    [
        "",
        "!",
        "nonsense",
        "żółw",
        cursor("offers", (1, "a", "b")),
        cursor("asks", (1, "a")),
        cursor("asks", ("1", "a", "b")),
        cursor("asks", (True, "a", "b")),
        base64.urlsafe_b64encode(b'"asks"').decode(),
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b"3").decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_from_elsewhere_is_refused_with_what_to_do(after: str) -> None:
    with pytest.raises(BadCursor, match="`after` does not go on in the list `asks`; give `next` of its last page"):
        place_after("asks", after, FIRST)


@pytest.mark.parametrize(("wanted", "given_"), [(1, 1), (PAGE_ROWS_MAX, PAGE_ROWS_MAX), (10_000, PAGE_ROWS_MAX)])
def test_a_page_is_bounded(wanted: int, given_: int) -> None:
    assert rows_max(wanted) == given_


@pytest.mark.parametrize("wanted", [0, -1])
def test_a_page_has_at_least_one_row(wanted: int) -> None:
    with pytest.raises(ValueError, match=f"at least one row, {wanted} were wanted"):
        rows_max(wanted)


def test_the_last_page_has_no_next() -> None:
    assert next_cursor("asks", [(1,), (2,)], 2) is None
    assert next_cursor("asks", [(1,), (2,), (3,)], 2) == cursor("asks", (2,))
