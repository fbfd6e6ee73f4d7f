"""The auditor's own arithmetic of way and of local time."""

from math import isqrt

from schemas.listed import Ask, Offer
from schemas.members import QuietHours

MINUTES_A_DAY = 24 * 60


def way_m(ask: Ask, offer: Offer) -> int | None:
    """Metres between the two, rounded up; None where help comes without a way, or a place is missing."""
    if (ask.remote and offer.remote) or ask.place is None or offer.place is None:
        return None
    across, along = ask.place.x_m - offer.place.x_m, ask.place.y_m - offer.place.y_m
    squared = across * across + along * along
    return isqrt(squared - 1) + 1 if squared else 0


def agreed_m(ask: Ask, offer: Offer) -> int:
    """How far both sides agreed to."""
    return min([offer.radius_m, *([] if ask.reach_m is None else [ask.reach_m])])


def sleeps(quiet: QuietHours | None, at_ms: int) -> bool:
    """Whether a moment lies in somebody's quiet hours: from the first minute on, until before the last."""
    if quiet is None:
        return False
    begun = [offset.minutes for offset in quiet.offsets if offset.from_ms <= at_ms]
    minute = (at_ms // 60_000 + (begun[-1] if begun else 0)) % MINUTES_A_DAY
    since, lasting = (minute - quiet.from_minute) % MINUTES_A_DAY, quiet.to_minute - quiet.from_minute
    if lasting < 0:
        lasting += MINUTES_A_DAY
    return since < lasting
