"""A limit per source: who sends too much, or too much rubbish, is refused for a while, and nobody else notices.

Two things are measured, in log time and whole numbers. A bucket of tokens lets `burst_max` events through at once and
refills at `events_per_minute_max`. A window of the last `window_events` verdicts opens the breaker for `open_ms` once
more than `rejected_ppm_max` of them were refusals; then the count begins anew.
"""

from dataclasses import dataclass
from typing import Final

from schemas.model import Ppm

MINUTE_MS: Final = 60_000
MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """What one source may do.

    Raises:
        ValueError: the limits would let nothing through, or never trip.
    """

    events_per_minute_max: int = 60_000
    burst_max: int = 50_000
    """Events at once after a pause; an import of a city's backlog fits."""
    window_events: int = 1_000
    rejected_ppm_max: Ppm = 800_000
    """Parts per million of the window."""
    open_ms: int = 60_000
    """How long nothing of the source is looked at once it tripped on refusals."""
    sources_max: int = 10_000
    """Sources remembered at one time; beyond it those are forgotten that have been silent longest."""

    def __post_init__(self) -> None:
        whole = (self.events_per_minute_max, self.burst_max, self.window_events, self.open_ms, self.sources_max)
        if min(whole) < 1 or not 0 <= self.rejected_ppm_max <= MILLION:
            raise ValueError(
                "limits of a source are whole numbers from 1 on, and `rejected_ppm_max` lies between 0 and 1,000,000; "
                "raise what is too small"
            )


@dataclass(slots=True)
class _Source:
    """`tokens` counts events times `MINUTE_MS`, so that refilling by the millisecond stays exact."""

    tokens: int
    seen_ms: int
    judged: int = 0
    rejected: int = 0
    open_until_ms: int = 0


class Breaker:
    """The limits at work. It is told the time, and changes nothing but its own memory."""

    def __init__(self, limits: SourceLimits) -> None:
        self.limits = limits
        self._sources: dict[str, _Source] = {}
        self._latest: str | None = None
        self._full = limits.burst_max * MINUTE_MS

    def allow(self, source: str, now_ms: int) -> bool:
        """Whether the next event of this source may be looked at; if so it is counted."""
        state = self._refilled(source, now_ms)
        if now_ms < state.open_until_ms or state.tokens < MINUTE_MS:
            return False
        state.tokens -= MINUTE_MS
        return True

    def judged(self, source: str, now_ms: int, *, rejected: bool) -> None:
        """Hear what became of an event that was allowed."""
        state = self._sources.get(source) or self._refilled(source, now_ms)
        state.judged += 1
        state.rejected += rejected
        if state.judged < self.limits.window_events:
            return
        if state.rejected * MILLION > self.limits.rejected_ppm_max * state.judged:
            state.open_until_ms = now_ms + self.limits.open_ms
        state.judged = state.rejected = 0

    def _refilled(self, source: str, now_ms: int) -> _Source:
        full = self._full
        state = self._sources.get(source)
        if state is not None and source == self._latest and now_ms <= state.seen_ms:
            return state  # no time passed; a clock that was set back refills nothing
        state = self._sources.pop(source, None) or _Source(tokens=full, seen_ms=now_ms)
        passed_ms = max(0, now_ms - state.seen_ms)
        state.tokens = min(full, state.tokens + passed_ms * self.limits.events_per_minute_max)
        state.seen_ms = max(state.seen_ms, now_ms)
        self._sources[source] = state  # last in the dictionary: heard of latest
        self._latest = source
        if len(self._sources) > self.limits.sources_max:
            del self._sources[next(iter(self._sources))]
        return state
