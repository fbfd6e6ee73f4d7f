"""What a set of pairs is worth: coverage, way and wait, in the units of the report.

Pure. Every figure is None where there is nothing to take it of; none is ever rounded into looking better.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean

from services.simulation.yardstick.hour import Hour, Pair, way_m

MS = 1_000
DIGITS = 3
"""Of metres and seconds in a report: millimetres and milliseconds, which is all there is to know."""
SHARE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one policy did on one hour."""

    pairs: int
    """Asks that were ever accepted."""
    share: float | None
    """Of the best possible in hindsight."""
    mean_distance_m: float | None
    """Between the true places of those paired."""
    mean_wait_s: float | None
    """From the ask to its acceptance, over the asks that were accepted."""
    mean_wait_all_s: float | None
    """Over all asks, those never accepted counting with their whole patience."""
    p95_wait_s: float | None
    """Nineteen in twenty of the accepted asks waited no longer."""


def figures(
    hour: Hour, pairs: Sequence[Pair], optimum: int | None, without_way: Container[str] = frozenset()
) -> Figures:
    """The figures of these pairs.

    Args:
        pairs: at most one per ask.
        optimum: the most pairs possible; None where that cannot be said.
        without_way: asks that were helped from afar; no way is taken of them.
    """
    asks = {ask.ask: ask for ask in hour.asks}
    offers = {offer.offer: offer for offer in hour.offers}
    on_site = [pair for pair in pairs if pair.ask not in without_way]
    ways_m = [way_m(asks[pair.ask], offers[pair.offer]) for pair in on_site]
    waits_s = {pair.ask: (pair.at_ms - asks[pair.ask].at_ms) / MS for pair in pairs}
    assert len(waits_s) == len(pairs), "an ask is counted once, however often it was accepted"
    all_s = [waits_s.get(ask.ask, (ask.deadline_ms - ask.at_ms) / MS) for ask in hour.asks]
    return Figures(
        pairs=len(pairs),
        share=round(len(pairs) / optimum, SHARE_DIGITS) if optimum else None,
        mean_distance_m=mean(ways_m),
        mean_wait_s=mean(list(waits_s.values())),
        mean_wait_all_s=mean(all_s),
        p95_wait_s=at_most(list(waits_s.values()), 95),
    )


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean, or None of nothing."""
    return round(fmean(values), DIGITS) if values else None


def at_most(values: Sequence[float], percent: int) -> float | None:
    """The value that `percent` of the values do not exceed (nearest rank: one of them), or None of nothing.

    Args:
        percent: 1 to 100.
    """
    if not values:
        return None
    return round(sorted(values)[ceil(len(values) * percent / 100) - 1], DIGITS)
