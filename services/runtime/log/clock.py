"""Where stamps come from. A log is given one clock for life and asks it once per append."""

import time
from collections.abc import Callable
from typing import Literal

Clock = Callable[[], int]
"""Milliseconds since 1970 in UTC, 0 to `STAMP_MS_MAX`. It may jump back: a log's stamps do not."""

ClockKind = Literal["wall", "virtual"]
"""Whether a log lives in the world's time or in the time of a load or a simulation."""

STAMP_MS_MAX = 2**43
"""The year 2248, as everywhere in the schemas; a stamp beyond it is a clock in seconds or nanoseconds."""


def wall_clock() -> int:
    """The machine's idea of now."""
    return time.time_ns() // 1_000_000


class VirtualClock:
    """Time that stands still until it is told to go on: for loads, simulations and tests."""

    def __init__(self, now_ms: int = 0) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        """The time it was told last."""
        return self.now_ms

    def advance_to(self, now_ms: int) -> None:
        """Go on to this time. Never back: whoever wants that sets `now_ms`, and the log will not follow."""
        self.now_ms = max(self.now_ms, now_ms)
