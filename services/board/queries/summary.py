"""How it is going: counts, waits and dead ends, for the dashboard and `commonweal status`."""

from schemas.codes import MatchStatus
from schemas.states import AskStatus, OfferStatus
from services.board.queries.queue import queue_counts
from services.board.reading import Board
from services.board.views import DeadEnds, Summary

MEDIAN_PERCENT, P95_PERCENT = 50, 95
OPEN = (AskStatus.waiting, AskStatus.proposed, AskStatus.held)

ASKS = "SELECT status, count(*) AS n FROM asks WHERE :only IS NULL OR community = :only GROUP BY status"
OFFERS = "SELECT status, count(*) AS n FROM offers WHERE :only IS NULL OR community = :only GROUP BY status"
MATCHES = "SELECT status, count(*) AS n FROM matches WHERE :only IS NULL OR community = :only GROUP BY status"
ESCALATED = """
SELECT count(*) FROM asks WHERE escalated_ms IS NOT NULL AND status IN ('waiting', 'proposed', 'held')
    AND (:only IS NULL OR community = :only)
"""
ACCEPTED_ASKS = """
SELECT count(*) FROM asks WHERE accept_wait_ms IS NOT NULL AND (:only IS NULL OR community = :only)
"""
WAIT_AT = """
SELECT accept_wait_ms FROM asks WHERE accept_wait_ms IS NOT NULL AND (:only IS NULL OR community = :only)
ORDER BY accept_wait_ms LIMIT 1 OFFSET :place
"""
ACCEPTANCES = "SELECT count(*) FROM matches WHERE accepted_ms IS NOT NULL AND (:only IS NULL OR community = :only)"
DEAD_ENDS = """
SELECT
    count(*) FILTER (WHERE proposals_made = 0) AS never_proposed,
    count(*) FILTER (WHERE proposals_made > 0 AND first_accepted_ms IS NULL) AS never_accepted,
    count(*) FILTER (WHERE first_accepted_ms IS NOT NULL) AS fell_short
FROM asks WHERE status = 'expired' AND (:only IS NULL OR community = :only)
"""


def ask_counts(board: Board, *, community: str | None = None) -> dict[AskStatus, int]:
    """How many asks stand where, every status named."""
    return dict.fromkeys(AskStatus, 0) | {
        AskStatus(row["status"]): row["n"] for row in board.select(ASKS, {"only": community})
    }


def offer_counts(board: Board, *, community: str | None = None) -> dict[OfferStatus, int]:
    """How many offers stand where, every status named."""
    return dict.fromkeys(OfferStatus, 0) | {
        OfferStatus(row["status"]): row["n"] for row in board.select(OFFERS, {"only": community})
    }


def match_counts(board: Board, *, community: str | None = None) -> dict[MatchStatus, int]:
    """How many matches stand where, every status named."""
    return dict.fromkeys(MatchStatus, 0) | {
        MatchStatus(row["status"]): row["n"] for row in board.select(MATCHES, {"only": community})
    }


def summary(board: Board, *, community: str | None = None) -> Summary:
    """How a community is doing; None: all of them together."""
    only = {"only": community}
    with board.snapshot():
        asks = ask_counts(board, community=community)
        proposals = sum(match_counts(board, community=community).values())
        acceptances = board.number(ACCEPTANCES, only)
        dead_ends = board.select(DEAD_ENDS, only)[0]
        return Summary(
            asks_open=sum(asks[status] for status in OPEN),
            asks_proposed=asks[AskStatus.proposed],
            asks_matched=asks[AskStatus.matched],
            asks_fulfilled=asks[AskStatus.fulfilled],
            asks_expired=asks[AskStatus.expired],
            asks_held=asks[AskStatus.held],
            asks_escalated=board.number(ESCALATED, only),
            accept_wait_median_ms=_accept_wait_ms(board, community, MEDIAN_PERCENT),
            accept_wait_p95_ms=_accept_wait_ms(board, community, P95_PERCENT),
            proposals=proposals,
            acceptances=acceptances,
            proposals_per_acceptance=proposals / acceptances if acceptances else None,
            dead_ends=DeadEnds(**dead_ends),
            queue=queue_counts(board, community=community),
        )


def _accept_wait_ms(board: Board, community: str | None, percent: int) -> int | None:
    """The wait that `percent` of the accepted asks did not exceed, by nearest rank: one that really was."""
    accepted = board.number(ACCEPTED_ASKS, {"only": community})
    if accepted == 0:
        return None
    place = (accepted * percent + 99) // 100 - 1
    return board.number(WAIT_AT, {"only": community, "place": place})
