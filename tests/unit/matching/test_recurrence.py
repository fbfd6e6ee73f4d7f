"""Recurrences against another calendar: dateutil's rules, and local clocks that change as Berlin's and Santiago's do."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule  # type: ignore[import-untyped] # it ships no types

from schemas.facts import Occurrence
from schemas.schedules import Freq, OffsetFrom, Schedule, Weekday
from services.matching.recurrence import (
    WEEKDAYS,
    date_of_day,
    day_of_date,
    is_known,
    next_occurrence,
    weekday_of,
    window,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FREQS = {Freq.daily: DAILY, Freq.weekly: WEEKLY, Freq.monthly: MONTHLY}
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
STARTS = tuple(datetime(*day, tzinfo=UTC) for day in ((2024, 1, 31), (2024, 2, 29), (2025, 12, 30), (2026, 8, 7)))
BYDAYS = ((), (Weekday.mo,), (Weekday.th, Weekday.mo), tuple(WEEKDAYS))


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)


def occurrences(schedule: Schedule) -> Iterator[Occurrence]:
    found = next_occurrence(schedule, None)
    while found is not None:
        yield found
        found = next_occurrence(schedule, found)


def test_days_are_counted_as_everybody_counts_them() -> None:
    for day in range(-10, 110_000, 7):
        known = date(1970, 1, 1) + timedelta(days=day)
        assert date_of_day(day) == (known.year, known.month, known.day)
        assert day_of_date(known.year, known.month, known.day) == day
        assert weekday_of(day) == known.weekday()


@pytest.mark.parametrize("freq", FREQS)
@pytest.mark.parametrize("start", STARTS)
def test_days_are_those_of_the_recurrence_rule(freq: Freq, start: datetime) -> None:
    for interval, byday in product((1, 2, 3, 7, 13), BYDAYS):
        schedule = Schedule(
            dtstart_ms=ms(start), until_ms=ms(start + timedelta(days=400)), freq=freq, interval=interval, byday=byday
        )
        weekdays = [WEEKDAYS[day] for day in byday] or None
        rule = rrule(FREQS[freq], start, interval=interval, byweekday=weekdays, until=start + timedelta(days=400))
        found, wanted = list(occurrences(schedule)), [(moment - EPOCH).days for moment in rule]
        assert [(one.number, one.day) for one in found] == list(enumerate(wanted, start=1))


def test_going_on_from_any_occurrence_is_the_same_as_from_the_beginning() -> None:
    schedule = Schedule(
        dtstart_ms=ms(STARTS[0]), count=40, freq=Freq.weekly, interval=2, byday=(Weekday.fr, Weekday.we)
    )
    everything = list(occurrences(schedule))

    assert len(everything) == 40
    for one in everything[1:]:
        assert next_occurrence(schedule, None, ends_from_ms=one.begins_ms) == one
        assert next_occurrence(schedule, everything[0], begins_from_ms=one.begins_ms) == one


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Pacific/Apia", "Australia/Lord_Howe"])
def test_windows_are_where_a_local_clock_shows_them_also_when_it_is_changed(zone: str) -> None:
    offsets = tuple(transitions(ZoneInfo(zone), 2025))
    start = datetime(2025, 1, 2, tzinfo=ZoneInfo(zone))
    for opens, closes in ((0, 150), (150, 181), (150, 1_440), (1_380, 60), (720, 900)):
        schedule = Schedule(
            dtstart_ms=ms(start),
            count=363,
            freq=Freq.daily,
            opens_at_minute=opens,
            closes_at_minute=closes,
            offsets=offsets,
        )
        for one in occurrences(schedule):
            midnight = EPOCH + timedelta(days=one.day)
            last = midnight + timedelta(minutes=closes if closes > opens else closes + 1_440)
            assert one.begins_ms == ms((midnight + timedelta(minutes=opens)).replace(tzinfo=ZoneInfo(zone)))
            expected_ms = ms(last.replace(tzinfo=ZoneInfo(zone)))
            assert one.ends_ms == expected_ms or expected_ms <= one.begins_ms < one.ends_ms


def transitions(zone: ZoneInfo, year: int) -> Iterator[OffsetFrom]:
    """The offset in the middle of the year before, and every change until the middle of the year after."""
    known = None
    for half_hour in range(48 * 365 * 2):
        moment = datetime(year - 1, 7, 1, tzinfo=UTC) + timedelta(minutes=30 * half_hour)
        shown = moment.astimezone(zone).utcoffset()
        assert shown is not None
        minutes = int(shown.total_seconds()) // 60
        if minutes != known:
            yield OffsetFrom(from_ms=ms(moment), minutes=minutes)
            known = minutes


def test_without_hours_a_window_goes_from_the_starts_time_of_day_to_the_end_of_its_day() -> None:
    schedule = Schedule(dtstart_ms=10 * DAY_MS + 9 * HOUR_MS, offsets=(OffsetFrom(from_ms=0, minutes=60),))

    assert window(schedule, 11) == (11 * DAY_MS + 9 * HOUR_MS, 11 * DAY_MS + 23 * HOUR_MS)


def test_hours_that_close_before_they_open_go_over_midnight() -> None:
    schedule = Schedule(dtstart_ms=0, opens_at_minute=22 * 60, closes_at_minute=6 * 60)

    assert window(schedule, 5) == (5 * DAY_MS + 22 * HOUR_MS, 6 * DAY_MS + 6 * HOUR_MS)


def test_a_schedule_none_of_whose_days_ever_comes_is_given_up() -> None:
    never = Schedule(dtstart_ms=ms(datetime(2026, 1, 5, tzinfo=UTC)), freq=Freq.daily, interval=7, byday=(Weekday.tu,))

    assert next_occurrence(never, None) is None


def test_nothing_recurs_beyond_the_last_time_that_can_be_told() -> None:
    far = Schedule(dtstart_ms=2**43 - 2 * DAY_MS, freq=Freq.daily, opens_at_minute=0, closes_at_minute=60)

    assert [one.number for one in occurrences(far)] == [1, 2, 3]
    assert window(far, far.dtstart_ms // DAY_MS + 3)[0] > 2**43


@pytest.mark.parametrize(
    ("schedule", "known"),
    [
        (Schedule(dtstart_ms=0), True),
        (Schedule(dtstart_ms=0, freq=Freq.unknown), False),
        (Schedule(dtstart_ms=0, byday=(Weekday.mo, Weekday.unknown)), False),
    ],
)
def test_words_of_a_newer_version_are_noticed(schedule: Schedule, known: bool) -> None:
    assert is_known(schedule) is known
