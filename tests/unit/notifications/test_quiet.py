"""When quiet hours end, as the engine sees quiet."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.members import QuietHours
from schemas.schedules import OffsetFrom
from services.matching.quiet import is_quiet
from services.notifications.quiet import quiet_until_ms

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
NIGHT = QuietHours(from_minute=22 * 60, to_minute=7 * 60)


@given(
    st.integers(0, 1_439),
    st.integers(0, 1_439),
    st.lists(st.tuples(st.integers(0, 96), st.sampled_from([-120, 0, 60, 120])), max_size=3),
    st.integers(0, 96 * 60),
    st.integers(0, 59_999),
)
def test_until_then_it_is_quiet_and_then_it_is_not(
    begins: int, ends: int, changes: list[tuple[int, int]], minute: int, rest_ms: int
) -> None:
    offsets = tuple(OffsetFrom(from_ms=hour * HOUR_MS, minutes=minutes) for hour, minutes in sorted(changes))
    quiet = QuietHours(from_minute=begins, to_minute=ends, offsets=offsets)
    at_ms = minute * MINUTE_MS + rest_ms

    until_ms = quiet_until_ms(quiet, at_ms)

    assert not is_quiet(quiet, until_ms)
    assert all(is_quiet(quiet, between_ms) for between_ms in range(at_ms, until_ms, 15 * MINUTE_MS))
    assert until_ms == at_ms or is_quiet(quiet, until_ms - 1)


def test_over_midnight_it_ends_in_the_morning() -> None:
    assert quiet_until_ms(NIGHT, 23 * HOUR_MS) == 31 * HOUR_MS
    assert quiet_until_ms(NIGHT, 12 * HOUR_MS) == 12 * HOUR_MS
    assert quiet_until_ms(None, 12 * HOUR_MS) == 12 * HOUR_MS
