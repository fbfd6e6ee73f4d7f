"""Whether an answer to a part of a round is of the greatest total, found out without solving anything.

The pairs taken are a flow from the asks to the helpers and back to nobody, from whom the asks draw. It is of the
greatest total exactly when no exchange gains: no way round through pairs that could be taken, against pairs that could
be given back, is worth more than nothing. Bellman and Ford's shortest ways find such a way round if there is one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

NOBODY = 0
Pair = tuple[str, str, int]
"""An ask, a helper, and the points of the pair."""
Edge = tuple[int, int, int]
"""From, to, and what going there costs."""


def why_not_best(
    pairs: Sequence[Pair], wanted: Mapping[str, int], slots: Mapping[str, int], taken: Sequence[Pair]
) -> str:
    """What is wrong with an answer, in words; empty where nothing is.

    Args:
        pairs: what could be taken, each once; at most one for an ask and a helper.
        wanted: ask → how many of its pairs may be taken.
        slots: helper → how many of theirs.
        taken: what was taken.
    """
    of_ask, of_helper = Counter(pair[0] for pair in taken), Counter(pair[1] for pair in taken)
    if len(set(taken)) < len(taken) or not set(taken) <= set(pairs):
        return "a pair is taken that was not to be had"
    if over := [ask for ask, count in of_ask.items() if count > wanted[ask]]:
        return f"ask {over[0]} has {of_ask[over[0]]} pairs and wanted {wanted[over[0]]}"
    if any(count > slots[helper] for helper, count in of_helper.items()):
        return "a helper has more pairs than slots"
    nodes = {name: place for place, name in enumerate(_names(pairs), start=1)}
    edges = [*_exchanges(pairs, set(taken), nodes), *_ends(nodes, wanted, slots, of_ask, of_helper)]
    total = sum(pair[2] for pair in taken)
    return f"it is worth {total} points, and an exchange is worth more" if _has_gain(len(nodes) + 1, edges) else ""


def _names(pairs: Sequence[Pair]) -> dict[tuple[str, str], None]:
    asks = {("ask", pair[0]): None for pair in pairs}
    return asks | {("helper", pair[1]): None for pair in pairs}


def _exchanges(pairs: Sequence[Pair], taken: set[Pair], nodes: Mapping[tuple[str, str], int]) -> list[Edge]:
    """A pair that is free can be taken for its points, one that is taken can be given back for them."""
    edges = []
    for pair in pairs:
        ask, helper = nodes["ask", pair[0]], nodes["helper", pair[1]]
        edges.append((helper, ask, pair[2]) if pair in taken else (ask, helper, -pair[2]))
    return edges


def _ends(
    nodes: Mapping[tuple[str, str], int],
    wanted: Mapping[str, int],
    slots: Mapping[str, int],
    of_ask: Mapping[str, int],
    of_helper: Mapping[str, int],
) -> list[Edge]:
    """Where an exchange may begin and end without another pair: at room that is left, or at a pair given up."""
    edges = []
    for (side, name), node in nodes.items():
        used, most = (of_ask[name], wanted[name]) if side == "ask" else (of_helper[name], slots[name])
        inwards, outwards = ((NOBODY, node), (node, NOBODY)) if side == "ask" else ((node, NOBODY), (NOBODY, node))
        edges += [(*inwards, 0)] if used < most else []
        edges += [(*outwards, 0)] if used > 0 else []
    return edges


def _has_gain(nodes: int, edges: Sequence[Edge]) -> bool:
    """Whether some way round costs less than nothing."""
    cost = [0] * nodes
    for _ in range(nodes):
        is_settled = True
        for start, end, price in edges:
            if cost[start] + price < cost[end]:
                cost[end] = cost[start] + price
                is_settled = False
        if is_settled:
            return False
    return True
