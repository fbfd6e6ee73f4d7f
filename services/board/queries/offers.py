"""Offers: page by page, and one with all that is known of it."""

from schemas.codes import EndedHow
from schemas.listed import OFFER
from schemas.states import OfferRow, OfferStatus
from services.board.paging import Place, next_cursor, place_after, rows_max
from services.board.queries.matches import matches_of_offer
from services.board.reading import Board, typed
from services.board.views import OfferView, Page

BY_AGE = """
SELECT * FROM offers
WHERE (:only IS NULL OR community = :only) AND (:status IS NULL OR status = :status)
    AND (opened_ms, community, offer) > (:opened_ms, :community, :offer)
ORDER BY opened_ms, community, offer LIMIT :limit
"""
FIRST: dict[str, int | str] = {"opened_ms": -1, "community": "", "offer": ""}


def offers(
    board: Board,
    *,
    community: str | None = None,
    status: OfferStatus | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[OfferRow]:
    """Offers, oldest first, page by page.

    Args:
        community: None: all of them.
        status: None: whatever it is.
        after: `next` of the page before.
        limit: rows on a page, 1 to `PAGE_ROWS_MAX`.

    Raises:
        BadCursor: `after` is of another list.
        ValueError: `limit` is less than one.
    """
    limit = rows_max(limit)
    place = dict(zip(FIRST, place_after("offers", after, tuple(FIRST.values())), strict=True))
    filters = {"only": community, "status": None if status is None else status.value, "limit": limit + 1}
    found = board.select(BY_AGE, place | filters)
    places: list[Place] = [tuple(row[column] for column in FIRST) for row in found]
    rows = tuple(typed(OfferRow, row) for row in found[:limit])
    return Page(rows=rows, next=next_cursor("offers", places, limit))


def offer_view(board: Board, community: str, offer: str) -> OfferView | None:
    """An offer with its matches, or None."""
    with board.snapshot():
        row = board.first(
            "SELECT * FROM offers WHERE community = :community AND offer = :offer",
            {"community": community, "offer": offer},
        )
        if row is None:
            return None
        return OfferView(
            row=typed(OfferRow, row),
            spec=OFFER.validate_json(row["spec"]),
            ended=None if row["ended"] is None else EndedHow(row["ended"]),
            ended_ms=row["ended_ms"],
            matches=matches_of_offer(board, community, offer),
        )
