from math import sqrt

import pytest

from services.simulation.acceptance.figures import Figures, Spread, figures_of, spreads
from services.simulation.chronicle import Chronicle
from tests.unit.board.decided import MINUTE_MS, START_MS, Decided


def chronicled(decided: Decided) -> Chronicle:
    told = Chronicle()
    for block in decided.block().blocks:
        told.take(block)
    return told


def two_asked_one_accepts() -> Decided:
    """A1 goes to O2 after four minutes; O1 was asked as well, and A2 goes to nobody."""
    decided = Decided().ask("A1").ask("A2").offer("O1").offer("O2")
    decided.proposed("M1", offer="O1").proposed("M2", offer="O2").block(after_ms=0)
    decided.now_ms = START_MS + 4 * MINUTE_MS
    return decided.moved("M2", "accept").moved("M1", "withdraw")


def test_shares_are_over_all_asks_and_the_median_over_those_accepted() -> None:
    found = figures_of(chronicled(two_asked_one_accepts()), {"M2": START_MS + 4 * MINUTE_MS})

    assert found == Figures(
        fulfilled=0.5, median_accept_min=4.0, proposals_per_fulfilled=2.0, asked_over_3=0.0, in_vain=0.0
    )


@pytest.mark.parametrize(
    ("minutes", "in_vain"),
    [(3.9, 0), (4.5, 1), (24 * 60, 1), (24 * 60 + 1, 0)],
    ids=["before the ask was taken", "after it", "as its own life ends", "after its own life"],
)
def test_an_acceptance_is_in_vain_once_the_ask_is_taken_and_as_long_as_it_would_have_counted(
    minutes: float, in_vain: int
) -> None:
    decided = two_asked_one_accepts()
    told = chronicled(decided)
    expires_ms = START_MS + 24 * 60 * MINUTE_MS
    told.matches["M1"].proposed = told.matches["M1"].proposed.model_copy(update={"expires_ms": expires_ms})

    found = figures_of(told, {"M1": START_MS + round(minutes * MINUTE_MS), "M2": START_MS + 4 * MINUTE_MS})

    assert found.in_vain == in_vain


def test_whoever_was_asked_four_times_counts_among_all_members() -> None:
    decided = Decided().offer("O1").offer("O2").offer("O3").offer("O4")
    for number in range(4):
        decided.ask(f"A{number}").proposed(f"M{number}", ask=f"A{number}", offer="O1")
    decided.ask("A4").proposed("M4", ask="A4", offer="O2")

    assert figures_of(chronicled(decided), {}).asked_over_3 == 0.25


def test_where_nobody_came_or_nobody_was_helped_there_is_nothing_to_divide_by() -> None:
    assert figures_of(Chronicle(), {}) == Figures(None, None, None, None, None)
    assert figures_of(chronicled(Decided().ask()), {}) == Figures(0.0, None, None, None, None)


def test_means_are_over_the_seeds_that_have_the_figure() -> None:
    found = spreads([Figures(0.0, None, None, 0.5, None), Figures(1.0, 10.0, 3.0, 0.5, None)])

    assert found == {
        "fulfilled": Spread(0.5, sqrt(0.5)),
        "median_accept_min": Spread(10.0, 0.0),
        "proposals_per_fulfilled": Spread(3.0, 0.0),
        "asked_over_3": Spread(0.5, 0.0),
        "in_vain": None,
    }
