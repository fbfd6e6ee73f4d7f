"""What came in: asks and offers with their times and true places, and which of them fit.

Pure, and free of the engine: the yardstick (`hindsight`, `baselines`) must not lean on what it measures. It knows
time and place only, so it speaks for data in which everybody can help everybody, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist


@dataclass(frozen=True, slots=True)
class HourAsk:
    """One ask for one unit. Both times count inclusively."""

    ask: str
    at_ms: int
    deadline_ms: int
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class HourOffer:
    """One offer of one unit, reaching `radius_m`, inclusively. Both times count inclusively."""

    offer: str
    at_ms: int
    deadline_ms: int
    x_m: float
    y_m: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Hour:
    """Everything that came, in the order of the file."""

    asks: Sequence[HourAsk]
    offers: Sequence[HourOffer]


@dataclass(frozen=True, slots=True)
class Pair:
    """An ask that was served, by whom, and when that was certain."""

    ask: str
    offer: str
    at_ms: int


def way_m(ask: HourAsk, offer: HourOffer) -> float:
    """The way between the two as the crow flies, in metres."""
    return dist((ask.x_m, ask.y_m), (offer.x_m, offer.y_m))


def fits(ask: HourAsk, offer: HourOffer) -> bool:
    """Near enough, and there together for at least one moment."""
    meet = offer.at_ms <= ask.deadline_ms and ask.at_ms <= offer.deadline_ms
    return meet and in_reach(ask, offer)


def in_reach(ask: HourAsk, offer: HourOffer) -> bool:
    """Within the offer's radius. Squares are compared, so that whole metres are judged exactly."""
    east_m, north_m = ask.x_m - offer.x_m, ask.y_m - offer.y_m
    return east_m * east_m + north_m * north_m <= offer.radius_m * offer.radius_m
