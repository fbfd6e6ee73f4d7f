"""What rules and points need of open offers, as columns of whole numbers, and which of them lie in which cell."""

from array import array

import numpy as np

from schemas.codes import VETTING_RANK
from schemas.taxonomy import Taxonomy
from services.matching.cells import Cell, cell_of
from services.matching.hoods import Hoods
from services.matching.member_columns import FIRST_ROWS, MemberColumns, Numbers
from services.matching.state import OfferState

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


class OfferColumns:
    """Rows of open offers that have a place. A row is used again once its offer is closed."""

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
        self._filed: dict[str, tuple[tuple[str, ...], Cell]] = {}
        self._units: dict[str, int] = {}
        self._floors: dict[str, int] = {}
        self._free: list[int] = []
        self.offers: list[OfferState | None] = []
        self.names: list[str] = []
        self.helpers: list[str] = []
        """Of each row: the member who offers."""
        self.cells: dict[str, dict[Cell, array[int]]] = {}
        """Need → cell → rows."""
        self.reach_m_max: dict[str, int] = {}
        """Need → no offer of it ever reached further."""
        for name in COLUMNS:
            setattr(self, name, np.zeros(FIRST_ROWS, dtype=np.int64))

    def put(self, offer: OfferState) -> None:
        """File an open offer, in place of what was filed under its name."""
        spec = offer.spec
        place = spec.place
        self.take(spec.offer)
        if place is None:
            return
        row = self._new_row()
        self.row_of[spec.offer] = row
        self.offers[row], self.names[row], self.helpers[row] = offer, spec.offer, spec.member
        self.x_m[row], self.y_m[row], self.radius_m[row] = place.x_m, place.y_m, spec.radius_m
        self.deadline_ms[row], self.from_ms[row] = spec.deadline_ms, spec.from_ms
        self.unit[row] = self.unit_of(spec.unit)
        self.member[row] = self._members.row(spec.member)
        self.hood[row] = self._hoods.number_at(place)
        self.paused[row] = offer.paused
        self.several_needs[row] = len(spec.needs) > 1
        cell = cell_of(place)
        self._filed[spec.offer] = (spec.needs, cell)
        for need in spec.needs:
            cells = self.cells.setdefault(need, {})
            rows = cells.get(cell)
            if rows is None:
                rows = cells[cell] = array("q")
            rows.append(row)
            self.reach_m_max[need] = max(self.reach_m_max.get(need, 0), spec.radius_m)

    def take(self, name: str) -> None:
        """Remove what was filed under a name."""
        row = self.row_of.pop(name, None)
        if row is None:
            return
        needs, cell = self._filed.pop(name)
        for need in needs:
            rows = self.cells[need][cell]
            rows.remove(row)
            if not rows:
                del self.cells[need][cell]
        self.offers[row] = None
        self._free.append(row)

    def pause(self, name: str, *, paused: bool) -> None:
        """An offer was paused or resumed."""
        row = self.row_of.get(name)
        if row is not None:
            self.paused[row] = paused

    def at(self, row: int) -> OfferState:
        """The offer of a row."""
        offer = self.offers[row]
        assert offer is not None, "only open offers are filed"
        return offer

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

    def _new_row(self) -> int:
        if self._free:
            return self._free.pop()
        row = len(self.offers)
        self.offers.append(None)
        self.names.append("")
        self.helpers.append("")
        if row == len(self.x_m):
            for name in COLUMNS:
                setattr(self, name, np.concatenate([getattr(self, name), np.zeros(row, dtype=np.int64)]))
        return row
