"""Simple policies on the same data, to hold ours against. Nobody is asked here: a pair that is made is final.

What came is taken in time order, asks before offers at the same moment, each kind in file order; deadlines and radii
count inclusively.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.simulation.yardstick.hour import Hour, HourAsk, HourOffer, Pair, in_reach, way_m

ROUND_MS = 10_000
CM = 100
"""The solver wants whole numbers: ways are compared in centimetres."""
COST_MAX = 2**60
"""Beyond it the solver's own sums could overflow, and ties are left to it."""

Better = Callable[[HourAsk, HourOffer, int], tuple[float, ...]]
"""The lower, the better: of a feasible pair, and when the one that waits came."""


def nearest_at_once(hour: Hour) -> list[Pair]:
    """Whoever arrives takes the nearest open counterpart, or waits."""
    return _on_arrival(hour, lambda ask, offer, waits_since_ms: (way_m(ask, offer), waits_since_ms))


def longest_waiting_first(hour: Hour) -> list[Pair]:
    """Whoever arrives takes the counterpart that has waited longest, the nearer of two, or waits."""
    return _on_arrival(hour, lambda ask, offer, waits_since_ms: (waits_since_ms, way_m(ask, offer)))


def nearest_in_rounds(hour: Hour, round_ms: int = ROUND_MS) -> list[Pair]:
    """At each multiple of `round_ms` as many pairs as possible among all who are there, with the least way in total."""
    asks, offers = list(hour.asks), list(hour.offers)
    everyone: list[HourAsk | HourOffer] = [*asks, *offers]
    first_ms = min((one.at_ms for one in everyone), default=0)
    last_ms = max((one.deadline_ms for one in everyone), default=-1)
    pairs: list[Pair] = []
    for now_ms in range(-(-first_ms // round_ms) * round_ms, last_ms + 1, round_ms):
        here = partial(_is_here, now_ms=now_ms)
        made = _assign(list(filter(here, asks)), list(filter(here, offers)), now_ms)
        served, used = {pair.ask for pair in made}, {pair.offer for pair in made}
        asks = [ask for ask in asks if ask.ask not in served and ask.deadline_ms >= now_ms]
        offers = [offer for offer in offers if offer.offer not in used and offer.deadline_ms >= now_ms]
        pairs += made
    return pairs


BASELINES: Mapping[str, Callable[[Hour], list[Pair]]] = MappingProxyType(
    {
        "nearest_at_once": nearest_at_once,
        "nearest_10s_rounds": nearest_in_rounds,
        "longest_waiting_first": longest_waiting_first,
    }
)


def _on_arrival(hour: Hour, better: Better) -> list[Pair]:
    waiting = _Waiting(better)
    arrivals: list[HourAsk | HourOffer] = [*hour.asks, *hour.offers]
    arrivals.sort(key=lambda one: (one.at_ms, isinstance(one, HourOffer)))
    pairs = (waiting.ask(one) if isinstance(one, HourAsk) else waiting.offer(one) for one in arrivals)
    return [pair for pair in pairs if pair is not None]


class _Waiting:
    """Who arrived and has found nobody yet. Who left is forgotten when the next one comes."""

    def __init__(self, better: Better) -> None:
        self._better = better
        self._asks: list[HourAsk] = []
        self._offers: list[HourOffer] = []

    def ask(self, ask: HourAsk) -> Pair | None:
        """An ask arrives: it is served at once, or waits."""
        self._offers = [offer for offer in self._offers if offer.deadline_ms >= ask.at_ms]
        near = [offer for offer in self._offers if in_reach(ask, offer)]
        if not near:
            self._asks.append(ask)
            return None
        taken = min(near, key=lambda offer: self._better(ask, offer, offer.at_ms))
        self._offers.remove(taken)
        return Pair(ask.ask, taken.offer, ask.at_ms)

    def offer(self, offer: HourOffer) -> Pair | None:
        """An offer arrives: it serves somebody at once, or waits."""
        self._asks = [ask for ask in self._asks if ask.deadline_ms >= offer.at_ms]
        near = [ask for ask in self._asks if in_reach(ask, offer)]
        if not near:
            self._offers.append(offer)
            return None
        served = min(near, key=lambda ask: self._better(ask, offer, ask.at_ms))
        self._asks.remove(served)
        return Pair(served.ask, offer.offer, offer.at_ms)


def _is_here(one: HourAsk | HourOffer, now_ms: int) -> bool:
    return one.at_ms <= now_ms <= one.deadline_ms


def _assign(asks: Sequence[HourAsk], offers: Sequence[HourOffer], now_ms: int) -> list[Pair]:
    """A largest assignment with the least way in total, by min-cost flow."""
    arcs = [
        (left, right, round(way_m(ask, offer) * CM))
        for left, ask in enumerate(asks)
        for right, offer in enumerate(offers, len(asks))
        if in_reach(ask, offer)
    ]
    if not arcs:
        return []
    costs = _costs(asks, arcs)
    flow = SimpleMinCostFlow()
    source, sink = len(asks) + len(offers), len(asks) + len(offers) + 1
    for (left, right, _), cost in zip(arcs, costs, strict=True):
        flow.add_arc_with_capacity_and_unit_cost(left, right, 1, cost)
    for left in range(len(asks)):
        flow.add_arc_with_capacity_and_unit_cost(source, left, 1, 0)
    for right in range(len(asks), source):
        flow.add_arc_with_capacity_and_unit_cost(right, sink, 1, 0)
    flow.add_arc_with_capacity_and_unit_cost(source, sink, len(asks), 0)
    flow.set_node_supply(source, len(asks))
    flow.set_node_supply(sink, -len(asks))
    status = flow.solve()
    assert status == flow.OPTIMAL, f"min-cost flow ended with status {status} on {len(arcs)} arcs"
    taken = [arc for place, arc in enumerate(arcs) if flow.flow(place)]
    return [Pair(asks[left].ask, offers[right - len(asks)].offer, now_ms) for left, right, _ in taken]


def _costs(asks: Sequence[HourAsk], arcs: Sequence[tuple[int, int, int]]) -> list[int]:
    """What each arc costs: one pair more is worth any way; of two equally near asks the newer one is taken.

    People ask from the same spot again and again, so the last rule decides often; without it the solver would.
    """
    newest_first = sorted(range(len(asks)), key=lambda left: -asks[left].at_ms)
    rank = {left: place for place, left in enumerate(newest_first)}
    longest_cm = max(way_cm for _, _, way_cm in arcs)
    finer = len(asks) ** 2 + 1  # whole centimetres weigh more than any sum of ranks
    nodes = 3 + max(right for _, right, _ in arcs)
    if longest_cm * finer * len(asks) * nodes > COST_MAX:
        finer, rank = 1, dict.fromkeys(rank, 0)
    costs = [way_cm * finer + rank[left] for left, _, way_cm in arcs]
    pays = 1 + (max(costs) + 1) * len(asks)
    return [cost - pays for cost in costs]
