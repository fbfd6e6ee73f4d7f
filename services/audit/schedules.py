"""When something recurs, by the auditor's own calendar: day after day is asked whether it belongs to the schedule."""

from schemas.facts import Occurrence
from schemas.model import MS_MAX
from schemas.schedules import Freq, Schedule, Weekday

DAY_MS = 86_400_000
MINUTE_MS = 60_000
EPOCH_JDN = 2_440_588
"""The Julian day number of 1970-01-01."""
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
    weekday, first_weekday = (day + 3) % 7, (first + 3) % 7  # that day was a Thursday
    is_named = WEEK[weekday] in schedule.byday
    if schedule.freq is Freq.daily:
        return (day - first) % schedule.interval == 0 and (is_named or not schedule.byday)
    if schedule.freq is Freq.weekly:
        weeks = (day - weekday - first + first_weekday) // 7
        is_its_day = is_named if schedule.byday else weekday == first_weekday
        return weeks % schedule.interval == 0 and is_its_day
    (month, of_month), (first_month, first_of_month) = _date(day), _date(first)
    is_its_day = is_named if schedule.byday else of_month == first_of_month
    return (month - first_month) % schedule.interval == 0 and is_its_day


def _date(day: int) -> tuple[int, int]:
    """Months since the year 0, and the day of the month: Richards' formula over Julian day numbers."""
    jdn = day + EPOCH_JDN
    shifted = 4 * (jdn + 1_363 + (4 * jdn + 274_277) // 146_097 * 3 // 4) + 3
    of_year = 5 * (shifted % 1_461 // 4) + 2
    month = (of_year // 153 + 2) % 12 + 1
    year = shifted // 1_461 - 4_716 + (14 - month) // 12
    return year * 12 + month - 1, of_year % 153 // 5 + 1


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
    begun = [(one.from_ms, number, one.minutes) for number, one in enumerate(schedule.offsets) if one.from_ms <= at_ms]
    return at_ms + max(begun)[2] * MINUTE_MS if begun else at_ms


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
