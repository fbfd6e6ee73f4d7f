"""When something recurs: HSDS 3.0 schedules, whose recurrence is the RRULE parts of RFC 5545."""

from typing import Annotated

from pydantic import Field

from schemas.model import Code, Model, Ms, Units

MinuteOfDay = Annotated[int, Field(ge=0, le=1_440)]
OffsetMinutes = Annotated[int, Field(ge=-1_440, le=1_440)]
OFFSETS_MAX = 64


class Freq(Code):
    """RRULE FREQ, as far as people agree on days."""

    daily = "DAILY"
    weekly = "WEEKLY"
    monthly = "MONTHLY"
    unknown = "unknown"


class Weekday(Code):
    """RRULE BYDAY."""

    mo = "MO"
    tu = "TU"
    we = "WE"
    th = "TH"
    fr = "FR"
    sa = "SA"
    su = "SU"
    unknown = "unknown"


class OffsetFrom(Model):
    """From `from_ms` on, local time is UTC plus `minutes`. Cores open no time zone: events bring these."""

    from_ms: Ms
    minutes: OffsetMinutes


Offsets = Annotated[tuple[OffsetFrom, ...], Field(max_length=OFFSETS_MAX)]


class Schedule(Model):
    """A recurrence: DTSTART, UNTIL and COUNT, FREQ, INTERVAL and BYDAY, with the time of day that is meant."""

    dtstart_ms: Ms
    until_ms: Ms | None = None
    count: Units | None = None
    freq: Freq = Freq.weekly
    interval: Annotated[int, Field(ge=1, le=366)] = 1
    byday: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    opens_at_minute: MinuteOfDay | None = None
    closes_at_minute: MinuteOfDay | None = None
    offsets: Offsets = ()
