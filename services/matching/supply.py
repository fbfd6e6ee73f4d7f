"""Recent local supply: who came lately, near a place, that could meet an ask or an offer, or rivals it.

`count` looks at every arrival; `Tally` keeps the same counts for open asks and offers as arrivals come and age.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.model import Place
from schemas.policy import ScoreDial
from schemas.taxonomy import Taxonomy
from services.matching.score import Prospects
from services.matching.state import Arrival, AskState, OfferState


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair, as far as supply is concerned."""

    is_offer: bool
    needs: tuple[str, ...]
    place: Place | None


def side_of_ask(ask: AskState) -> Side:
    """An ask looks for offers that answer its need."""
    return Side(False, (ask.spec.need,), ask.spec.place)


def side_of_offer(offer: OfferState) -> Side:
    """An offer looks for asks that its needs answer."""
    return Side(True, offer.spec.needs, offer.spec.place)


def meets(taxonomy: Taxonomy, offered: Iterable[str], asked: Iterable[str]) -> bool:
    """Something offered answers something asked."""
    return any(taxonomy.satisfies(one, other) for one in offered for other in asked)


def is_counterpart(taxonomy: Taxonomy, side: Side, arrival: Arrival) -> bool:
    """The arrival is of the other kind and could meet the side."""
    if arrival.is_offer == side.is_offer:
        return False
    if side.is_offer:
        return meets(taxonomy, side.needs, arrival.needs)
    return meets(taxonomy, arrival.needs, side.needs)


def is_rival(taxonomy: Taxonomy, side: Side, arrival: Arrival) -> bool:
    """The arrival is of the same kind and looks for the same, or for a kind of it."""
    if arrival.is_offer != side.is_offer:
        return False
    return meets(taxonomy, side.needs, arrival.needs) or meets(taxonomy, arrival.needs, side.needs)


def is_local(place: Place, arrival: Arrival, reach_m: int) -> bool:
    """Within `reach_m` metres, inclusively."""
    return (arrival.x_m - place.x_m) ** 2 + (arrival.y_m - place.y_m) ** 2 <= reach_m**2


def count(taxonomy: Taxonomy, dial: ScoreDial, side: Side, arrivals: Iterable[Arrival], told_ms: int) -> Prospects:
    """Counterparts and rivals among the arrivals of the window that ends at `told_ms`. Remote sides have none."""
    counterparts = rivals = 0
    if side.place is None:
        return Prospects(0, 0)
    since_ms = told_ms - dial.supply_window_ms
    for arrival in arrivals:
        if arrival.at_ms > since_ms and is_local(side.place, arrival, dial.supply_reach_m):
            counterparts += is_counterpart(taxonomy, side, arrival)
            rivals += is_rival(taxonomy, side, arrival)
    return Prospects(counterparts, rivals)
