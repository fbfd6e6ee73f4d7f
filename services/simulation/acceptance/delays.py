"""How long answers take, as measured on people who were sent a request for help. Pure.

Share of all answers that have come after t minutes: 1 - 1.498 exp(-0.007 t - 0.435 t^(1/3)), and 0 where negative.
"""

from math import cbrt, exp

MINUTE_MS = 60_000
ANSWERED_WITHIN_MIN = 45
"""Nobody answers later than this: the request is void by then."""


def share(minutes: float) -> float:
    """Share of all answers that have come so long after the question."""
    return max(0.0, 1 - 1.498 * exp(-0.007 * minutes - 0.435 * cbrt(minutes)))


def delay_ms(share_before: float) -> int | None:
    """After how long an answer comes that this share of all answers precedes; None where it comes too late.

    Args:
        share_before: from 0 to 1; drawn evenly, delays come out as they do among people.
    """
    if share_before > share(ANSWERED_WITHIN_MIN):
        return None
    early, late = 0, ANSWERED_WITHIN_MIN * MINUTE_MS
    while early + 1 < late:
        middle = (early + late) // 2
        if share(middle / MINUTE_MS) < share_before:
            early = middle
        else:
            late = middle
    return late
