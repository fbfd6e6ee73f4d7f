"""What lies near: asks and offers of one need, filed by cells."""

from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import TypeVar

from schemas.listed import Offer
from schemas.model import Place
from schemas.taxonomy import Taxonomy
from services.matching.plane import gap_m
from services.matching.rules import reach_m
from services.matching.state import AskState, OfferState

CELL_M = 2_500
"""About as far as people go: a search looks into a dozen cells, most of which hold something. Decides nothing."""
HOOD_M = 1_000
"""Side of a neighbourhood, by which it is counted how many offers are open around one. Decides."""
UNKNOWN_MAX = 16
"""So many asks are held against every freed offer, rather than every offer's cells looked through for more."""
UNKNOWN_AMONG_MAX, UNKNOWN_PER_KNOWN_MAX = 1_000, 8
"""They are looked for among so many, and so many more for each ask that is known: not in a town that waits in vain."""
Cell = tuple[int, int]
Filed = TypeVar("Filed")


def cell_of(place: Place) -> Cell:
    """The cell a place lies in."""
    return place.x_m // CELL_M, place.y_m // CELL_M


def hood_of(place: Place) -> Cell:
    """The neighbourhood a place lies in."""
    return place.x_m // HOOD_M, place.y_m // HOOD_M


class OfferGrids:
    """Open offers by need and cell, and those that can help from afar."""

    def __init__(self) -> None:
        self._filed: dict[str, Offer] = {}
        """Offer → as it was when it was filed."""
        self._cells: dict[str, dict[Cell, dict[str, OfferState]]] = {}
        self._remote: dict[str, dict[str, OfferState]] = {}
        self._reach_m_max: dict[str, int] = {}
        """Need → no offer of it ever reached further; it may grow, never shrink."""

    def has(self, name: str) -> bool:
        """An offer is filed under this name."""
        return name in self._filed

    def put(self, offer: OfferState) -> None:
        """File an open offer, in place of what was filed under its name."""
        spec = offer.spec
        self.take(spec.offer)
        self._filed[spec.offer] = spec
        for need in spec.needs:
            if spec.remote:
                self._remote.setdefault(need, {})[spec.offer] = offer
            if spec.place is not None:
                self._reach_m_max[need] = max(self._reach_m_max.get(need, 0), spec.radius_m)
                self._cells.setdefault(need, {}).setdefault(cell_of(spec.place), {})[spec.offer] = offer

    def put_all(self, offers: Iterable[OfferState]) -> None:
        """File many open offers."""
        for offer in offers:
            self.put(offer)

    def take(self, name: str) -> None:
        """Remove what was filed under a name."""
        spec = self._filed.pop(name, None)
        if spec is None:
            return
        for need in spec.needs:
            self._remote.get(need, {}).pop(name, None)
            if spec.place is not None:
                cells, cell = self._cells[need], cell_of(spec.place)
                del cells[cell][name]
                if not cells[cell]:
                    del cells[cell]

    def near(self, need: str, ask: AskState) -> Iterator[tuple[int, OfferState]]:
        """Offers of a need both sides agree to the way of, each with its metres; remote help comes with none."""
        if ask.spec.remote:
            yield from ((0, offer) for offer in self._remote.get(need, {}).values())
        cells, place = self._cells.get(need), ask.spec.place
        if cells and place is not None:
            filed = around(cells, place, farthest_m(ask, self._reach_m_max[need]))
            yield from within_reach(ask, place, (offer for offers in filed for offer in offers.values()))


class AskGrid:
    """Open asks by cell and need, and those that can be helped from afar."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._cells: dict[Cell, dict[str, dict[str, AskState]]] = {}
        self._remote: dict[str, AskState] = {}
        self._filed: dict[str, tuple[Cell, str]] = {}
        self.unknown_max = UNKNOWN_MAX

    def put(self, ask: AskState, *, is_new: bool) -> None:
        """File an open ask.

        Args:
            is_new: what was filed under its name lies elsewhere; otherwise it may stay.
        """
        spec = ask.spec
        if is_new:
            self.take(spec.ask)
        if spec.remote:
            self._remote[spec.ask] = ask
        if spec.place is not None and spec.ask not in self._filed:
            cell = cell_of(spec.place)
            self._filed[spec.ask] = cell, spec.need
            self._cells.setdefault(cell, {}).setdefault(spec.need, {})[spec.ask] = ask

    def take(self, name: str) -> None:
        """Remove what was filed under a name."""
        self._remote.pop(name, None)
        filed = self._filed.pop(name, None)
        if filed is not None:
            cell, need = filed
            needs = self._cells[cell]
            del needs[need][name]
            if not needs[need]:
                del needs[need]
                if not needs:
                    del self._cells[cell]

    def few_other_than(self, known: KeysView[str]) -> list[AskState] | None:
        """Those filed that are not known; None where that takes long to find out, or where they are many."""
        if len(self._filed) > UNKNOWN_AMONG_MAX + UNKNOWN_PER_KNOWN_MAX * len(known):
            return None
        here, remote = self._filed.keys() - known, self._remote.keys() - known
        if len(here) + len(remote) > self.unknown_max:
            return None
        found = {name: self._remote[name] for name in remote}
        for name in here - remote:
            cell, need = self._filed[name]
            found[name] = self._cells[cell][need][name]
        return [found[name] for name in sorted(here | remote)]

    def has_other_than(self, known: KeysView[str], offer: OfferState) -> bool:
        """Something that is not known lies around an offer that answers it, possibly a little too far."""
        place, remote = offer.spec.place, self._remote if offer.spec.remote else {}
        if place is None or not self._cells:
            return any(name not in known for name in remote)
        asked = {need: None for offered in offer.spec.needs for need in self._taxonomy.ancestors(offered)}
        for needs in around(self._cells, place, offer.spec.radius_m):
            for need, asks in needs.items():
                if need in asked and not asks.keys() <= known:
                    return True
        return not remote.keys() <= known

    def near(self, offer: OfferState) -> Iterator[tuple[int, AskState]]:
        """Asks the offer answers and whose way both sides agree to, with its metres; remote help comes with none."""
        asked = {need: None for offered in offer.spec.needs for need in self._taxonomy.ancestors(offered)}
        if offer.spec.remote:
            yield from ((0, ask) for ask in self._remote.values() if ask.spec.need in asked)
        place = offer.spec.place
        if place is None or not self._cells:
            return
        for needs in around(self._cells, place, offer.spec.radius_m):
            for need in needs:
                if need in asked:
                    yield from _within(needs[need], offer, place)


def _within(asks: Mapping[str, AskState], offer: OfferState, place: Place) -> Iterator[tuple[int, AskState]]:
    for ask in asks.values():
        if ask.spec.remote and offer.spec.remote:
            continue
        assert ask.spec.place is not None, "only asks with a place are filed in cells"
        way_m = gap_m(ask.spec.place, place)
        if way_m <= reach_m(ask, offer):
            yield way_m, ask


def may_meet(ask: AskState, offer: OfferState) -> bool:
    """The two may be near enough, possibly a little too far: a first look that costs little."""
    here, there, way_m = ask.spec.place, offer.spec.place, offer.spec.radius_m
    if here is None or there is None or (ask.spec.remote and offer.spec.remote):
        return True
    return abs(here.x_m - there.x_m) <= way_m and abs(here.y_m - there.y_m) <= way_m


def around(cells: Mapping[Cell, Filed], place: Place, way_m: int) -> Iterator[Filed]:
    """What is filed in the cells within `way_m` of a place, and possibly some beyond."""
    across = range((place.x_m - way_m) // CELL_M, (place.x_m + way_m) // CELL_M + 1)
    down = range((place.y_m - way_m) // CELL_M, (place.y_m + way_m) // CELL_M + 1)
    if len(across) * len(down) > len(cells):  # one who goes very far does not cost everybody near them
        for (cell_x, cell_y), filed in cells.items():
            if cell_x in across and cell_y in down:
                yield filed
        return
    for cell_x in across:
        for cell_y in down:
            filed_here = cells.get((cell_x, cell_y))
            if filed_here is not None:
                yield filed_here


def farthest_m(ask: AskState, reach_m_max: int) -> int:
    """So far from an ask it makes sense to look, where no offer reaches further than `reach_m_max`."""
    return reach_m_max if ask.spec.reach_m is None else min(ask.spec.reach_m, reach_m_max)


def within_reach(ask: AskState, place: Place, offers: Iterable[OfferState]) -> Iterator[tuple[int, OfferState]]:
    """Those of some offers with a place whose way both sides agree to, each with its metres."""
    for offer in offers:
        if ask.spec.remote and offer.spec.remote:
            continue  # found already, without a way
        assert offer.spec.place is not None, "only offers with a place are filed in cells"
        way_m = gap_m(place, offer.spec.place)
        if way_m <= reach_m(ask, offer):
            yield way_m, offer
