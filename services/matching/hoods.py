"""How many offers are open around: counted by neighbourhood, for one offer or for many at once."""

import numpy as np

from schemas.model import Place
from services.matching.cells import HOOD_M, Cell, hood_of
from services.matching.member_columns import FIRST_ROWS, Numbers, Table

AROUND = tuple((east, north) for east in (-1, 0, 1) for north in (-1, 0, 1))

ACROSS_MAX = 2**31
"""More neighbourhoods than lie side by side anywhere."""


class Hoods:
    """Neighbourhoods by number, each with which nine are around it and how many offers are open there."""

    def __init__(self) -> None:
        self._number_of: dict[Cell, int] = {}
        self._open_around: Numbers = np.zeros(FIRST_ROWS, dtype=np.int64)
        """Of each: how many are open in it and the eight around. Offers come and go more seldom than they are weighed."""
        self._around: Table = np.full((FIRST_ROWS, len(AROUND)), -1, dtype=np.int64)

    def number_at(self, place: Place) -> int:
        """The number of a place's neighbourhood, with those around it known."""
        return self.number_of(hood_of(place))

    def numbers_at(self, x_m: Numbers, y_m: Numbers) -> Numbers:
        """The numbers of many places' neighbourhoods."""
        x, y = x_m // HOOD_M, y_m // HOOD_M
        _, first, place = np.unique(
            x * ACROSS_MAX + y, return_index=True, return_inverse=True
        )  # one number each: sorted fast
        numbers = [self.number_of(hood) for hood in zip(x[first].tolist(), y[first].tolist(), strict=True)]
        return np.array(numbers, dtype=np.int64)[place]

    def number_of(self, hood: Cell) -> int:
        """The number of a neighbourhood, with those around it known."""
        number = self._number(hood)
        if self._around[number, 0] < 0:
            x, y = hood
            numbers = [self._number((x + east, y + north)) for east, north in AROUND]
            self._around[number] = numbers
        return number

    def add(self, number: int, offers: int) -> None:
        """So many offers more, or fewer, are open there."""
        self._open_around[self._around[number]] += offers

    def add_all(self, numbers: Numbers) -> None:
        """An offer more is open in each of these."""
        np.add.at(self._open_around, self._around[numbers], 1)

    def open_around(self, number: int) -> int:
        """How many offers are open in a neighbourhood and the eight around it."""
        return int(self._open_around[number])

    def open_around_all(self, numbers: Numbers) -> Numbers:
        """The same for many neighbourhoods."""
        return self._open_around.take(numbers)

    def _number(self, hood: Cell) -> int:
        number = self._number_of.setdefault(hood, len(self._number_of))
        if number == len(self._open_around):
            self._open_around = np.concatenate([self._open_around, np.zeros_like(self._open_around)])
            self._around = np.concatenate([self._around, np.full_like(self._around, -1)])
        return number
