import pytest

from services.simulation.yardstick.figures import Figures, at_most, figures
from services.simulation.yardstick.hour import Pair
from tests.unit.simulation.hours import hour

THREE_ASKS = """
    a 0   600 0 0
    b 100 600 0 0
    c 200 300 0 0
"""
TWO_OFFERS = """
    o 0 600 30 40 100
    p 0 600 0 10  100
"""


def test_the_figures_of_two_pairs_of_three_asks() -> None:
    pairs = [Pair("a", "o", 60_000), Pair("b", "p", 220_000)]

    assert figures(hour(THREE_ASKS, TWO_OFFERS), pairs, optimum=2) == Figures(
        pairs=2,
        share=1.0,
        mean_distance_m=30.0,  # 50 m and 10 m
        mean_wait_s=90.0,  # 60 s and 120 s
        mean_wait_all_s=160.0,  # and the 300 s that `c` waited for nothing
        p95_wait_s=120.0,
    )


def test_no_pair_has_no_mean() -> None:
    assert figures(hour(THREE_ASKS), [], optimum=0) == Figures(
        pairs=0,
        share=None,
        mean_distance_m=None,
        mean_wait_s=None,
        mean_wait_all_s=500.0,
        p95_wait_s=None,
    )


def test_no_ask_has_no_figure_at_all() -> None:
    assert figures(hour(), [], optimum=0) == Figures(0, None, None, None, None, None)


def test_help_from_afar_has_a_wait_and_no_way() -> None:
    pairs = [Pair("a", "o", 60_000), Pair("b", "p", 220_000)]

    found = figures(hour(THREE_ASKS, TWO_OFFERS), pairs, None, without_way={"a"})

    assert (found.mean_distance_m, found.mean_wait_s, found.share) == (10.0, 90.0, None)


def test_an_ask_counted_twice_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="counted once"):
        figures(hour(THREE_ASKS, TWO_OFFERS), [Pair("a", "o", 0), Pair("a", "p", 0)], 2)


@pytest.mark.parametrize(
    ("count", "percent", "expected"), [(1, 95, 1), (19, 95, 19), (20, 95, 19), (21, 95, 20), (100, 95, 95), (4, 50, 2)]
)
def test_a_percentile_is_one_of_the_values(count: int, percent: int, expected: int) -> None:
    assert at_most([float(value) for value in range(count, 0, -1)], percent) == expected
