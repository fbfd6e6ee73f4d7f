"""When something recurs, as windows in log time: the RRULE parts of RFC 5545 that schedules use, in whole numbers.

Days are counted from 1970-01-01 in local time; UTC offsets are those the event brought (UTC before the first). No time
zone and no calendar library is opened, so that what a schedule means never changes with somebody's data.

- DAILY, with BYDAY: of every `interval`-th day those on these weekdays.
- WEEKLY: weeks begin on Monday; without BYDAY on the weekday of the first day.
- MONTHLY: on the first day's day of the month (months that lack it have none); with BYDAY on all these weekdays.
- The first day is the local day of DTSTART. COUNT counts from it, whether or not anybody was there; no window begins
  after UNTIL.
"""

from collections.abc import Iterator
from itertools import islice

from schemas.facts import Occurrence
from schemas.model import MS_MAX
from schemas.schedules import Freq, OffsetFrom, Schedule, Weekday

DAY_MS = 86_400_000
MINUTE_MS = 60_000
WEEK_DAYS = 7
STEPS_MAX = 10_000
"""Days, weeks or months gone through for one answer: 27 years of days."""
FAR_DAYS = 4
"""A window lies within so many days of its day, whatever the offsets are and though it may go over midnight."""
WEEKDAYS = {Weekday.mo: 0, Weekday.tu: 1, Weekday.we: 2, Weekday.th: 3, Weekday.fr: 4, Weekday.sa: 5, Weekday.su: 6}


def is_known(schedule: Schedule) -> bool:
    """Every word of the schedule means something to this version."""
    return schedule.freq is not Freq.unknown and Weekday.unknown not in schedule.byday


def next_occurrence(
    schedule: Schedule, after: Occurrence | None, *, begins_from_ms: int = 0, ends_from_ms: int = 0
) -> Occurrence | None:
    """The next window, numbered from the first of all; those in between that are over are passed by.

    Args:
        after: the one before; None: from the beginning.
        begins_from_ms: only one that begins then or later.
        ends_from_ms: only one that is not over by then.

    Returns:
        None where nothing more comes: COUNT or UNTIL are reached, no day fits, or none within `STEPS_MAX` steps.
    """
    number = 0 if after is None else after.number
    first_day = _day_of(schedule.dtstart_ms, schedule)
    for day in _days(schedule, first_day, first_day if after is None else after.day + 1):
        number += 1
        if schedule.count is not None and number > schedule.count:
            return None
        if (day + FAR_DAYS) * DAY_MS < max(begins_from_ms, ends_from_ms):
            continue
        begins_ms, ends_ms = window(schedule, day)
        if ends_ms > MS_MAX or (schedule.until_ms is not None and begins_ms > schedule.until_ms):
            return None
        if begins_ms >= begins_from_ms and ends_ms >= ends_from_ms:
            return Occurrence(number=number, day=day, begins_ms=begins_ms, ends_ms=ends_ms)
    return None


def window(schedule: Schedule, day: int) -> tuple[int, int]:
    """First and last millisecond of a local day's window: over midnight where it closes before it opens."""
    if schedule.opens_at_minute is None:
        opens_ms = _local_ms(schedule.dtstart_ms, schedule) % DAY_MS
    else:
        opens_ms = schedule.opens_at_minute * MINUTE_MS
    closes_ms = DAY_MS if schedule.closes_at_minute is None else schedule.closes_at_minute * MINUTE_MS
    if closes_ms <= opens_ms:
        closes_ms += DAY_MS
    begins_ms = max(_utc_ms(day * DAY_MS + opens_ms, schedule), 0)
    ends_ms = _utc_ms(day * DAY_MS + closes_ms, schedule)
    return begins_ms, ends_ms if ends_ms > begins_ms else begins_ms + closes_ms - opens_ms


def weekday_of(day: int) -> int:
    """Monday is 0. The first of January 1970 was a Thursday."""
    return (day + 3) % WEEK_DAYS


def day_of_date(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a date of the Gregorian calendar."""
    year -= month <= 2
    era_year = year % 400
    year_day = (153 * ((month + 9) % 12) + 2) // 5 + day - 1  # from the first of March
    era_day = era_year * 365 + era_year // 4 - era_year // 100 + year_day
    return year // 400 * 146_097 + era_day - 719_468


def date_of_day(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month."""
    era, era_day = divmod(day + 719_468, 146_097)
    era_year = (era_day - era_day // 1_460 + era_day // 36_524 - era_day // 146_096) // 365
    year_day = era_day - (365 * era_year + era_year // 4 - era_year // 100)
    march_month = (5 * year_day + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9
    return era * 400 + era_year + (month <= 2), month, year_day - (153 * march_month + 2) // 5 + 1


def _days(schedule: Schedule, first: int, start: int) -> Iterator[int]:
    """The schedule's days from `start` on, `STEPS_MAX` days, weeks or months far."""
    steps = {Freq.daily: _daily, Freq.weekly: _weekly, Freq.monthly: _monthly}[schedule.freq]
    for days in islice(steps(schedule, first, start), STEPS_MAX):
        yield from (day for day in days if day >= start)


def _daily(schedule: Schedule, first: int, start: int) -> Iterator[list[int]]:
    wanted = {WEEKDAYS[day] for day in schedule.byday} or set(range(WEEK_DAYS))
    day = first + -(-(start - first) // schedule.interval) * schedule.interval
    while True:
        yield [day] if weekday_of(day) in wanted else []
        day += schedule.interval


def _weekly(schedule: Schedule, first: int, start: int) -> Iterator[list[int]]:
    wanted = sorted({WEEKDAYS[day] for day in schedule.byday} or {weekday_of(first)})
    monday = first - weekday_of(first)
    monday += (start - monday) // WEEK_DAYS // schedule.interval * schedule.interval * WEEK_DAYS
    while True:
        yield [monday + day for day in wanted if monday + day >= first]
        monday += schedule.interval * WEEK_DAYS


def _monthly(schedule: Schedule, first: int, start: int) -> Iterator[list[int]]:
    wanted = {WEEKDAYS[day] for day in schedule.byday}
    first_year, first_month, first_date = date_of_day(first)
    start_year, start_month, _ = date_of_day(start)
    first_at = first_year * 12 + first_month - 1
    at = first_at + (start_year * 12 + start_month - 1 - first_at) // schedule.interval * schedule.interval
    while True:
        begins = day_of_date(at // 12, at % 12 + 1, 1)
        month = range(begins, day_of_date((at + 1) // 12, (at + 1) % 12 + 1, 1))
        if wanted:
            yield [day for day in month if weekday_of(day) in wanted and day >= first]
        else:
            yield [begins + first_date - 1] if first_date <= len(month) else []
        at += schedule.interval


def _day_of(at_ms: int, schedule: Schedule) -> int:
    return _local_ms(at_ms, schedule) // DAY_MS


def _local_ms(at_ms: int, schedule: Schedule) -> int:
    minutes = 0
    for offset in _ascending(schedule):
        if offset.from_ms <= at_ms:
            minutes = offset.minutes
    return at_ms + minutes * MINUTE_MS


def _utc_ms(local_ms: int, schedule: Schedule) -> int:
    """The moment a local clock shows this: the first where it shows it twice; the offset before where it leaps over it."""
    minutes = 0
    for offset in _ascending(schedule):
        at_ms = local_ms - minutes * MINUTE_MS
        if at_ms < offset.from_ms or local_ms - offset.minutes * MINUTE_MS < offset.from_ms:
            return at_ms
        minutes = offset.minutes
    return local_ms - minutes * MINUTE_MS


def _ascending(schedule: Schedule) -> list[OffsetFrom]:
    return sorted(schedule.offsets, key=lambda offset: offset.from_ms)
