"""Which moment a journal record is decided at. The logs are the only clock."""

from dataclasses import dataclass

from schemas.journal import Block, JournalRecord
from services.matching.decide.moment import Moment
from services.matching.state import Clock


@dataclass(frozen=True, slots=True)
class Reading:
    """A moment, and how far log time wanted to go if it was held back."""

    moment: Moment
    held_at_ms: int | None = None


def read_clock(record: JournalRecord, clock: Clock, leap_ms_max: int) -> Reading:
    """The moment of a record.

    Caught up, `now` is the journal's own stamp; catching up, the newest receipt in the block. It never goes
    back, and never leaps further than `leap_ms_max` beyond where it stood, or beyond what an operator allowed:
    then it stays where it is, and the record is decided there.
    """
    body = record.body
    if isinstance(body, Block) and not body.caught_up:
        wanted_ms = max((event.received_ms for event in body.events), default=clock.now_ms)
    else:
        wanted_ms = record.stamp_ms
    bound_ms = max(clock.now_ms + leap_ms_max, clock.leap_until_ms)
    is_first = clock.now_ms == 0
    if max(wanted_ms, record.stamp_ms) > bound_ms and not is_first:
        return Reading(Moment(clock.now_ms, clock.told_ms), held_at_ms=max(wanted_ms, record.stamp_ms))
    now_ms = max(wanted_ms, clock.now_ms)
    return Reading(Moment(now_ms, max(record.stamp_ms, now_ms, clock.told_ms)))


def crosses(before_ms: int, now_ms: int, step_ms: int) -> bool:
    """True where log time passed a multiple of `step_ms`, once however many it passed."""
    return before_ms // step_ms != now_ms // step_ms
