import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.simulation.picture.axes import Frame, round_step, top_of, value_axis


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 1), (1, 1), (3, 3), (4, 4), (5, 6), (9, 10), (77, 80), (219, 300), (1_001, 1_500)]
)
def test_axes_end_at_round_numbers(highest: int, top: int) -> None:
    assert top_of(highest) == top


@given(st.integers(0, 10**9))
def test_no_bar_rises_above_its_axis_and_few_lines_cross_it(highest: int) -> None:
    top = top_of(highest)

    assert highest <= top <= max(1, 2 * highest)
    assert top // round_step(top) <= 4


def test_values_stand_on_the_ground_and_rise_to_the_top() -> None:
    frame = Frame(left=40, top=10, width=100, height=80)

    assert (frame.y(0, 40), frame.y(20, 40), frame.y(40, 40)) == (90, 50, 10)
    assert "".join(value_axis(frame, 40)).count("<line") == 5
