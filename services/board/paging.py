"""Where a list goes on: a cursor names the last row seen by what the list is ordered by.

So pages neither skip nor repeat a row that stays where it is, however many come and go around it.
"""

import base64
import binascii
import json
from collections.abc import Sequence

PAGE_ROWS_MAX = 200

Place = tuple[int | str, ...]
"""The values a list is ordered by, the last ones being unique."""


class BadCursor(ValueError):  # noqa: N818 - said to whoever sent one
    """`after` is not a cursor that this list gave."""

    def __init__(self, listing: str) -> None:
        super().__init__(
            f"`after` does not go on in the list `{listing}`; give `next` of its last page, or leave it out"
        )


def cursor(listing: str, place: Place) -> str:
    """The cursor that goes on after a row."""
    text = json.dumps([listing, *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_after(listing: str, after: str | None, first: Place) -> Place:
    """The place a cursor names.

    Args:
        listing: the list it must be for.
        first: a place before every row, for the first page; its types are those a cursor must have.

    Raises:
        BadCursor: it is none of this list's.
    """
    if after is None:
        return first
    try:
        named, *place = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadCursor(listing) from error
    if named != listing or [type(value) for value in place] != [type(value) for value in first]:
        raise BadCursor(listing)
    return tuple(place)


def rows_max(limit: int) -> int:
    """How many rows a page has: what is asked for, at most `PAGE_ROWS_MAX`.

    Raises:
        ValueError: less than one is asked for.
    """
    if limit < 1:
        raise ValueError(f"a page has at least one row, {limit} were wanted; ask for 1 to {PAGE_ROWS_MAX}")
    return min(limit, PAGE_ROWS_MAX)


def next_cursor(listing: str, places: Sequence[Place], limit: int) -> str | None:
    """The cursor after the last row of a page for which one row more was read; None where there is no more."""
    return cursor(listing, places[limit - 1]) if len(places) > limit else None
