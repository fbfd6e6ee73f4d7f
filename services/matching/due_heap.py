"""What falls due: moments with names. An entry may be stale; whoever takes it out looks at the state.

What falls due soon lies in a heap; what comes later lies in drawers, one for some seconds, and is put into the heap when
its time comes. A million entries that wait take sixteen bytes each instead of a hundred, and filing one costs the same
however many there are.
"""

from array import array
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

import numpy as np

Due = list[tuple[int, str]]

DRAWER_MS = 8_192
"""Log time that one drawer holds. Decides nothing."""
NEVER_MS = 2**62


def pop_due(heap: Due, now_ms: int) -> Iterator[tuple[int, str]]:
    """Take out what fell due before `now_ms`, in order, one by one; what nobody asks for stays."""
    while heap and heap[0][0] < now_ms:
        yield heappop(heap)


class Dues:
    """Names by the last millisecond at which nothing is to be done about them."""

    def __init__(self) -> None:
        self._near: Due = []
        self._near_until_ms = 0
        """Whatever falls due before then lies in the heap."""
        self._drawers: dict[int, tuple[array[int], list[str]]] = {}
        self._numbers: list[int] = []
        """Of the drawers; a heap."""

    def add(self, at_ms: int, name: str) -> None:
        """File one more; the same one may be filed again."""
        if at_ms < self._near_until_ms:
            heappush(self._near, (at_ms, name))
            return
        number = at_ms // DRAWER_MS
        drawer = self._drawers.get(number)
        if drawer is None:
            drawer = self._drawers[number] = array("q"), []
            heappush(self._numbers, number)
        drawer[0].append(at_ms)
        drawer[1].append(name)

    def add_all(self, at_ms: Sequence[int], names: Sequence[str]) -> None:
        """File many at once, where nothing was filed before."""
        assert not self._drawers, "many are filed at once only at the beginning"
        moments, numbers = np.array(at_ms, dtype=np.int64), np.array(at_ms, dtype=np.int64) // DRAWER_MS
        order = np.argsort(numbers, kind="stable")
        bounds = np.flatnonzero(np.diff(numbers[order], prepend=-1, append=-1)).tolist()
        for start, end in pairwise(bounds):
            places = order[start:end]
            drawer = array("q", moments[places].tobytes()), [names[place] for place in places.tolist()]
            self._drawers[int(numbers[places[0]])] = drawer
        self._numbers = list(self._drawers)
        heapify(self._numbers)

    def pop(self, now_ms: int) -> Iterator[tuple[int, str]]:
        """Take out what fell due before `now_ms`, in order, one by one; what nobody asks for stays."""
        while self._numbers and self._numbers[0] * DRAWER_MS < now_ms:
            number = heappop(self._numbers)
            self._near += zip(*self._drawers.pop(number), strict=True)
            self._near_until_ms = (number + 1) * DRAWER_MS
            heapify(self._near)
        return pop_due(self._near, now_ms)
