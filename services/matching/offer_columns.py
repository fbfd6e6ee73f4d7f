"""What rules and points need of open offers, as columns of whole numbers, and which of them lie in which cell."""

from array import array
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from schemas.codes import VETTING_RANK
from schemas.listed import Offer
from schemas.model import Place
from schemas.taxonomy import Taxonomy
from services.matching.cells import CELL_M, Cell, around, cell_of, farthest_m, within_reach
from services.matching.hoods import Hoods
from services.matching.member_columns import FIRST_ROWS, MemberColumns, Numbers, with_room
from services.matching.state import AskState, OfferState

COLUMNS = (
    "x_m",
    "y_m",
    "radius_m",
    "deadline_ms",
    "from_ms",
    "unit",
    "member",
    "hood",
    "paused",
    "several_needs",
)
NOWHERE = Place(x_m=0, y_m=0)
"""Stands in the rows of offers that have no place; no cell leads to them."""


class OfferColumns:
    """Rows of open offers. A row is used again once its offer is closed."""

    x_m: Numbers
    y_m: Numbers
    radius_m: Numbers
    deadline_ms: Numbers
    from_ms: Numbers
    unit: Numbers
    member: Numbers
    hood: Numbers
    """See `services.matching.hoods`."""
    paused: Numbers
    several_needs: Numbers

    def __init__(self, taxonomy: Taxonomy, members: MemberColumns, hoods: Hoods) -> None:
        self._taxonomy = taxonomy
        self._hoods = hoods
        self._members = members
        self.row_of: dict[str, int] = {}
        self._units: dict[str, int] = {}
        self._floors: dict[str, int] = {}
        self._free: list[int] = []
        self.paused_rows: set[int] = set()
        self.offers: list[OfferState | None] = []
        self._specs: list[Offer | None] = []
        """Of each row: the offer as it was when it was filed."""
        self._remote: dict[str, dict[str, OfferState]] = {}
        """Need → offers that can help from afar."""
        self.names: list[str] = []
        self.helpers: list[str] = []
        """Of each row: the member who offers."""
        self.cells: dict[str, dict[Cell, array[int]]] = {}
        """Need → cell → rows."""
        self.reach_m_max: dict[str, int] = {}
        """Need → no offer of it ever reached further."""
        for name in COLUMNS:
            setattr(self, name, np.zeros(FIRST_ROWS, dtype=np.int64))

    def has(self, name: str) -> bool:
        """An offer is filed under this name."""
        return name in self.row_of

    def put(self, offer: OfferState) -> None:
        """File an open offer, in place of what was filed under its name."""
        spec = offer.spec
        self.take(spec.offer)
        row = self._new_row()
        self.row_of[spec.offer] = row
        self.offers[row], self._specs[row] = offer, spec
        self.names[row], self.helpers[row] = spec.offer, spec.member
        self.member[row] = self._members.row(spec.member)
        self._pause(row, paused=offer.paused)
        if spec.remote:
            self._put_remote(offer)
        if spec.place is not None:
            self._put_at(row, spec, spec.place)

    def put_all(self, offers: Sequence[OfferState]) -> None:
        """File many open offers at once, where nothing was filed before."""
        assert not self.offers, "many are filed at once only at the beginning"
        if not offers:
            return
        specs = [offer.spec for offer in offers]
        self.offers, self._specs = list(offers), list(specs)
        self.names, self.helpers = [spec.offer for spec in specs], [spec.member for spec in specs]
        rows = list(range(len(specs)))
        self.row_of = dict(zip(self.names, rows, strict=True))
        places = [spec.place or NOWHERE for spec in specs]
        self.x_m, self.y_m = _column(place.x_m for place in places), _column(place.y_m for place in places)
        self.radius_m = _column(spec.radius_m for spec in specs)
        self.deadline_ms, self.from_ms = (
            _column(spec.deadline_ms for spec in specs),
            _column(spec.from_ms for spec in specs),
        )
        self.unit = _column(self.unit_of(spec.unit) for spec in specs)
        self.member = np.array(self._members.rows(self.helpers, rows), dtype=np.int64)
        self.paused = _column(offer.paused for offer in offers)
        self.paused_rows = set(self.paused.nonzero()[0].tolist())
        self.several_needs = _column(len(spec.needs) > 1 for spec in specs)
        self.hood = np.zeros(len(specs), dtype=np.int64)
        placed = _column(row for row, spec in enumerate(specs) if spec.place is not None)
        if len(placed):
            self.hood[placed] = self._hoods.numbers_at(self.x_m[placed], self.y_m[placed])
            self._hoods.add_all(self.hood[placed])
            self._put_all_in_cells(specs, placed)
        for offer in offers:
            if offer.spec.remote:
                self._put_remote(offer)

    def take(self, name: str) -> None:
        """Remove what was filed under a name."""
        row = self.row_of.pop(name, None)
        if row is None:
            return
        spec = self._specs[row]
        assert spec is not None, "what is filed was written down"
        cell = None if spec.place is None else cell_of(spec.place)
        for need in spec.needs:
            if cell is not None:
                rows = self.cells[need][cell]
                rows.remove(row)
                if not rows:
                    del self.cells[need][cell]
            if spec.remote:
                del self._remote[need][name]
        if cell is not None:
            self._hoods.add(int(self.hood[row]), -1)
        self.offers[row] = self._specs[row] = None
        self.paused_rows.discard(row)
        self._free.append(row)

    def near(self, need: str, ask: AskState) -> Iterator[tuple[int, OfferState]]:
        """Offers of a need both sides agree to the way of, each with its metres; remote help comes with none."""
        if ask.spec.remote:
            yield from ((0, offer) for offer in self._remote.get(need, {}).values())
        cells, place = self.cells.get(need), ask.spec.place
        if cells and place is not None:
            filed = around(cells, place, farthest_m(ask, self.reach_m_max[need]))
            yield from within_reach(ask, place, (self.at(row) for rows in filed for row in rows))

    def pause(self, name: str, *, paused: bool) -> None:
        """An offer was paused or resumed."""
        row = self.row_of.get(name)
        if row is not None:
            self._pause(row, paused=paused)

    def at(self, row: int) -> OfferState:
        """The offer of a row."""
        offer = self.offers[row]
        assert offer is not None, "only open offers are filed"
        return offer

    @property
    def has_units(self) -> bool:
        """Units are not all the same."""
        return len(self._units) > 1

    def unit_of(self, unit: str) -> int:
        """A number for a unit's word."""
        return self._units.setdefault(unit, len(self._units))

    def floor_of(self, need: str) -> int:
        """The vetting a need demands, as a rank."""
        floor = self._floors.get(need)
        if floor is None:
            known = self._taxonomy.knows(need)
            floor = self._floors[need] = VETTING_RANK[self._taxonomy.entry(need).vetting_floor] if known else 0
        return floor

    def _pause(self, row: int, *, paused: bool) -> None:
        self.paused[row] = paused
        if paused:
            self.paused_rows.add(row)
        else:
            self.paused_rows.discard(row)

    def _put_remote(self, offer: OfferState) -> None:
        for need in offer.spec.needs:
            self._remote.setdefault(need, {})[offer.spec.offer] = offer

    def _put_at(self, row: int, spec: Offer, place: Place) -> None:
        self.x_m[row], self.y_m[row], self.radius_m[row] = place.x_m, place.y_m, spec.radius_m
        self.deadline_ms[row], self.from_ms[row] = spec.deadline_ms, spec.from_ms
        self.unit[row] = self.unit_of(spec.unit)
        self.several_needs[row] = len(spec.needs) > 1
        hood = self.hood[row] = self._hoods.number_at(place)
        self._hoods.add(hood, 1)
        cell = cell_of(place)
        for need in spec.needs:
            cells = self.cells.setdefault(need, {})
            rows = cells.get(cell)
            if rows is None:
                rows = cells[cell] = array("q")
            rows.append(row)
            self.reach_m_max[need] = max(self.reach_m_max.get(need, 0), spec.radius_m)

    def _put_all_in_cells(self, specs: Sequence[Offer], placed: Numbers) -> None:
        """By need, and there by cell, in the order of the rows."""
        rows_of: dict[str, array[int]] = {}
        for row in placed.tolist():
            for need in specs[row].needs:
                rows = rows_of.get(need)
                if rows is None:
                    rows = rows_of[need] = array("q")
                rows.append(row)
        for need, filed in rows_of.items():
            some = np.array(filed, dtype=np.int64)
            some = some[np.lexsort((self.y_m[some] // CELL_M, self.x_m[some] // CELL_M))]
            x, y = self.x_m[some] // CELL_M, self.y_m[some] // CELL_M
            starts = np.flatnonzero(np.diff(x, prepend=x[0] - 1) | np.diff(y, prepend=y[0] - 1))
            cells = zip(x[starts].tolist(), y[starts].tolist(), strict=True)
            parts = np.split(some, starts[1:])
            self.cells[need] = {cell: array("q", part.tobytes()) for cell, part in zip(cells, parts, strict=True)}
            self.reach_m_max[need] = int(self.radius_m[some].max())

    def _new_row(self) -> int:
        if self._free:
            return self._free.pop()
        row = len(self.offers)
        self.offers.append(None)
        self._specs.append(None)
        self.names.append("")
        self.helpers.append("")
        if row == len(self.x_m):
            for name in COLUMNS:
                setattr(self, name, with_room(getattr(self, name)))
        return row


def _column(values: Iterable[int]) -> Numbers:
    return np.fromiter(values, dtype=np.int64)
