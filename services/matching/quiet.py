"""Quiet hours in local time, from UTC-offset transitions that arrived in events. No time zone is opened here."""

from schemas.members import QuietHours

MINUTE_MS = 60_000
DAY_MINUTES = 1_440


def local_minute(quiet: QuietHours, at_ms: int) -> int:
    """The local minute of the day at `at_ms`: 0 to 1439."""
    offset_minutes = 0
    for offset in quiet.offsets:
        if offset.from_ms <= at_ms:
            offset_minutes = offset.minutes
    return (at_ms // MINUTE_MS + offset_minutes) % DAY_MINUTES


def is_quiet(quiet: QuietHours | None, at_ms: int) -> bool:
    """True from `from_minute` up to, not including, `to_minute`; equal minutes mean never."""
    if quiet is None or quiet.from_minute == quiet.to_minute:
        return False
    minute = local_minute(quiet, at_ms)
    if quiet.from_minute < quiet.to_minute:
        return quiet.from_minute <= minute < quiet.to_minute
    return minute >= quiet.from_minute or minute < quiet.to_minute
