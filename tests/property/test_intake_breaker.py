"""The limit per source, whatever comes when."""

from hypothesis import given
from hypothesis import strategies as st

from services.intake.breaker import Breaker, SourceLimits

LIMITS = SourceLimits(events_per_minute_max=120, burst_max=5)
PAUSES = st.lists(st.integers(0, 3_000), max_size=80)


@given(pauses=PAUSES)
def test_in_any_span_no_more_comes_through_than_burst_and_rate_allow(pauses: list[int]) -> None:
    breaker, now_ms, through = Breaker(LIMITS), 0, []
    for pause_ms in pauses:
        now_ms += pause_ms
        if breaker.allow("s", now_ms):
            through.append(now_ms)

    for first in range(len(through)):
        for last in range(first, len(through)):
            passed_ms = through[last] - through[first]
            assert last - first + 1 <= 5 + passed_ms * 120 / 60_000


@given(pauses=PAUSES, noise=st.lists(st.integers(0, 79), max_size=200))
def test_what_one_source_may_do_does_not_depend_on_the_others(pauses: list[int], noise: list[int]) -> None:
    def verdicts(*, noisy: bool) -> list[bool]:
        breaker, now_ms, found = Breaker(LIMITS), 0, []
        for index, pause_ms in enumerate(pauses):
            now_ms += pause_ms
            if noisy:
                for _ in range(noise.count(index)):
                    breaker.allow("noisy", now_ms)
                    breaker.judged("noisy", now_ms, rejected=True)
            found.append(breaker.allow("quiet", now_ms))
        return found

    assert verdicts(noisy=True) == verdicts(noisy=False)
