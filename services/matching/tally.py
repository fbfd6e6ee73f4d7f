"""Recent local supply, kept up as arrivals come and age: the fast twin of `supply.count`."""

from heapq import heapify, heappop, heappush

from schemas.model import Place
from schemas.policy import ScoreDial
from schemas.taxonomy import Taxonomy
from services.matching.score import Prospects
from services.matching.state import Arrival
from services.matching.supply import Side, is_counterpart, is_local, is_rival

Cell = tuple[int, int]
Name = tuple[bool, str]
"""Whether it is an offer, and its id."""


class Tally:
    """Counterparts and rivals of every open side that has a place."""

    def __init__(self, taxonomy: Taxonomy, dial: ScoreDial, arrivals: list[Arrival]) -> None:
        self._taxonomy = taxonomy
        self._dial = dial
        self._cell_m = max(dial.supply_reach_m, 1)
        self._sides: dict[Name, tuple[Side, Place, list[int]]] = {}
        self._sides_in: dict[Cell, dict[Name, None]] = {}
        self._arrivals_in: dict[Cell, dict[int, Arrival]] = {}
        self._serial = 0
        self._by_age: list[tuple[int, int, Arrival]] = []
        for arrival in arrivals:
            self._file(arrival)
        heapify(self._by_age)

    def arrive(self, arrival: Arrival) -> None:
        """Count a new arrival for every side around it."""
        self._file(arrival)
        self._count(arrival, +1)

    def age(self, told_ms: int) -> None:
        """Take back what is older than the window that ends at `told_ms`, which never goes back."""
        since_ms = told_ms - self._dial.supply_window_ms
        while self._by_age and self._by_age[0][0] <= since_ms:
            _, serial, arrival = heappop(self._by_age)
            filed = self._arrivals_in[self._cell(arrival.x_m, arrival.y_m)]
            del filed[serial]
            self._count(arrival, -1)

    def watch(self, name: Name, side: Side) -> None:
        """Keep counts for a side from now on; a side that is watched already is counted anew."""
        self.forget(name)
        if side.place is None:
            return
        counts = [0, 0]
        for cell in self._around(side.place.x_m, side.place.y_m):
            for arrival in self._arrivals_in.get(cell, {}).values():
                self._add(side, side.place, counts, arrival, +1)
        self._sides[name] = (side, side.place, counts)
        self._sides_in.setdefault(self._cell(side.place.x_m, side.place.y_m), {})[name] = None

    def forget(self, name: Name) -> None:
        """A side that is no longer open."""
        watched = self._sides.pop(name, None)
        if watched is not None:
            _, place, _ = watched
            del self._sides_in[self._cell(place.x_m, place.y_m)][name]

    def prospects(self, name: Name) -> Prospects:
        """The counts of a side; none for one that is not watched."""
        watched = self._sides.get(name)
        return Prospects(0, 0) if watched is None else Prospects(watched[2][0], watched[2][1])

    def _file(self, arrival: Arrival) -> None:
        self._serial += 1
        heappush(self._by_age, (arrival.at_ms, self._serial, arrival))
        self._arrivals_in.setdefault(self._cell(arrival.x_m, arrival.y_m), {})[self._serial] = arrival

    def _count(self, arrival: Arrival, sign: int) -> None:
        for cell in self._around(arrival.x_m, arrival.y_m):
            for name in self._sides_in.get(cell, {}):
                side, place, counts = self._sides[name]
                self._add(side, place, counts, arrival, sign)

    def _add(self, side: Side, place: Place, counts: list[int], arrival: Arrival, sign: int) -> None:
        if not is_local(place, arrival, self._dial.supply_reach_m):
            return
        if is_counterpart(self._taxonomy, side, arrival):
            counts[0] += sign
        elif is_rival(self._taxonomy, side, arrival):
            counts[1] += sign

    def _cell(self, x_m: int, y_m: int) -> Cell:
        return x_m // self._cell_m, y_m // self._cell_m

    def _around(self, x_m: int, y_m: int) -> list[Cell]:
        middle_x, middle_y = self._cell(x_m, y_m)
        return [(middle_x + x, middle_y + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
