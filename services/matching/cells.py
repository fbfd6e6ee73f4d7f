"""What lies near: asks and offers of one need, filed by cells of a kilometre."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from schemas.model import Place
from services.matching.plane import gap_m
from services.matching.rules import reach_m
from services.matching.state import AskState, OfferState

CELL_M = 1_000
Cell = tuple[int, int]
Filed = TypeVar("Filed")


def cell_of(place: Place) -> Cell:
    """The cell a place lies in."""
    return place.x_m // CELL_M, place.y_m // CELL_M


class OfferGrid:
    """Open offers of one need by cell, and those that can help from afar."""

    def __init__(self) -> None:
        self.cells: dict[Cell, dict[str, OfferState]] = {}
        self.remote: dict[str, OfferState] = {}
        self.radius_m_max = 0
        """No offer here ever reached further; it may grow, never shrink."""

    def put(self, offer: OfferState) -> None:
        """File an open offer."""
        spec = offer.spec
        if spec.remote:
            self.remote[spec.offer] = offer
        if spec.place is not None:
            self.radius_m_max = max(self.radius_m_max, spec.radius_m)
            self.cells.setdefault(cell_of(spec.place), {})[spec.offer] = offer

    def take(self, name: str, cell: Cell | None) -> None:
        """Remove what was filed under a name."""
        self.remote.pop(name, None)
        if cell is not None:
            filed = self.cells.get(cell, {})
            filed.pop(name, None)
            if not filed:
                self.cells.pop(cell, None)


class AskGrid:
    """Open asks of one need by cell, and those that can be helped from afar."""

    def __init__(self) -> None:
        self.cells: dict[Cell, dict[str, AskState]] = {}
        self.remote: dict[str, AskState] = {}
        self._cell_of: dict[str, Cell] = {}

    def put(self, ask: AskState) -> None:
        """File an open ask, in place of what was filed under its name."""
        spec = ask.spec
        self.take(spec.ask)
        if spec.remote:
            self.remote[spec.ask] = ask
        if spec.place is not None:
            cell = self._cell_of[spec.ask] = cell_of(spec.place)
            self.cells.setdefault(cell, {})[spec.ask] = ask

    def take(self, name: str) -> None:
        """Remove what was filed under a name."""
        self.remote.pop(name, None)
        cell = self._cell_of.pop(name, None)
        if cell is not None:
            filed = self.cells[cell]
            del filed[name]
            if not filed:
                del self.cells[cell]

    def near(self, offer: OfferState) -> Iterator[AskState]:
        """Asks whose way both sides agree to; those that are remote need none."""
        if offer.spec.remote:
            yield from self.remote.values()
        place = offer.spec.place
        if place is None:
            return
        for ask in around(self.cells, place, offer.spec.radius_m):
            if ask.spec.remote and offer.spec.remote:
                continue
            assert ask.spec.place is not None, "only asks with a place are filed in cells"
            if gap_m(ask.spec.place, place) <= reach_m(ask, offer):
                yield ask


def around(cells: Mapping[Cell, Mapping[str, Filed]], place: Place, way_m: int) -> Iterator[Filed]:
    """What is filed in the cells within `way_m` of a place, and possibly some beyond."""
    across = range((place.x_m - way_m) // CELL_M, (place.x_m + way_m) // CELL_M + 1)
    down = range((place.y_m - way_m) // CELL_M, (place.y_m + way_m) // CELL_M + 1)
    if len(across) * len(down) > len(cells):  # one who goes very far does not cost everybody near them
        for (cell_x, cell_y), filed in cells.items():
            if cell_x in across and cell_y in down:
                yield from filed.values()
        return
    for cell_x in across:
        for cell_y in down:
            filed_here = cells.get((cell_x, cell_y))
            if filed_here:
                yield from filed_here.values()


def within_reach(grid: OfferGrid, ask: AskState) -> Iterator[tuple[int, OfferState]]:
    """Offers both sides agree to the way of, each with its metres; remote help comes with none."""
    if ask.spec.remote:
        for offer in grid.remote.values():
            yield 0, offer
    place = ask.spec.place
    if place is None:
        return
    limit_m = grid.radius_m_max if ask.spec.reach_m is None else min(ask.spec.reach_m, grid.radius_m_max)
    for offer in around(grid.cells, place, limit_m):
        if ask.spec.remote and offer.spec.remote:
            continue
        assert offer.spec.place is not None, "only offers with a place are filed in cells"
        way_m = gap_m(place, offer.spec.place)
        if way_m <= reach_m(ask, offer):
            yield way_m, offer
