"""The one solver of both engines: who is proposed to whom in a round, for the most points.

Exact by min-cost flow (OR-Tools) for each connected part of the round; greedy for a part above the cap. Arcs
go in id order and each breaks ties by its rank, so the answer depends on nothing but the arcs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

SOLVER_VERSION = "mcf-1"
COST_SUM_MAX = 2**60
"""The solver multiplies costs by the number of nodes; the product must stay well inside 64 bits."""
EXACT = "min-cost-flow"
GREEDY = "greedy"


class Arc(NamedTuple):
    """A feasible pair: ask, helper (the offering member), offer, and what it is worth: more than no points."""

    ask: str
    helper: str
    offer: str
    points: int


def all_arcs(arcs: Iterable[tuple[str, str, str, int]]) -> list[Arc]:
    """`Arc` of each, without a call for each."""
    return list(map(_ARC, arcs))


_ARC = partial(tuple.__new__, Arc)
_ASK, _HELPER, _POINTS = itemgetter(0), itemgetter(1), itemgetter(3)
_BY_NAME = itemgetter(0, 2)
"""The order of arcs: by ask, then by offer."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A part of a round as it was given to the solver, and what it answered."""

    arcs: Sequence[Arc]
    wanted: Mapping[str, int]
    slots: Mapping[str, int]
    taken: Sequence[Arc]
    solver: str


def solve(
    arcs: Sequence[Arc], wanted: Mapping[str, int], slots: Mapping[str, int], asks_max: int
) -> tuple[list[Arc], str]:
    """The pairs with the most points in total.

    Args:
        arcs: feasible pairs that hang together; at most one per ask and helper.
        wanted: ask → how many proposals it may open now.
        slots: helper → how many proposals they may be sent now.
        asks_max: with more asks than this, greedily.

    Returns:
        The pairs taken, by ask, then offer; and by which solver.
    """
    ordered = sorted(arcs, key=_BY_NAME)
    asks = len(dict.fromkeys(map(_ASK, ordered)))
    nodes = asks + len(dict.fromkeys(map(_HELPER, ordered))) + 3
    if asks > asks_max or max(map(_POINTS, ordered)) * nodes > COST_SUM_MAX:
        return greedy(ordered, wanted, slots), GREEDY
    return min_cost_flow(ordered, wanted, slots), EXACT


def connected_parts(links: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Links of asks and helpers that hang together, directly or through others; each part in the order given.

    A part can be solved by itself without losing anything: no pair of one part stands in the way of another's.
    """
    number_of_ask: dict[str, int] = {}
    number_of_helper: dict[str, int] = {}
    root: list[int] = []

    def numbered(numbers: dict[str, int], name: str) -> int:
        number = numbers.get(name)
        if number is None:
            number = numbers[name] = len(root)
            root.append(number)
        return number

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for ask, helper in links:
        root[find(numbered(number_of_ask, ask))] = find(numbered(number_of_helper, helper))
    parts: dict[int, list[tuple[str, str]]] = {}
    for link in links:
        parts.setdefault(find(number_of_ask[link[0]]), []).append(link)
    return list(parts.values())


def greedy(arcs: Sequence[Arc], wanted: Mapping[str, int], slots: Mapping[str, int]) -> list[Arc]:
    """The best pair first, while both sides have room: at least half the points of the best answer."""
    asks_left, slots_left = dict(wanted), dict(slots)
    taken = []
    for arc in sorted(sorted(arcs, key=_BY_NAME), key=lambda arc: -arc.points):
        if asks_left[arc.ask] > 0 and slots_left[arc.helper] > 0:
            asks_left[arc.ask] -= 1
            slots_left[arc.helper] -= 1
            taken.append(arc)
    return sorted(taken, key=_BY_NAME)


def min_cost_flow(arcs: Sequence[Arc], wanted: Mapping[str, int], slots: Mapping[str, int]) -> list[Arc]:
    """The exact answer: proposals flow from a source through asks and helpers to a sink, or past them for nothing.

    Equal sums are told apart by the ranks of their arcs where the numbers leave room for it; where they do not, by
    the solver alone, which is as deterministic and part of the logic version.
    """
    if len(arcs) == 1:
        return list(arcs)
    names, helpers_of, points = [list(map(column, arcs)) for column in (_ASK, _HELPER, _POINTS)]
    degree = Counter(names)
    asks = {ask: node for node, ask in enumerate(degree)}
    helpers = {name: node for node, name in enumerate(sorted(dict.fromkeys(helpers_of)), len(asks))}
    source, sink = len(asks) + len(helpers), len(asks) + len(helpers) + 1
    finer = len(arcs) ** 2  # above any sum of ranks
    if finer * max(points) * (sink + 2) > COST_SUM_MAX:
        finer = 0
    sent = [min(wanted[ask], count) for ask, count in degree.items()]
    costs = [rank - worth * finer for rank, worth in enumerate(points)] if finer else [-worth for worth in points]
    rest = len(asks) + len(helpers) + 1
    tails = [*map(asks.__getitem__, names), *[source] * len(asks), *helpers.values(), source]
    heads = [*map(helpers.__getitem__, helpers_of), *asks.values(), *[sink] * (len(helpers) + 1)]
    room = [1] * len(arcs) + sent + [slots[name] for name in helpers] + [sum(sent)]
    flow = SimpleMinCostFlow()
    rows = flow.add_arcs_with_capacity_and_unit_cost(
        np.array(tails, dtype=np.int32),
        np.array(heads, dtype=np.int32),
        np.array(room, dtype=np.int64),
        np.array(costs + [0] * rest, dtype=np.int64),
    )
    flow.set_node_supply(source, sum(sent))
    flow.set_node_supply(sink, -sum(sent))
    status = flow.solve()
    assert status == flow.OPTIMAL, f"min-cost flow ended with status {status} on {len(arcs)} arcs"
    return [arcs[place] for place in flow.flows(rows[: len(arcs)]).nonzero()[0].tolist()]
