from collections import Counter

import pytest

from services.simulation.chance import around, chance, pick


def test_a_stream_has_the_same_numbers_in_every_process() -> None:
    """These numbers were drawn once and stand: another interpreter or hash seed must not change a city."""
    streams = (("asks",), ("people",), ("answer", "m"))

    assert [round(chance(7, *about).random(), 6) for about in streams] == [0.139559, 0.298302, 0.169068]


def test_streams_of_other_names_and_seeds_are_others() -> None:
    firsts = {chance(seed, name).random() for seed in (1, 2) for name in ("asks", "people")}

    assert len(firsts) == 4


def test_a_pick_follows_its_weights() -> None:
    draw = chance(1, "test")

    counts = Counter(pick(draw, {"often": 3, "seldom": 1, "never": 0}) for _ in range(4_000))

    assert counts["never"] == 0
    assert counts["often"] / counts["seldom"] == pytest.approx(3, rel=0.15)


def test_half_of_what_is_drawn_around_a_median_lies_below_it() -> None:
    draw = chance(1, "test")

    drawn = [around(draw, 5, 0.7) for _ in range(4_000)]

    assert min(drawn) > 0
    assert sum(value < 5 for value in drawn) == pytest.approx(2_000, rel=0.06)
