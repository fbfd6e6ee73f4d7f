"""Histories of every shape: what Hypothesis draws is read as choices among what may happen next."""

from hypothesis import strategies as st

from schemas.codes import EndedHow
from schemas.decisions import DecisionBlock
from services.matching.lifecycles import MATCH
from tests.unit.board.decided import Decided

CHOICES_MAX = 60
EXAMPLES_ON_DISK = 30
"""Each opens files and waits for the disk; what a fold means is tried far more often in memory."""


@st.composite
def histories(draw: st.DrawFn) -> list[DecisionBlock]:
    """Decision blocks that an engine could have written, with asks, offers, matches, marks and ends."""
    decided = Decided().defined()
    open_asks: list[str] = []
    open_offers: list[str] = []
    for number, (what, which) in enumerate(
        draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), max_size=CHOICES_MAX))
    ):
        _happens(decided, open_asks, open_offers, number, what, which)
    return decided.block().blocks


def _happens(
    decided: Decided, open_asks: list[str], open_offers: list[str], number: int, what: int, which: int
) -> None:
    """One more thing; nothing where the choice has nothing to choose from."""
    if what == 0:
        decided.block(after_ms=which * 700)
    elif what == 1 or not open_asks:
        open_asks.append(f"A{number}")
        decided.ask(open_asks[-1], quantity=1 + which % 3)
    elif what == 2 or not open_offers:
        open_offers.append(f"O{number}")
        decided.offer(open_offers[-1], capacity=1 + which % 3)
    elif what == 3:
        ask, offer = open_asks[which % len(open_asks)], open_offers[which % len(open_offers)]
        decided.proposed(f"M{number}", ask, offer, units=1 + which % 2)
    elif what == 4:
        decided.held(open_asks[which % len(open_asks)], is_on=which % 2 == 0)
    elif what == 5:
        decided.escalated(open_asks[which % len(open_asks)], is_on=which % 2 == 0)
    elif what == 6 and which > 70:
        decided.ended(open_asks.pop(which % len(open_asks)), list(EndedHow)[which % 5])
    elif what == 6 and which > 50:
        decided.offer_ended(open_offers.pop(which % len(open_offers)))
    elif decided.statuses:
        _moves(decided, number, which)


def _moves(decided: Decided, number: int, which: int) -> None:
    match = list(decided.statuses)[number * 7 % len(decided.statuses)]
    moves = list(MATCH.moves.get(decided.statuses[match], ()))
    if moves:
        decided.moved(match, moves[which % len(moves)])
