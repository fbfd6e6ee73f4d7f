from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.simulation.yardstick.hindsight import maximum_matching, optimum
from tests.unit.simulation.hours import hour

SMALL_GRAPHS = st.lists(st.lists(st.integers(0, 4), unique=True, max_size=5), max_size=5)


def by_trying_everything(neighbours: list[list[int]]) -> int:
    """The largest matching, found by giving the places away in every order."""
    places = [*range(5), *[-1] * len(neighbours)]
    return max(
        sum(place in row for place, row in zip(order, neighbours, strict=False))
        for order in set(permutations(places, len(neighbours)))
    )


def test_who_came_first_gives_way_where_that_serves_more() -> None:
    found = hour(
        """
        near   0 60 0 0
        far    0 60 9 0
        """,
        """
        middle 0 60 5 0 5
        both   0 60 4 0 9
        """,
    )

    assert optimum(found) == 2


def test_nobody_asks_and_nobody_offers_is_no_pair() -> None:
    assert optimum(hour()) == 0
    assert optimum(hour("a 0 60 0 0")) == 0
    assert optimum(hour(offers="o 0 60 0 0 5")) == 0


def test_a_long_chain_of_exchanges_is_followed_to_its_end() -> None:
    links = 2_000
    neighbours = [[place, place + 1] for place in range(links)] + [[0]]

    assert maximum_matching(neighbours) == links + 1


@given(SMALL_GRAPHS)
def test_no_matching_is_larger(neighbours: list[list[int]]) -> None:
    assert maximum_matching(neighbours) == by_trying_everything(neighbours)
