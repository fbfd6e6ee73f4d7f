"""Which moment a journal record is decided at. The logs are the only clock."""

from dataclasses import dataclass
from zlib import crc32

from schemas.journal import Block, JournalRecord
from services.matching.decide.moment import Moment
from services.matching.state import Clock

TOGETHER = frozenset({"1", "2", "3"})
"""The logic versions by which all communities had their rounds at one moment."""


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


def phase_ms(community: str, step_ms: int) -> int:
    """By how much a community's rounds come after the multiples of `step_ms`.

    Spread evenly, by the CRC-32 of its name: a worker decides many communities, and where all had their rounds at one
    moment the last one would wait for all others.
    """
    return crc32(community.encode()) % step_ms


def crosses(before_ms: int, now_ms: int, step_ms: int) -> bool:
    """True where log time passed a multiple of `step_ms`, once however many it passed."""
    return before_ms // step_ms != now_ms // step_ms


def is_round(community: str, before_ms: int, now_ms: int, tick_ms: int) -> bool:
    """Whether a community's assignment round is due in a record that takes log time from one moment to another."""
    phase = phase_ms(community, tick_ms)
    return crosses(before_ms - phase, now_ms - phase, tick_ms)


def had_round(logic: str, community: str, before_ms: int, now_ms: int, tick_ms: int) -> bool:
    """The same of a record that was decided by the version that it names."""
    if logic.partition("+")[0] in TOGETHER:
        return crosses(before_ms, now_ms, tick_ms)
    return is_round(community, before_ms, now_ms, tick_ms)
