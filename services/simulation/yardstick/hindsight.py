"""The most pairs anybody could have made, knowing everything from the start: maximum matching by Hopcroft and Karp."""

from collections import deque
from collections.abc import Sequence

from services.simulation.yardstick.hour import Hour, fits

FREE = -1


def optimum(hour: Hour) -> int:
    """How many asks could have been served at best, each offer serving one."""
    return maximum_matching(
        [[place for place, offer in enumerate(hour.offers) if fits(ask, offer)] for ask in hour.asks]
    )


def maximum_matching(neighbours: Sequence[Sequence[int]]) -> int:
    """The size of a largest matching.

    Args:
        neighbours: for each node on the left, its neighbours on the right, by number from 0.
    """
    left = [FREE] * len(neighbours)
    right = [FREE] * (1 + max((place for row in neighbours for place in row), default=FREE))
    size = 0
    while True:
        layers = _layers(neighbours, left, right)
        if layers is None:
            return size
        starts = (node for node in range(len(left)) if left[node] == FREE)
        size += sum(_augment(node, neighbours, left, right, layers) for node in starts)


def _layers(neighbours: Sequence[Sequence[int]], left: list[int], right: list[int]) -> list[int] | None:
    """How many matched pairs lie between a free node and each node on the left; None when no free neighbour is left."""
    layers = [0 if partner == FREE else FREE for partner in left]
    queue = deque(node for node, partner in enumerate(left) if partner == FREE)
    found = False
    while queue:
        node = queue.popleft()
        for place in neighbours[node]:
            after = right[place]
            if after == FREE:
                found = True
            elif layers[after] == FREE:
                layers[after] = layers[node] + 1
                queue.append(after)
    return layers if found else None


def _augment(
    start: int, neighbours: Sequence[Sequence[int]], left: list[int], right: list[int], layers: list[int]
) -> bool:
    """Follow the layers from a free node to a free neighbour and swap the pairs on the way; no recursion, paths are long."""
    path, choices = [start], [iter(neighbours[start])]
    taken: list[int] = []
    while path:
        place = next(choices[-1], None)
        if place is None:
            layers[path.pop()] = FREE  # a dead end for everybody else in this round
            choices.pop()
            if taken:
                taken.pop()
            continue
        after = right[place]
        if after == FREE:
            for node, end in zip(path, [*taken, place], strict=True):
                left[node], right[end] = end, node
            return True
        if layers[after] == layers[path[-1]] + 1:
            path.append(after)
            choices.append(iter(neighbours[after]))
            taken.append(place)
    return False
