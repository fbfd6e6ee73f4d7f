"""Timelines: what happened to an ask, a match or a member, and what an event led to."""

import json
from typing import Any, Literal

from services.board.paging import Place, next_cursor, place_after, rows_max
from services.board.reading import Board, typed
from services.board.views import FactView, Page

Kind = Literal["ask", "match", "member"]

# The column cannot be a value of the statement, so there is a statement for each.
OF: dict[Kind, str] = {
    "ask": """
SELECT * FROM timeline WHERE community = :community AND ask = :subject
    AND (partition, source, position) > (:partition, :source, :position)
ORDER BY partition, source, position LIMIT :limit
""",
    "match": """
SELECT * FROM timeline WHERE community = :community AND match = :subject
    AND (partition, source, position) > (:partition, :source, :position)
ORDER BY partition, source, position LIMIT :limit
""",
    "member": """
SELECT * FROM timeline WHERE community = :community AND member = :subject
    AND (partition, source, position) > (:partition, :source, :position)
ORDER BY partition, source, position LIMIT :limit
""",
}
PLACE = ("partition", "source", "position")
ANSWERS_MAX = 1_000
"""Facts shown for one event; a member who leaves can cause many."""


def timeline(
    board: Board, kind: Kind, community: str, subject: str, *, after: str | None = None, limit: int = 100
) -> Page[FactView]:
    """The facts about one ask, match or member in the order of the log, page by page.

    A match's facts are also on the timelines of its ask and of the member who helps.

    Raises:
        BadCursor: `after` is of another list.
        ValueError: `limit` is less than one.
    """
    listing, limit = f"timeline-{kind}", rows_max(limit)
    place = dict(zip(PLACE, place_after(listing, after, (-1, -1, -1)), strict=True))
    found = board.select(OF[kind], {"community": community, "subject": subject, "limit": limit + 1, **place})
    places: list[Place] = [tuple(row[column] for column in PLACE) for row in found]
    return Page(rows=tuple(_fact(row) for row in found[:limit]), next=next_cursor(listing, places, limit))


def answers(board: Board, cause: str) -> tuple[FactView, ...]:
    """What one event (`source/id`) led to, in the order of the log; empty while it is not decided yet."""
    rows = board.select(
        "SELECT * FROM timeline WHERE cause = :cause ORDER BY partition, source, position LIMIT :limit",
        {"cause": cause, "limit": ANSWERS_MAX},
    )
    return tuple(_fact(row) for row in rows)


def _fact(row: dict[str, Any]) -> FactView:
    return typed(FactView, row | {"detail": json.loads(row["detail"])})
