"""Matches: one with why it was proposed, and those of an ask or an offer."""

from typing import Any

from schemas.facts import Explanation
from schemas.states import MatchRow
from services.board.paging import PAGE_ROWS_MAX
from services.board.reading import Board, typed
from services.board.views import MatchView


def match_view(board: Board, community: str, match: str) -> MatchView | None:
    """A match with its explanation, or None. For coordinators only."""
    row = board.first(
        """
        SELECT * FROM matches JOIN explanations USING (community, match)
        WHERE community = :community AND match = :match
        """,
        {"community": community, "match": match},
    )
    return None if row is None else _view(row)


def _view(row: dict[str, Any]) -> MatchView:
    return MatchView(
        row=typed(MatchRow, row),
        attempt=row["attempt"],
        chance_ppm=row["chance_ppm"],
        explanation=Explanation.model_validate_json(row["explanation"]),
    )


def match_views_of_ask(board: Board, community: str, ask: str) -> tuple[MatchView, ...]:
    """The matches of an ask with their explanations, oldest first; the latest `PAGE_ROWS_MAX`."""
    rows = board.select(
        """
        SELECT * FROM matches JOIN explanations USING (community, match)
        WHERE community = :community AND ask = :ask ORDER BY proposed_ms DESC, match DESC LIMIT :limit
        """,
        {"community": community, "ask": ask, "limit": PAGE_ROWS_MAX},
    )
    return tuple(_view(row) for row in reversed(rows))


def matches_of_ask(board: Board, community: str, ask: str) -> tuple[MatchRow, ...]:
    """The matches of an ask, oldest first; the latest `PAGE_ROWS_MAX`."""
    rows = board.select(
        """
        SELECT * FROM matches
        WHERE community = :community AND ask = :ask ORDER BY proposed_ms DESC, match DESC LIMIT :limit
        """,
        {"community": community, "ask": ask, "limit": PAGE_ROWS_MAX},
    )
    return tuple(typed(MatchRow, row) for row in reversed(rows))


def matches_of_offer(board: Board, community: str, offer: str) -> tuple[MatchRow, ...]:
    """The matches of an offer, oldest first; the latest `PAGE_ROWS_MAX`."""
    rows = board.select(
        """
        SELECT * FROM matches
        WHERE community = :community AND offer = :offer ORDER BY proposed_ms DESC, match DESC LIMIT :limit
        """,
        {"community": community, "offer": offer, "limit": PAGE_ROWS_MAX},
    )
    return tuple(typed(MatchRow, row) for row in reversed(rows))
