from collections import Counter
from typing import Any

import pytest

from services.intake.breaker import Breaker, SourceLimits

LIMITS = SourceLimits(
    events_per_minute_max=60, burst_max=10, window_events=4, rejected_ppm_max=500_000, open_ms=30_000, sources_max=3
)


def allowed(breaker: Breaker, source: str, times: int, now_ms: int) -> int:
    return Counter(breaker.allow(source, now_ms) for _ in range(times))[True]


def test_a_burst_goes_through_and_then_as_many_as_come_back_by_the_minute() -> None:
    breaker = Breaker(LIMITS)

    assert allowed(breaker, "noisy", 50, 0) == 10
    assert allowed(breaker, "noisy", 50, 999) == 0
    assert allowed(breaker, "noisy", 50, 1_000) == 1
    assert allowed(breaker, "noisy", 50, 6_500) == 5
    assert allowed(breaker, "noisy", 50, 7_000) == 1  # the half second before was not lost


def test_a_long_silence_fills_the_bucket_and_no_more() -> None:
    breaker = Breaker(LIMITS)
    allowed(breaker, "noisy", 50, 0)

    assert allowed(breaker, "noisy", 50, 10**12) == 10


def test_a_clock_that_jumps_back_refills_nothing() -> None:
    breaker = Breaker(LIMITS)
    allowed(breaker, "noisy", 50, 60_000)

    assert allowed(breaker, "noisy", 50, 0) == 0
    assert allowed(breaker, "noisy", 50, 61_000) == 1


def test_one_noisy_source_leaves_the_others_alone() -> None:
    breaker = Breaker(LIMITS)
    allowed(breaker, "noisy", 50, 0)

    assert allowed(breaker, "quiet", 10, 0) == 10


def judge(breaker: Breaker, source: str, verdicts: str, now_ms: int) -> None:
    for verdict in verdicts:
        breaker.judged(source, now_ms, rejected=verdict == "x")


def test_a_window_of_mostly_rubbish_opens_the_breaker_for_a_while() -> None:
    breaker = Breaker(LIMITS)

    judge(breaker, "broken", "xxx", 0)
    assert breaker.allow("broken", 0)
    judge(breaker, "broken", ".", 0)

    assert not breaker.allow("broken", 0)
    assert not breaker.allow("broken", 29_999)
    assert breaker.allow("other", 0)
    assert breaker.allow("broken", 30_000)


def test_a_share_up_to_the_limit_is_borne_and_windows_do_not_add_up() -> None:
    breaker = Breaker(LIMITS)

    judge(breaker, "partner", "xx..", 0)
    judge(breaker, "partner", "..xx", 0)
    judge(breaker, "partner", "xxx", 0)

    assert breaker.allow("partner", 0)


def test_only_so_many_sources_are_remembered_and_the_longest_silent_is_forgotten() -> None:
    breaker = Breaker(LIMITS)
    allowed(breaker, "a", 10, 0)
    allowed(breaker, "b", 10, 0)
    allowed(breaker, "c", 10, 0)
    breaker.allow("a", 0)

    breaker.allow("d", 0)

    assert not breaker.allow("a", 0)
    assert breaker.allow("b", 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"events_per_minute_max": 0},
        {"burst_max": 0},
        {"window_events": 0},
        {"open_ms": 0},
        {"sources_max": 0},
        {"rejected_ppm_max": -1},
        {"rejected_ppm_max": 1_000_001},
    ],
)
def test_limits_that_limit_nothing_or_everything_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="raise what is too small"):
        SourceLimits(**wrong)
