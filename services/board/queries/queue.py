"""The coordinators' queue: what the engine cannot settle by itself, gravest first, then longest waiting."""

from services.board.paging import Place, next_cursor, place_after, rows_max
from services.board.reading import Board, typed
from services.board.views import Page, QueueRow, QueueWhy

QUEUE = """
SELECT * FROM queue
WHERE (:only IS NULL OR community = :only)
    AND (rank, since_ms, community, ask, coalesce(match, '')) > (:rank, :since_ms, :community, :ask, :match)
ORDER BY rank, since_ms, community, ask, coalesce(match, '') LIMIT :limit
"""
FIRST: dict[str, int | str] = {"rank": -1, "since_ms": -1, "community": "", "ask": "", "match": ""}


def coordinator_queue(
    board: Board, *, community: str | None = None, after: str | None = None, limit: int = 50
) -> Page[QueueRow]:
    """Reported matches while a side is suspended, disputed ones, asks escalated or held, and help nobody confirmed.

    An ask that is both held and escalated is there for both reasons; it leaves as it is released, met or ended.

    Args:
        community: None: all of them.
        after: `next` of the page before.
        limit: rows on a page, 1 to `PAGE_ROWS_MAX`.

    Raises:
        BadCursor: `after` is of another list.
        ValueError: `limit` is less than one.
    """
    limit = rows_max(limit)
    place = dict(zip(FIRST, place_after("queue", after, tuple(FIRST.values())), strict=True))
    found = board.select(QUEUE, place | {"only": community, "limit": limit + 1})
    places: list[Place] = [tuple("" if row[column] is None else row[column] for column in FIRST) for row in found]
    rows = tuple(typed(QueueRow, row) for row in found[:limit])
    return Page(rows=rows, next=next_cursor("queue", places, limit))


def queue_counts(board: Board, *, community: str | None = None) -> dict[QueueWhy, int]:
    """How much waits for a coordinator, by why, gravest first; reasons nothing waits for are left out."""
    rows = board.select(
        """
        SELECT why, count(*) AS waiting FROM queue
        WHERE :only IS NULL OR community = :only GROUP BY rank, why ORDER BY rank
        """,
        {"only": community},
    )
    return {QueueWhy(row["why"]): row["waiting"] for row in rows}
