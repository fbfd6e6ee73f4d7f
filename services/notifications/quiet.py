"""When a member's quiet hours end, in log time."""

from typing import Final

from schemas.members import QuietHours

MINUTE_MS: Final = 60_000
DAY_MINUTES: Final = 1_440


def quiet_until_ms(quiet: QuietHours | None, at_ms: int) -> int:
    """The first millisecond from `at_ms` on that is not in the quiet hours: `at_ms` itself where it is not quiet.

    A change of the clocks while they last is taken in; equal minutes mean never quiet.
    """
    if quiet is None or quiet.from_minute == quiet.to_minute:
        return at_ms
    for _ in range(len(quiet.offsets) + 2):  # each pass either ends, or has gone past a change of the clocks
        offset, changes_ms = _offset(quiet, at_ms)
        minute = (at_ms // MINUTE_MS + offset) % DAY_MINUTES
        left = (quiet.to_minute - minute) % DAY_MINUTES
        length = (quiet.to_minute - quiet.from_minute) % DAY_MINUTES
        if left == 0 or left > length:
            return at_ms
        ends_ms = (at_ms // MINUTE_MS + left) * MINUTE_MS
        if changes_ms is None or ends_ms < changes_ms:
            return ends_ms
        at_ms = max(changes_ms, at_ms)
    return at_ms


def _offset(quiet: QuietHours, at_ms: int) -> tuple[int, int | None]:
    """Minutes from UTC to local time, and when that changes next."""
    minutes = 0
    for offset in quiet.offsets:
        if offset.from_ms > at_ms:
            return minutes, offset.from_ms
        minutes = offset.minutes
    return minutes, None
