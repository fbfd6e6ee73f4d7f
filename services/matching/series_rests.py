"""Which series is next to be looked at: a heap of moments, and which occurrence belongs to which series."""

from collections.abc import Iterator
from heapq import heappush

from services.matching.due_heap import Due, pop_due
from services.matching.series import rests_until_ms
from services.matching.state import CommunityState, SeriesState
from services.matching.waiting_room import Subject


class SeriesRests:
    """The series of one community, by the last millisecond at which nothing is to be done about them."""

    def __init__(self, community: CommunityState) -> None:
        self._community = community
        self._rests: Due = []
        self._series_of: dict[Subject, str] = {}
        self._listed_of: dict[str, Subject] = {}
        """Series → the occurrence that was listed last of it; before it, the other way round."""

    def file(self, key: str) -> None:
        """Take in how a series stands now."""
        series = self._community.series[key]
        if series.listed is not None:
            before, now = self._listed_of.get(key), (series.spec.kind, series.listed)
            if before is not None and before != now:
                del self._series_of[before]
            self._listed_of[key], self._series_of[now] = now, key
        until_ms = rests_until_ms(self._community, series)
        if until_ms is not None:
            heappush(self._rests, (until_ms, key))

    def file_of(self, kind: str, name: str) -> None:
        """Take in that something happened to an ask or an offer, which may be an occurrence of a series."""
        key = self._series_of.get((kind, name))
        if key is not None and key in self._community.series:
            self.file(key)

    def due(self, now_ms: int) -> Iterator[SeriesState]:
        """See `Index.series_due`."""
        known, seen = self._community.series, set[str]()
        for until_ms, key in pop_due(self._rests, now_ms):
            if key in known and key not in seen and rests_until_ms(self._community, known[key]) == until_ms:
                seen.add(key)
                yield known[key]
