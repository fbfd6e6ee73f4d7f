"""The offers that would do for an ask, best first: as many as somebody looks at, since most look at a few."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from services.matching.state import OfferState


class Scored(NamedTuple):
    """A feasible pair and what it is worth."""

    offer: OfferState
    name: str
    """The offer's id: at hand, since looking it up in the offer is the slow part."""
    helper: str
    """The member who offers."""
    points: int


def all_scored(
    offers: Iterable[OfferState], names: Iterable[str], helpers: Iterable[str], points: Iterable[int]
) -> list[Scored]:
    """`Scored` of each, without a call for each."""
    return list(map(_SCORED, zip(offers, names, helpers, points, strict=True)))


_SCORED = partial(tuple.__new__, Scored)


class Ranked:
    """The best offer of each member, best first, then by offer id.

    Args:
        known: the first of them.
        all_of_them: gives all, beginning with those; None where those are all.
    """

    __slots__ = ("_all", "_known")

    def __init__(self, known: Sequence[Scored], all_of_them: Callable[[], Sequence[Scored]] | None = None) -> None:
        self._known = known
        self._all = all_of_them

    def first(self, count: int) -> Sequence[Scored]:
        """At most so many of them."""
        if count > len(self._known) and self._all is not None:
            self._known, self._all = self._all(), None
        return self._known[:count]

    def __iter__(self) -> Iterator[Scored]:
        """All of them, one after the other."""
        place = 0
        while True:
            if place == len(self._known):
                if self._all is None:
                    return
                self._known, self._all = self._all(), None
                continue
            yield self._known[place]
            place += 1
