"""The waiting room by what its events speak of, and by how long they may wait."""

from collections.abc import Iterator
from heapq import heappush

from services.matching.due_heap import Due, pop_due
from services.matching.state import CommunityState, Waiting
from services.matching.subjects import subject_of

Subject = tuple[str, str]


class WaitingRoom:
    """Who waits in a community, kept up as events come and go."""

    def __init__(self, community: CommunityState) -> None:
        self._community = community
        self._ends: Due = []
        self._by_subject: dict[Subject, dict[str, Waiting]] = {}
        self._subject_of: dict[str, Subject] = {}
        for waiting in community.waiting.values():
            self.enter(waiting)

    def enter(self, waiting: Waiting) -> None:
        """An event was put into the waiting room."""
        subject = subject_of(waiting.event.data)
        assert subject is not None, "only an event with a subject waits for one"
        self._subject_of[waiting.event.uid] = subject
        self._by_subject.setdefault(subject, {})[waiting.event.uid] = waiting
        heappush(self._ends, (waiting.until_ms, waiting.event.uid))

    def leave(self, uid: str) -> None:
        """An event left it."""
        subject = self._subject_of.pop(uid)
        del self._by_subject[subject][uid]
        if not self._by_subject[subject]:
            del self._by_subject[subject]

    def speaking_of(self, kind: str, name: str) -> list[Waiting]:
        """Who waits for this, in the order they came."""
        return list(self._by_subject.get((kind, name), {}).values())

    def due(self, now_ms: int) -> Iterator[Waiting]:
        """See `Index.waiting_due`."""
        for until_ms, uid in pop_due(self._ends, now_ms):
            waiting = self._community.waiting.get(uid)
            if waiting is not None and waiting.until_ms == until_ms:
                yield waiting
