import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.policy import ANSWERED_PPM
from services.simulation.acceptance.delays import ANSWERED_WITHIN_MIN, MINUTE_MS, delay_ms, share


def test_answers_come_along_the_curve_the_shipped_policy_expects() -> None:
    assert [round(share(minutes) * 1_000_000) for minutes in range(len(ANSWERED_PPM))] == list(ANSWERED_PPM)


@given(st.floats(0, 1))
def test_a_delay_is_the_first_moment_by_which_that_share_has_answered(share_before: float) -> None:
    after_ms = delay_ms(share_before)

    if after_ms is None:
        assert share(ANSWERED_WITHIN_MIN) < share_before
    else:
        assert 0 < after_ms <= ANSWERED_WITHIN_MIN * MINUTE_MS
        assert share((after_ms - 1) / MINUTE_MS) <= share_before <= share(after_ms / MINUTE_MS)


@pytest.mark.parametrize(("share_before", "minutes"), [(0.25, 3.6), (0.5, 12.5), (0.75, 41.5)])
def test_a_quarter_answers_within_minutes_and_the_last_ones_late(share_before: float, minutes: float) -> None:
    assert (delay_ms(share_before) or 0) / MINUTE_MS == pytest.approx(minutes, abs=0.5)
