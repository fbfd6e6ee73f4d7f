"""The best offers of many asks at once: in order by columns as far as columns can tell, by name where they cannot."""

from collections.abc import Iterable
from functools import partial
from itertools import pairwise
from typing import cast

import numpy as np

from services.matching.member_columns import Numbers, Table
from services.matching.offer_columns import OfferColumns
from services.matching.pairs import Pairs
from services.matching.ranked import Ranked, Scored, all_scored
from services.matching.state import OfferState

Bits = np.ndarray[tuple[int], np.dtype[np.bool_]]
TOP = 10
"""So many of the best are put in order for each ask at first: most want one or two, and some to spare."""
POINTS_MAX = 2**40
"""Points and the place of an ask make one number as long as no points are more."""


class BestFirst:
    """Pairs in the order of their points, ask by ask.

    Args:
        asks: how many asks the pairs are of.
    """

    def __init__(self, offers: OfferColumns, points: Numbers, pairs: Pairs, asks: int) -> None:
        order = in_order(points, pairs.ask)
        self._offers = offers
        self._points, self._row = points[order], pairs.row[order]
        bounds = pairs.bounds(asks)
        self._settle_ties(pairs.ask, bounds)
        self._bounds: list[int] = bounds.tolist()
        self.counts: list[int] = np.diff(bounds).tolist()
        """How many pairs each ask has."""
        places = bounds[:-1, np.newaxis] + np.arange(TOP)
        self._first = np.minimum(places, max(len(order) - 1, 0))
        self._is_there = places < bounds[1:, np.newaxis]
        self.rows: Table = self._row[self._first] if len(order) else np.zeros_like(places)
        """Of each ask: its best offers, as far as there are some."""
        points_of = self._points[self._first] if len(order) else np.zeros_like(places)
        self.worthy: Numbers = ((points_of > 0) & self._is_there).sum(axis=1)
        """How many of these are worth asking."""
        self.is_settled: Bits = ~self._has_one_twice()
        """These are certainly the best: no two are of one member."""

    def ranked(self) -> list[Ranked]:
        """Of each ask; those whose first few are not settled are put in order when somebody looks."""
        first, ends = self._all_first(), np.cumsum(self._is_there.sum(axis=1)).tolist()
        spans = zip([0, *ends], ends, self.is_settled.tolist(), strict=False)
        return [
            Ranked(first[start:end] if is_settled else (), partial(self._everybody, place))
            for place, (start, end, is_settled) in enumerate(spans)
        ]

    def _settle_ties(self, ask: Numbers, bounds: Numbers) -> None:
        """Put by name what is worth the same, wherever it begins among the first few of its ask."""
        points, names = self._points, self._offers.names
        as_next = np.flatnonzero((points[1:] == points[:-1]) & (ask[1:] == ask[:-1]))
        begins, ends = np.diff(as_next, prepend=-2) > 1, np.diff(as_next, append=len(points) + 1) > 1
        starts, stops = as_next[begins], as_next[ends] + 2
        is_first = starts - bounds[ask[starts]] < TOP
        for start, stop in zip(starts[is_first].tolist(), stops[is_first].tolist(), strict=True):
            self._row[start:stop] = sorted(self._row[start:stop].tolist(), key=names.__getitem__)

    def _has_one_twice(self) -> Bits:
        """One member offers two of the first few."""
        member = np.sort(
            np.where(self._is_there, self._offers.member[self.rows], -1 - np.arange(TOP)), axis=1, kind="stable"
        )
        twice: Bits = (member[:, 1:] == member[:, :-1]).any(axis=1)
        return twice

    def _all_first(self) -> list[Scored]:
        """The first few of all asks, one after the other."""
        rows = self.rows[self._is_there].tolist()
        points = self._points[self._first[self._is_there]].tolist()
        offers, names, helpers = self._offers.offers, self._offers.names, self._offers.helpers
        known = cast("Iterable[OfferState]", map(offers.__getitem__, rows))  # only open offers are filed
        return all_scored(known, map(names.__getitem__, rows), map(helpers.__getitem__, rows), points)

    def _everybody(self, place: int) -> list[Scored]:
        """The best offer of each member, best first, then by offer id."""
        span = slice(self._bounds[place], self._bounds[place + 1])
        rows, names = self._row[span].tolist(), self._offers.names
        minus = (-self._points[span]).tolist()
        ranked = sorted(zip([place] * len(rows), minus, [names[row] for row in rows], rows, strict=True))
        return _best_of_each(self._offers, ranked, len(rows))


def ranked_one_by_one(offers: OfferColumns, points: Numbers, pairs: Pairs, asks: int) -> tuple[list[Ranked], list[int]]:
    """The best first of each of a few asks, and how many pairs each has."""
    bounds = pairs.bounds(asks).tolist()
    rows, minus, names = pairs.row.tolist(), (-points).tolist(), offers.names
    ranked = sorted(zip(pairs.ask.tolist(), minus, [names[row] for row in rows], rows, strict=True))
    spans = [ranked[start:end] for start, end in pairwise(bounds)]
    best = [Ranked(_best_of_each(offers, span, TOP), partial(_best_of_each, offers, span, len(span))) for span in spans]
    return best, [len(span) for span in spans]


def _best_of_each(offers: OfferColumns, ranked: Iterable[tuple[int, int, str, int]], most: int) -> list[Scored]:
    """The best offer of each member, of those of one ask that are in order; not many more than `most` members."""
    best, helpers = dict[str, tuple[int, str, int]](), offers.helpers
    for _, minus, name, row in ranked:
        if best.setdefault(helpers[row], (row, name, -minus))[0] == row and len(best) >= most:
            break
    rows, names, points = zip(*best.values(), strict=True) if best else ((), (), ())
    known = cast("Iterable[OfferState]", map(offers.offers.__getitem__, rows))  # only open offers are filed
    return all_scored(known, names, best, points)


def in_order(points: Numbers, ask: Numbers) -> Numbers:
    """The order of pairs by ask, then by points, most first."""
    if len(points) and (points.max() >= POINTS_MAX or points.min() <= -POINTS_MAX):
        return np.lexsort((-points, ask))
    return np.argsort(ask * (2 * POINTS_MAX) - points, kind="stable")
