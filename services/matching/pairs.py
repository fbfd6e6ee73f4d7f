"""Pairs of asks with offers that are near enough, side by side in arrays: those of one ask lie together."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from schemas.listed import Ask
from schemas.taxonomy import Taxonomy
from services.matching.ask_columns import FAR_AWAY, AskColumns
from services.matching.cells import CELL_M, Cell
from services.matching.member_columns import Numbers
from services.matching.offer_columns import OfferColumns
from services.matching.state import AskState


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of some asks with offers, side by side, those of one ask together."""

    ask: Numbers
    """Place of the ask among those that are weighed."""
    row: Numbers
    """Of the offer."""
    member: Numbers
    """Row of the member who offers."""
    way_m: Numbers
    floor: Numbers
    """Vetting that the ask, its need and the kind of help which would answer it demand, as a rank."""

    def bounds(self, asks: int) -> Numbers:
        """Where the pairs of each of so many asks begin, and where the last ones end."""
        return self.ask.searchsorted(np.arange(asks + 1))

    def only(self, kept: Numbers) -> Pairs:
        """Some of them."""
        return Pairs(self.ask[kept], self.row[kept], self.member[kept], self.way_m[kept], self.floor[kept])


def within_reach(taxonomy: Taxonomy, offers: OfferColumns, asks: Sequence[AskState], said: AskColumns) -> Pairs:
    """Pairs whose way both sides agree to, ask by ask.

    Args:
        said: the asks' columns, one row an ask.
    """
    rows, counts, floors, places = array("q"), list[int](), list[int](), list[int]()
    for place, ask in enumerate(asks):
        for need in taxonomy.answers(ask.spec.need):
            if need in offers.cells:
                before = len(rows)
                _gather(offers.cells[need], offers.reach_m_max[need], ask.spec, rows)
                counts.append(len(rows) - before)
                floors.append(offers.floor_of(need))
                places.append(place)
    row, of_search = np.array(rows, dtype=np.int64), np.array(places, dtype=np.int64)
    floor = np.maximum(said.floor[of_search], np.array(floors, dtype=np.int64))
    x_m = said.x_m[of_search].repeat(counts) - offers.x_m.take(row)
    y_m = said.y_m[of_search].repeat(counts) - offers.y_m.take(row)
    squared = x_m * x_m + y_m * y_m
    limit_m = np.minimum(said.reach_m[of_search].repeat(counts), offers.radius_m.take(row))
    near = (squared <= limit_m * limit_m).nonzero()[0]
    search, row, squared = np.arange(len(places)).repeat(counts).take(near), row.take(near), squared.take(near)
    place_of, floor = of_search[search], floor[search]
    if offers.several_needs.take(row).any():
        once = _once(place_of * FAR_AWAY + row, floor)
        place_of, row, squared, floor = place_of[once], row[once], squared[once], floor[once]
    return Pairs(place_of, row, offers.member.take(row), roots_up(squared), floor)


def ways(said: AskColumns, place: Numbers, offers: OfferColumns, row: Numbers) -> Numbers:
    """The metres between asks and offers, pair by pair."""
    return roots_up((said.x_m[place] - offers.x_m[row]) ** 2 + (said.y_m[place] - offers.y_m[row]) ** 2)


def roots_up(squared: Numbers) -> Numbers:
    """Square roots, rounded up, exactly: `plane.gap_m` for arrays."""
    root = np.sqrt(squared).astype(np.int64)
    root -= root * root > squared
    root += root * root < squared
    return root


def _gather(cells: dict[Cell, array[int]], reach_m_max: int, ask: Ask, rows: array[int]) -> None:
    """Add the rows in the cells that may be within an ask's reach."""
    assert ask.place is not None, "only asks with a place are weighed by columns"
    x_m, y_m = ask.place.x_m, ask.place.y_m
    limit_m = reach_m_max if ask.reach_m is None else min(reach_m_max, ask.reach_m)
    across = range((x_m - limit_m) // CELL_M, (x_m + limit_m) // CELL_M + 1)
    down = range((y_m - limit_m) // CELL_M, (y_m + limit_m) // CELL_M + 1)
    if len(across) * len(down) > len(cells):  # one who goes very far does not cost everybody near them
        for (cell_x, cell_y), filed in cells.items():
            if cell_x in across and cell_y in down:
                rows += filed
        return
    for cell_x in across:
        for cell_y in down:
            filed_here = cells.get((cell_x, cell_y))
            if filed_here is not None:
                rows += filed_here


def _once(pair: Numbers, floor: Numbers) -> Numbers:
    """An offer of two kinds of what is asked for is found twice: once is enough, by the kind that demands least."""
    order = np.lexsort((floor, pair))
    pair = pair[order]
    is_first = np.ones(len(pair), dtype=bool)
    is_first[1:] = pair[1:] != pair[:-1]
    return order[is_first]
