from hypothesis import given

from services.simulation.yardstick.baselines import (
    BASELINES,
    longest_waiting_first,
    nearest_at_once,
    nearest_in_rounds,
)
from services.simulation.yardstick.hindsight import optimum
from services.simulation.yardstick.hour import Hour, Pair, fits
from tests.unit.simulation.hours import HOURS, hour

TWO_WAIT = """
    early 0 600 90 0
    late  5 600 10 0
"""


def told(pairs: list[Pair]) -> list[str]:
    return [f"{pair.ask} {pair.offer} {pair.at_ms // 1_000}s" for pair in pairs]


def test_nearest_at_once_takes_the_nearest_of_those_who_wait() -> None:
    assert told(nearest_at_once(hour(TWO_WAIT, "o 9 300 0 0 100"))) == ["late o 9s"]


def test_longest_waiting_first_takes_who_waits_longest() -> None:
    assert told(longest_waiting_first(hour(TWO_WAIT, "o 9 300 0 0 100"))) == ["early o 9s"]


def test_of_two_who_wait_equally_long_the_nearer_is_taken() -> None:
    found = hour("far 0 600 90 0 \n near 0 600 10 0", "o 9 300 0 0 100")

    assert told(longest_waiting_first(found)) == ["near o 9s"]


def test_at_the_same_moment_asks_come_before_offers() -> None:
    assert told(nearest_at_once(hour("a 7 0 0 0", "o 7 300 0 0 100"))) == ["a o 7s"]


def test_an_arrival_takes_somebody_whose_last_moment_it_is() -> None:
    assert told(nearest_at_once(hour("a 0 9 0 0", "o 9 300 0 0 100"))) == ["a o 9s"]
    assert told(nearest_at_once(hour("a 0 8 0 0", "o 9 300 0 0 100"))) == []


def test_rounds_meet_at_multiples_of_ten_seconds() -> None:
    assert told(nearest_in_rounds(hour("a 1 600 0 0", "o 11 300 0 0 100"))) == ["a o 20s"]


def test_a_round_makes_as_many_pairs_as_it_can_before_it_looks_at_ways() -> None:
    found = hour("between 0 600 50 0 \n beside 0 600 95 0", "left 0 300 0 0 60 \n right 0 300 100 0 100")

    assert sorted(told(nearest_in_rounds(found))) == ["beside right 0s", "between left 0s"]


def test_of_two_at_the_same_spot_a_round_takes_the_newer() -> None:
    found = hour("older 0 600 10 0 \n newer 5 600 10 0", "o 9 300 0 0 100")

    assert told(nearest_in_rounds(found)) == ["newer o 10s"]


def test_ways_across_a_country_are_within_what_the_solver_can_sum() -> None:
    """So many that ties could no longer be told apart: they are left to the solver, and the nearest is still taken."""
    crowd = "\n".join(f"a{number} 0 600 400000 300000" for number in range(400))

    found = nearest_in_rounds(hour(f"{crowd}\n near 0 600 399000 300000", "o 0 300 0 0 500000"))

    assert told(found) == ["near o 0s"]


def test_nothing_is_made_of_nothing() -> None:
    assert [policy(hour()) for policy in BASELINES.values()] == [[], [], []]


@given(HOURS)
def test_every_pair_fits_and_nobody_is_paired_twice(found: Hour) -> None:
    asks, offers = {ask.ask: ask for ask in found.asks}, {offer.offer: offer for offer in found.offers}
    for policy in BASELINES.values():
        pairs = policy(found)
        assert len({pair.ask for pair in pairs}) == len(pairs) == len({pair.offer for pair in pairs})
        for pair in pairs:
            ask, offer = asks[pair.ask], offers[pair.offer]
            assert fits(ask, offer)
            assert max(ask.at_ms, offer.at_ms) <= pair.at_ms <= min(ask.deadline_ms, offer.deadline_ms)


@given(HOURS)
def test_hindsight_is_never_beaten(found: Hour) -> None:
    best = optimum(found)

    assert all(len(policy(found)) <= best for policy in BASELINES.values())
