"""One match of a run, explained in the board's words."""

from collections.abc import Sequence
from pathlib import Path

from schemas.facts import Proposed
from services.board import PAGE_ROWS_MAX, BoardReader, Section, ask_view, match_in_words, match_view, timeline


def explained(board: Path, match: Proposed) -> Sequence[Section]:
    """Who was considered, why this one, and what happened; nothing where the board does not know the match.

    Raises:
        BoardError: the board cannot be read.
    """
    with BoardReader(board) as reader, reader.snapshot():
        seen = match_view(reader, match.community, match.match)
        ask = ask_view(reader, match.community, match.ask)
        if seen is None or ask is None:
            return ()
        facts = timeline(reader, "match", match.community, match.match, limit=PAGE_ROWS_MAX)
        return match_in_words(seen, ask, facts.rows)
