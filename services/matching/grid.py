"""The fast look-ups: heaps for what falls due, an integer grid per need for what is near.

Answers exactly what `NaiveIndex` answers. Heaps are lazy: an entry is pushed whenever it may matter and checked
against the state when it comes up, so a stale one (even of a namesake long forgotten) costs a look and nothing else.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

from schemas.codes import Urgency
from schemas.facts import (
    AnyFact,
    AskEnded,
    AskListed,
    AskMarked,
    LeftWaiting,
    MatchMoved,
    OfferEnded,
    OfferListed,
    Proposed,
    PutWaiting,
)
from schemas.model import Place
from schemas.taxonomy import Taxonomy
from services.matching.index import escalates_ms, is_ask_due, looked_at_max, may_be_proposed, silence_ends_ms
from services.matching.plane import gap_m
from services.matching.rules import reach_m
from services.matching.score import Prospects
from services.matching.state import AskState, CommunityState, MatchState, OfferState, Waiting
from services.matching.subjects import subject_of
from services.matching.supply import side_of_ask, side_of_offer
from services.matching.tally import Tally

CELL_M = 1_000
Cell = tuple[int, int]
Due = list[tuple[int, str]]
Subject = tuple[str, str]


class OfferGrid:
    """Open offers of one need by cell, and those that can help from afar."""

    def __init__(self) -> None:
        self.cells: dict[Cell, dict[str, OfferState]] = {}
        self.remote: dict[str, OfferState] = {}
        self.radius_m_max = 0
        """No offer here ever reached further; it may grow, never shrink."""

    def put(self, offer: OfferState) -> None:
        """File an open offer."""
        spec = offer.spec
        if spec.remote:
            self.remote[spec.offer] = offer
        if spec.place is not None:
            self.radius_m_max = max(self.radius_m_max, spec.radius_m)
            self.cells.setdefault((spec.place.x_m // CELL_M, spec.place.y_m // CELL_M), {})[spec.offer] = offer

    def take(self, name: str, cell: Cell | None) -> None:
        """Remove what was filed under a name."""
        self.remote.pop(name, None)
        if cell is not None:
            filed = self.cells.get(cell, {})
            filed.pop(name, None)
            if not filed:
                self.cells.pop(cell, None)

    def around(self, x_m: int, y_m: int, way_m: int) -> Iterator[OfferState]:
        """Offers in the cells within `way_m`, and possibly some beyond."""
        across = range((x_m - way_m) // CELL_M, (x_m + way_m) // CELL_M + 1)
        down = range((y_m - way_m) // CELL_M, (y_m + way_m) // CELL_M + 1)
        if len(across) * len(down) > len(self.cells):  # one who goes very far does not cost everybody near them
            for (cell_x, cell_y), filed in self.cells.items():
                if cell_x in across and cell_y in down:
                    yield from filed.values()
            return
        for cell_x in across:
            for cell_y in down:
                filed_here = self.cells.get((cell_x, cell_y))
                if filed_here:
                    yield from filed_here.values()


class GridIndex:
    """Look-ups whose cost does not grow with what is open elsewhere."""

    def __init__(self, community: CommunityState, taxonomy: Taxonomy) -> None:
        self._community = community
        self._taxonomy = taxonomy
        self._open_asks: dict[str, AskState] = {}
        self._grids: dict[str, OfferGrid] = {}
        self._filed: dict[str, tuple[tuple[str, ...], Cell | None]] = {}
        self._match_ends: Due = []
        self._ask_ends: Due = []
        self._offer_ends: Due = []
        self._escalations: Due = []
        self._waiting_ends: Due = []
        self._waiting: dict[Subject, dict[str, Waiting]] = {}
        self._awaits: dict[str, Subject] = {}
        self._tally = Tally(taxonomy, community.policy.score, community.arrivals)
        for ask in community.asks.values():
            self._file_ask(ask)
        for offer in community.offers.values():
            self._file_offer(offer)
        for match in community.matches.values():
            self._file_match(match)
        for waiting in community.waiting.values():
            self._file_waiting(waiting)

    def note(self, fact: AnyFact, *, is_new: bool) -> None:
        """Take in what a fact changed; called after the state has evolved."""
        known = self._community
        match fact:
            case AskListed():
                self._arrive(fact.ask.place, is_new=is_new)
                self._file_ask(known.asks[fact.ask.ask], is_new=True)
                for name in known.asks[fact.ask.ask].matches:
                    self._file_match(known.matches[name])
            case AskMarked() | AskEnded():
                self._file_ask(known.asks[fact.ask])
            case OfferListed():
                self._arrive(fact.offer.place, is_new=is_new)
                self._file_offer(known.offers[fact.offer.offer], is_new=True)
            case OfferEnded():
                self._file_offer(known.offers[fact.offer])
            case Proposed():
                self._file_match(known.matches[fact.match])
            case MatchMoved():
                moved = known.matches[fact.match]
                self._file_match(moved)
                self._file_ask(known.asks[moved.ask])
                self._file_offer(known.offers[moved.offer])
            case PutWaiting():
                self._file_waiting(known.waiting[fact.event.uid])
            case LeftWaiting():
                self._leave_waiting(fact.uid)
            case _:
                pass

    def matches_due(self, now_ms: int) -> list[MatchState]:
        """See `Index`."""
        due: dict[str, MatchState] = {}
        for ends_ms, name in _pop_due(self._match_ends, now_ms):
            match = self._community.matches.get(name)
            if match is not None and self._silence_ends_ms(match) == ends_ms:
                due[name] = match
        return list(due.values())

    def asks_due(self, now_ms: int) -> list[AskState]:
        """See `Index`."""
        names = sorted({name: None for _, name in _pop_due(self._ask_ends, now_ms)})
        asks = [self._community.asks[name] for name in names if name in self._community.asks]
        return [ask for ask in asks if is_ask_due(self._community, ask, now_ms)]

    def offers_due(self, now_ms: int) -> list[OfferState]:
        """See `Index`."""
        names = sorted({name: None for _, name in _pop_due(self._offer_ends, now_ms)})
        offers = [self._community.offers[name] for name in names if name in self._community.offers]
        return [offer for offer in offers if offer.ended is None and now_ms > offer.spec.deadline_ms]

    def waiting_due(self, now_ms: int) -> list[Waiting]:
        """See `Index`."""
        names = sorted({name: None for _, name in _pop_due(self._waiting_ends, now_ms)})
        waiting = [self._community.waiting[name] for name in names if name in self._community.waiting]
        return [one for one in waiting if one.until_ms < now_ms]

    def asks_to_escalate(self, now_ms: int) -> list[AskState]:
        """See `Index`."""
        names = sorted({name: None for _, name in _pop_due(self._escalations, now_ms)})
        asks = [self._open_asks[name] for name in names if name in self._open_asks]
        policy = self._community.policy
        return [ask for ask in asks if not ask.escalated and escalates_ms(policy, ask) < now_ms]

    def asks_to_place(self, *, critical_only: bool) -> list[AskState]:
        """See `Index`."""
        policy = self._community.policy
        return [
            ask
            for _, ask in sorted(self._open_asks.items())
            if may_be_proposed(policy, ask) and (not critical_only or ask.spec.urgency is Urgency.critical)
        ]

    def waiting_for(self, kind: str, name: str) -> list[Waiting]:
        """See `Index`."""
        return list(self._waiting.get((kind, name), {}).values())

    def candidates(self, ask: AskState, told_ms: int) -> list[OfferState]:
        """See `Index`."""
        near: dict[str, tuple[int, str, OfferState]] = {}
        for need in self._taxonomy.answers(ask.spec.need):
            grid = self._grids.get(need)
            if grid is not None:
                for way_m, offer in _within_reach(grid, ask):
                    near[offer.spec.offer] = (way_m, offer.spec.offer, offer)
        rows = sorted(near.values(), key=lambda row: row[:2])
        return [offer for _, _, offer in rows[: looked_at_max(self._community.policy)]]

    def ask_prospects(self, ask: AskState, told_ms: int) -> Prospects:
        """See `Index`."""
        self._tally.age(told_ms)
        return self._tally.prospects((False, ask.spec.ask))

    def offer_prospects(self, offer: OfferState, told_ms: int) -> Prospects:
        """See `Index`."""
        self._tally.age(told_ms)
        return self._tally.prospects((True, offer.spec.offer))

    def _arrive(self, place: Place | None, *, is_new: bool) -> None:
        """Count what has just arrived; what was merely changed, or is nowhere, arrived before or never."""
        if is_new and place is not None:
            self._tally.arrive(self._community.arrivals[-1])

    def _silence_ends_ms(self, match: MatchState) -> int | None:
        return silence_ends_ms(self._community.policy, match, self._community.asks[match.ask])

    def _file_ask(self, ask: AskState, *, is_new: bool = False) -> None:
        name = ask.spec.ask
        if not ask.is_open:
            self._open_asks.pop(name, None)
            self._tally.forget((False, name))
            if ask.ended is None:
                heappush(self._ask_ends, (0, name))  # nothing unmet: due as soon as nothing is left to confirm
            return
        if is_new or name not in self._open_asks:
            self._tally.watch((False, name), side_of_ask(ask))
        self._open_asks[name] = ask
        heappush(self._ask_ends, (ask.spec.deadline_ms, name))
        if not ask.escalated:
            heappush(self._escalations, (escalates_ms(self._community.policy, ask), name))

    def _file_offer(self, offer: OfferState, *, is_new: bool = False) -> None:
        name = offer.spec.offer
        needs, cell = self._filed.pop(name, ((), None))
        for need in needs:
            self._grids[need].take(name, cell)
        if offer.ended is None:
            heappush(self._offer_ends, (offer.spec.deadline_ms, name))
        if not offer.is_open:
            self._tally.forget((True, name))
            return
        if is_new or not needs:
            self._tally.watch((True, name), side_of_offer(offer))
        place = offer.spec.place
        self._filed[name] = (offer.spec.needs, None if place is None else (place.x_m // CELL_M, place.y_m // CELL_M))
        for need in offer.spec.needs:
            self._grids.setdefault(need, OfferGrid()).put(offer)

    def _file_match(self, match: MatchState) -> None:
        ends_ms = self._silence_ends_ms(match)
        if ends_ms is not None:
            heappush(self._match_ends, (ends_ms, match.match))

    def _file_waiting(self, waiting: Waiting) -> None:
        subject = subject_of(waiting.event.data)
        assert subject is not None, "only an event with a subject waits for one"
        self._awaits[waiting.event.uid] = subject
        self._waiting.setdefault(subject, {})[waiting.event.uid] = waiting
        heappush(self._waiting_ends, (waiting.until_ms, waiting.event.uid))

    def _leave_waiting(self, uid: str) -> None:
        subject = self._awaits.pop(uid)
        del self._waiting[subject][uid]
        if not self._waiting[subject]:
            del self._waiting[subject]


def _pop_due(heap: Due, now_ms: int) -> list[tuple[int, str]]:
    """Everything that fell due before `now_ms`, in order."""
    due = []
    while heap and heap[0][0] < now_ms:
        due.append(heappop(heap))
    return due


def _within_reach(grid: OfferGrid, ask: AskState) -> Iterator[tuple[int, OfferState]]:
    """Offers both sides agree to the way of, each with its metres; remote help comes with none."""
    if ask.spec.remote:
        for offer in grid.remote.values():
            yield 0, offer
    place = ask.spec.place
    if place is None:
        return
    limit_m = grid.radius_m_max if ask.spec.reach_m is None else min(ask.spec.reach_m, grid.radius_m_max)
    for offer in grid.around(place.x_m, place.y_m, limit_m):
        if ask.spec.remote and offer.spec.remote:
            continue
        assert offer.spec.place is not None, "only offers with a place are filed in cells"
        way_m = gap_m(place, offer.spec.place)
        if way_m <= reach_m(ask, offer):
            yield way_m, offer
