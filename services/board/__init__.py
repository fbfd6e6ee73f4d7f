"""The board: match state tables for everyone who wants to see what waits, what was decided, and why.

Reads the `decisions` topic; writes and owns one SQLite file, a fold of that topic and of nothing else, so it can be
thrown away and made anew. Each decision block is applied exactly once: its source stands in the same transaction as
its rows. What the board shows is for coordinators and operators; `shown_to_person` has the words for everybody else.
"""

from services.board.durations import elapsed
from services.board.errors import (
    BoardAstray,
    BoardError,
    BoardGap,
    BoardInUse,
    BoardMissing,
    BoardTooNew,
    BoardTooOld,
    BoardUnanswered,
    BoardUnreadable,
    BoardUnwritable,
    DecisionUnreadable,
    FactOutOfPlace,
)
from services.board.following import catch_up, open_board
from services.board.paging import PAGE_ROWS_MAX, BadCursor
from services.board.queries.asks import ask_view, waiting_asks
from services.board.queries.finding import Found, find
from services.board.queries.matches import match_view, match_views_of_ask
from services.board.queries.members import communities, member_view
from services.board.queries.offers import offer_view, offers
from services.board.queries.queue import coordinator_queue, queue_counts
from services.board.queries.summary import ask_counts, match_counts, offer_counts, summary
from services.board.queries.timeline import answers, timeline
from services.board.reader import BoardReader
from services.board.reading import Board
from services.board.rebuilding import rebuild
from services.board.rule_words import shown_to_person
from services.board.wording import Section, ask_in_words, match_in_words, standing_in_words
from services.board.writer import BoardWriter

__all__ = [
    "PAGE_ROWS_MAX",
    "BadCursor",
    "Board",
    "BoardAstray",
    "BoardError",
    "BoardGap",
    "BoardInUse",
    "BoardMissing",
    "BoardReader",
    "BoardTooNew",
    "BoardTooOld",
    "BoardUnanswered",
    "BoardUnreadable",
    "BoardUnwritable",
    "BoardWriter",
    "DecisionUnreadable",
    "FactOutOfPlace",
    "Found",
    "Section",
    "answers",
    "ask_counts",
    "ask_in_words",
    "ask_view",
    "catch_up",
    "communities",
    "coordinator_queue",
    "elapsed",
    "find",
    "match_counts",
    "match_in_words",
    "match_view",
    "match_views_of_ask",
    "member_view",
    "offer_counts",
    "offer_view",
    "offers",
    "open_board",
    "queue_counts",
    "rebuild",
    "shown_to_person",
    "standing_in_words",
    "summary",
    "timeline",
    "waiting_asks",
]
