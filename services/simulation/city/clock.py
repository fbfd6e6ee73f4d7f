"""The demo's day: a Tuesday in January, an hour ahead of UTC. It snowed in the night."""

from schemas.schedules import OffsetFrom

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MINUTES = 1_440
DAY_START_MS = 1_768_258_800_000
"""Midnight of 13 January 2026 in Larkmere, 2026-01-12T23:00:00Z."""
DAY_END_MS = DAY_START_MS + DAY_MINUTES * MINUTE_MS

OFFSETS = (
    OffsetFrom(from_ms=1_761_440_400_000, minutes=60),  # 2025-10-26T01:00:00Z
    OffsetFrom(from_ms=1_774_746_000_000, minutes=120),  # 2026-03-29T01:00:00Z
    OffsetFrom(from_ms=1_792_890_000_000, minutes=60),  # 2026-10-25T01:00:00Z
)
"""Local time around that day, as members' quiet hours carry it."""


def at_minute(minute: float) -> int:
    """The moment of a local minute of the day; beyond 1,440 on the days after."""
    return DAY_START_MS + round(minute * MINUTE_MS)


def local_minute(at_ms: int) -> int:
    """The local minute of a moment, counted from the day's midnight: 1,500 is one in the morning after."""
    return (at_ms - DAY_START_MS) // MINUTE_MS


def clock_time(at_ms: int) -> str:
    """`08:05`, as a clock on a wall in Larkmere shows it."""
    hours, minutes = divmod(local_minute(at_ms) % DAY_MINUTES, 60)
    return f"{hours:02}:{minutes:02}"
