"""Which events were seen, and when: for as long as duplicates may come, so there are more of them than of anything else.

A dictionary takes a hundred and twenty bytes for each. Here their texts lie in pages, one after the other, and a table of
numbers says where: half of that or less, and a start fills it at once. Python's own hash of a text, another one in each
process, only says where to look first; what is found is compared, so nothing depends on it.
"""

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice, pairwise

import numpy as np

PAGE = 4_096
SLOTS_MIN = 1_024
NOBODY = -1
"""Stands in a slot that was never taken."""

Page = tuple[bytes, "array[int]", "array[int]"]
"""Texts one after the other, where each begins and the last one ends, and when each was seen."""


class Seen:
    """Uids of events in the order in which they were seen, each with when that was. The oldest are forgotten first.

    Reads like the dictionary that it stands for.
    """

    def __init__(self, known: Iterable[tuple[str, int]] = ()) -> None:
        self._pages: deque[Page] = deque()
        self._texts: list[str] = []
        """Of the page that is being filled."""
        self._moments: list[int] = []
        self._opened = 0
        """Number of the first in the first page; all are numbered in their order."""
        self._first = 0
        """Number of the oldest that is not forgotten."""
        self._laid_out = 0
        """Number of the one to which the first hash belongs."""
        self._hashes = array("q")
        self._slots = array("i", [NOBODY]) * SLOTS_MIN
        """The places of hashes, each at the first free slot from where its hash says."""
        self._places = places_in(SLOTS_MIN)
        self.update(known)

    def __len__(self) -> int:
        return self._end - self._first

    def __contains__(self, uid: str) -> bool:
        return self._find(uid) >= 0

    def __getitem__(self, uid: str) -> int:
        number = self._find(uid)
        if number < 0:
            raise KeyError(uid)
        return self._moment(number)

    def __iter__(self) -> Iterator[str]:
        texts = chain.from_iterable(_texts(page) for page in self._pages)
        return islice(chain(texts, self._texts), self._first - self._opened, None)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Seen, dict)):
            return len(self) == len(other) and list(self.items()) == list(other.items())
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return repr(dict(self.items()))

    def values(self) -> Iterator[int]:
        """When each was seen, in order."""
        moments = chain.from_iterable(page[2] for page in self._pages)
        return islice(chain(moments, self._moments), self._first - self._opened, None)

    def items(self) -> Iterator[tuple[str, int]]:
        """Each with when it was seen, in order."""
        return zip(self, self.values(), strict=True)

    def setdefault(self, uid: str, at_ms: int) -> int:
        """Take in an event, unless it was seen before; when it was seen first."""
        if (
            self._texts and self._texts[-1] == uid and self._first < self._end
        ):  # what an event leads to is noted fact by fact
            return self._moments[-1]
        hashed = hash(uid)
        slot = self._slot_of(uid, hashed)
        place = self._slots[slot]
        if place != NOBODY:
            return self._moment(place + self._laid_out)
        if len(self._hashes) >= self._places:
            self._lay_out()
            slot = self._slot_of(uid, hashed)
        self._slots[slot] = len(self._hashes)
        self._hashes.append(hashed)
        self._texts.append(uid)
        self._moments.append(at_ms)
        if len(self._texts) == PAGE:
            self._turn_page()
        return at_ms

    def update(self, known: Iterable[tuple[str, int]]) -> None:
        """Take in many that were not seen before, in their order."""
        before, several = len(self._hashes), list(known)
        self._hashes.extend([hash(uid) for uid, _ in several])
        self._texts += [uid for uid, _ in several]
        self._moments += [at_ms for _, at_ms in several]
        while len(self._texts) >= PAGE:
            self._turn_page()
        if len(self._hashes) > self._places:
            self._lay_out()
        else:
            self._take_slots(before)

    def forget(self, before_ms: int) -> None:
        """Forget those that were seen before then; moments never go back, so the oldest stand first."""
        while self._pages and self._pages[0][2][-1] < before_ms:
            self._opened += len(self._pages.popleft()[2])
            self._first = self._opened
        moments = self._pages[0][2] if self._pages else self._moments
        self._first = max(self._first, self._opened + bisect_left(moments, before_ms))

    @property
    def _end(self) -> int:
        return self._opened + PAGE * len(self._pages) + len(self._texts)

    def _find(self, uid: str) -> int:
        """The number of an event; -1 where it was not seen."""
        place = self._slots[self._slot_of(uid, hash(uid))]
        return NOBODY if place == NOBODY else place + self._laid_out

    def _slot_of(self, uid: str, hashed: int) -> int:
        """The slot of an event that was seen; of another one, the free slot where it belongs."""
        slots, hashes = self._slots, self._hashes
        mask = len(slots) - 1
        slot = hashed & mask
        place = slots[slot]
        while place != NOBODY and (hashes[place] != hashed or not self._is_at(place, uid)):
            slot = (slot + 1) & mask
            place = slots[slot]
        return slot

    def _is_at(self, place: int, uid: str) -> bool:
        number = place + self._laid_out
        return number >= self._first and self._text(number) == uid

    def _lay_out(self) -> None:
        """The table anew, without what was forgotten, and with room for as many again."""
        del self._hashes[: self._first - self._laid_out]
        self._laid_out = self._first
        size = max(SLOTS_MIN, 1 << (len(self._hashes) * 3 // 2).bit_length())
        self._slots, self._places = array("i", np.full(size, NOBODY, dtype=np.int32).tobytes()), places_in(size)
        self._take_slots(0)

    def _take_slots(self, since: int) -> None:
        """A slot for each hash from a place on, for all at once: whoever finds theirs taken tries the next one."""
        slots, mask = np.frombuffer(self._slots, dtype=np.int32), len(self._slots) - 1
        left = np.arange(since, len(self._hashes), dtype=np.int32)
        hashes = np.frombuffer(self._hashes, dtype=np.int64)[since:] if len(left) else left
        wanted = hashes & mask
        while len(left):
            is_free = slots[wanted] == NOBODY
            slots[wanted[is_free]] = left[is_free]  # of several that want one slot, one gets it
            waits = slots[wanted] != left
            left, wanted = left[waits], (wanted[waits] + 1) & mask

    def _text(self, number: int) -> str:
        page, place = divmod(number - self._opened, PAGE)
        if page == len(self._pages):
            return self._texts[place]
        texts, starts, _ = self._pages[page]
        return texts[starts[place] : starts[place + 1]].decode()

    def _moment(self, number: int) -> int:
        page, place = divmod(number - self._opened, PAGE)
        return self._moments[place] if page == len(self._pages) else self._pages[page][2][place]

    def _turn_page(self) -> None:
        """The page is full: from here on it is only read."""
        texts = [text.encode() for text in self._texts[:PAGE]]
        starts = array("I", np.cumsum([0, *map(len, texts)]).tolist())
        self._pages.append((b"".join(texts), starts, array("q", self._moments[:PAGE])))
        self._texts, self._moments = self._texts[PAGE:], self._moments[PAGE:]


def places_in(slots: int) -> int:
    """So many slots may be taken before a table is full: beyond, looking for a free one takes too long."""
    return slots * 7 // 10


def _texts(page: Page) -> Iterator[str]:
    texts, starts, _ = page
    return (texts[start:end].decode() for start, end in pairwise(starts))
