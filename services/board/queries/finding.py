"""What an id is the name of: people at a command line know an id, and not always whose."""

from typing import Literal

from schemas.model import Id, Model
from services.board.reading import Board, typed

FOUND_MAX = 20


class Found(Model):
    """Something of this id. Ids are unique within a community and a kind, so there may be more than one."""

    kind: Literal["ask", "offer", "match", "member"]
    community: Id
    id: Id


def find(board: Board, name: str) -> tuple[Found, ...]:
    """Asks, matches, offers and members of this id, in this order; at most `FOUND_MAX`."""
    rows = board.select(
        """
        SELECT kind, community, id FROM (
            SELECT 1 AS rank, 'ask' AS kind, community, ask AS id FROM asks WHERE ask = :name
            UNION ALL SELECT 2, 'match', community, match FROM matches WHERE match = :name
            UNION ALL SELECT 3, 'offer', community, offer FROM offers WHERE offer = :name
            UNION ALL SELECT 4, 'member', community, member FROM members WHERE member = :name
        ) AS named ORDER BY rank, community LIMIT :limit
        """,
        {"name": name, "limit": FOUND_MAX},
    )
    return tuple(typed(Found, row) for row in rows)
