"""Asks: those that wait, and one with all that is known of it."""

from typing import Literal

from schemas.codes import EndedHow
from schemas.listed import ASK
from schemas.states import AskRow
from services.board.paging import Place, next_cursor, place_after, rows_max
from services.board.queries.matches import matches_of_ask
from services.board.reading import Board, typed
from services.board.views import AskView, Page

Order = Literal["age", "urgency"]

BY_AGE = """
SELECT * FROM ask_rows
WHERE status IN ('waiting', 'proposed') AND (:only IS NULL OR community = :only)
    AND (opened_ms, community, ask) > (:opened_ms, :community, :ask)
ORDER BY opened_ms, community, ask LIMIT :limit
"""
BY_URGENCY = """
SELECT * FROM ask_rows
WHERE status IN ('waiting', 'proposed') AND (:only IS NULL OR community = :only)
    AND (urgency_rank, opened_ms, community, ask) > (:urgency_rank, :opened_ms, :community, :ask)
ORDER BY urgency_rank, opened_ms, community, ask LIMIT :limit
"""
WAITING: dict[Order, tuple[str, dict[str, int | str]]] = {
    "age": (BY_AGE, {"opened_ms": -1, "community": "", "ask": ""}),
    "urgency": (BY_URGENCY, {"urgency_rank": -1, "opened_ms": -1, "community": "", "ask": ""}),
}
"""Order → the statement, and a place before every row by the columns it is ordered by."""


def waiting_asks(
    board: Board, *, community: str | None = None, order: Order = "age", after: str | None = None, limit: int = 50
) -> Page[AskRow]:
    """Asks with unmet units that the engine is looking for help for, page by page.

    Args:
        community: None: all of them.
        order: oldest first, or most urgent and then oldest first.
        after: `next` of the page before.
        limit: rows on a page, 1 to `PAGE_ROWS_MAX`.

    Raises:
        BadCursor: `after` is of another list.
        ValueError: `limit` is less than one.
    """
    statement, first = WAITING[order]
    listing, limit = f"waiting-asks-{order}", rows_max(limit)
    place = dict(zip(first, place_after(listing, after, tuple(first.values())), strict=True))
    found = board.select(statement, place | {"only": community, "limit": limit + 1})
    places: list[Place] = [tuple(row[column] for column in first) for row in found]
    rows = tuple(typed(AskRow, row) for row in found[:limit])
    return Page(rows=rows, next=next_cursor(listing, places, limit))


def ask_view(board: Board, community: str, ask: str) -> AskView | None:
    """An ask with its matches, or None."""
    with board.snapshot():
        row = board.first(
            "SELECT * FROM ask_rows WHERE community = :community AND ask = :ask", {"community": community, "ask": ask}
        )
        if row is None:
            return None
        return AskView(
            row=typed(AskRow, row),
            spec=ASK.validate_json(row["spec"]),
            held_ms=row["held_ms"],
            escalated_ms=row["escalated_ms"],
            ended=None if row["ended"] is None else EndedHow(row["ended"]),
            ended_ms=row["ended_ms"],
            duplicate_of=row["duplicate_of"],
            to_community=row["to_community"],
            matches=matches_of_ask(board, community, ask),
        )
