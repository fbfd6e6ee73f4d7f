"""When something recurs, by the auditor's own calendar: day after day is asked whether it belongs to the schedule."""

from datetime import date

from schemas.facts import Occurrence
from schemas.model import MS_MAX
from schemas.schedules import Freq, Schedule, Weekday

DAY_MS = 86_400_000
MINUTE_MS = 60_000
EPOCH = date(1970, 1, 1).toordinal()
WEEK = (Weekday.mo, Weekday.tu, Weekday.we, Weekday.th, Weekday.fr, Weekday.sa, Weekday.su)
JUDGED_DAYS = 10_000
"""So many days ahead are gone through, 27 years; what lies beyond is not judged."""


class NotJudgedError(Exception):
    """The next occurrence lies too far ahead, or is said in words that this version does not know."""


def following(
    schedule: Schedule, until_ms: int | None, after: Occurrence | None, begins_from_ms: int, ends_from_ms: int
) -> Occurrence | None:
    """The first occurrence after another one that begins and is not over by then, None where none is left.

    Args:
        until_ms: the last moment at which one may begin.
        after: None: from the first one on.

    Raises:
        NotJudgedError: it lies further ahead than is looked.
    """
    first = _local_ms(schedule, schedule.dtstart_ms) // DAY_MS
    number, start = (0, first) if after is None else (after.number, after.day + 1)
    if schedule.freq is Freq.unknown or Weekday.unknown in schedule.byday:
        raise NotJudgedError
    for day in range(start, start + JUDGED_DAYS):
        if not _belongs(schedule, first, day):
            continue
        number += 1
        begins_ms, ends_ms = _window(schedule, day)
        is_past_end = ends_ms > MS_MAX or (until_ms is not None and begins_ms > until_ms)
        if is_past_end or (schedule.count is not None and number > schedule.count):
            return None
        if begins_ms >= begins_from_ms and ends_ms >= ends_from_ms:
            return Occurrence(number=number, day=day, begins_ms=begins_ms, ends_ms=ends_ms)
    raise NotJudgedError


def _belongs(schedule: Schedule, first: int, day: int) -> bool:
    """A local day, counted from 1970-01-01, is one of the schedule's."""
    began, today = date.fromordinal(EPOCH + first), date.fromordinal(EPOCH + day)
    is_named = WEEK[today.weekday()] in schedule.byday
    if schedule.freq is Freq.daily:
        return (day - first) % schedule.interval == 0 and (is_named or not schedule.byday)
    if schedule.freq is Freq.weekly:
        weeks = (day - today.weekday() - first + began.weekday()) // 7
        is_its_day = is_named if schedule.byday else today.weekday() == began.weekday()
        return weeks % schedule.interval == 0 and is_its_day
    months = (today.year - began.year) * 12 + today.month - began.month
    return months % schedule.interval == 0 and (is_named if schedule.byday else today.day == began.day)


def _window(schedule: Schedule, day: int) -> tuple[int, int]:
    """When a day's window begins and ends, in log time."""
    opens_ms = _local_ms(schedule, schedule.dtstart_ms) % DAY_MS
    if schedule.opens_at_minute is not None:
        opens_ms = schedule.opens_at_minute * MINUTE_MS
    closes_ms = DAY_MS if schedule.closes_at_minute is None else schedule.closes_at_minute * MINUTE_MS
    length_ms = closes_ms - opens_ms if closes_ms > opens_ms else closes_ms - opens_ms + DAY_MS
    begins_ms = max(_log_ms(schedule, day * DAY_MS + opens_ms), 0)
    ends_ms = _log_ms(schedule, day * DAY_MS + opens_ms + length_ms)
    return begins_ms, ends_ms if ends_ms > begins_ms else begins_ms + length_ms


def _local_ms(schedule: Schedule, at_ms: int) -> int:
    """What a local clock shows, by the last offset that began."""
    begun = [offset for offset in schedule.offsets if offset.from_ms <= at_ms]
    return at_ms + (max(begun, key=lambda offset: offset.from_ms).minutes * MINUTE_MS if begun else 0)


def _log_ms(schedule: Schedule, local_ms: int) -> int:
    """When a local clock first shows this; where it skips it, as if it had not been changed yet."""
    changes = sorted((offset.from_ms, number, offset.minutes) for number, offset in enumerate(schedule.offsets))
    minutes = 0
    for from_ms, _, following_minutes in changes:
        is_before = local_ms - minutes * MINUTE_MS < from_ms
        is_skipped = local_ms - following_minutes * MINUTE_MS < from_ms
        if is_before or is_skipped:
            break
        minutes = following_minutes
    return local_ms - minutes * MINUTE_MS
