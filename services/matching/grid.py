"""The fast look-ups: heaps for what falls due, an integer grid per need for what is near.

Answers exactly what `NaiveIndex` answers. Heaps are lazy: an entry is pushed whenever it may matter and checked
against the state when it comes up, so a stale one (even of a namesake long forgotten) costs a look and nothing else.
"""

from collections.abc import Callable, Iterator, KeysView, Mapping, Sequence
from typing import ClassVar

from schemas.codes import FollowUp
from schemas.facts import (
    AnyFact,
    AskEnded,
    AskListed,
    AskMarked,
    AskReturned,
    LeftWaiting,
    MatchMoved,
    MemberGone,
    MemberKnown,
    MemberMarked,
    OfferEnded,
    OfferListed,
    OfferMarked,
    Proposed,
    PutWaiting,
    Refused,
    SeriesAdvanced,
    SeriesListed,
    SeriesMarked,
)
from schemas.model import Place
from schemas.taxonomy import Taxonomy
from services.matching.acceptance import next_look_ms
from services.matching.cells import AskGrid, OfferGrids, may_meet
from services.matching.columns import Columns
from services.matching.due_heap import Dues
from services.matching.endings import Endings, KeptEndings
from services.matching.falling_due import FallingDue
from services.matching.filing import looks_of
from services.matching.hoods import Hoods
from services.matching.index import (
    WOKEN_FROM,
    looked_at_max,
    may_be_proposed,
)
from services.matching.offer_columns import OfferColumns
from services.matching.score import Prospects
from services.matching.series import key_of
from services.matching.series_rests import SeriesRests
from services.matching.state import HELD_NOTHING, AskState, CommunityState, MatchState, OfferState, SeriesState, Waiting
from services.matching.supply import side_of_ask, side_of_offer
from services.matching.tally import Tally
from services.matching.waiting_room import WaitingRoom


class GridIndex:
    """Look-ups whose cost does not grow with what is open elsewhere."""

    def __init__(self, community: CommunityState, taxonomy: Taxonomy) -> None:
        self._community = community
        self._taxonomy = taxonomy
        self._open_asks: dict[str, AskState] = {}
        self._unasked = AskGrid(taxonomy)
        """Open asks for which nobody is asked now, where answers are uncertain."""
        self._looks = Dues()
        """When asks are looked at again; at least once for each that is open."""
        self._awaiting: dict[str, None] = {}
        """Asks whose look fell due by the round that asked last; it may not have come to them."""
        self._dues = FallingDue(community)
        self._series = SeriesRests(community)
        self._room = WaitingRoom(community)
        self._kept = KeptEndings(community)
        self.endings: Endings = self._kept
        self.columns: Columns | None = None
        self._tally: Tally | None = None
        """Supply is counted where remaining life has a price."""
        self._offers: OfferGrids | OfferColumns
        self._hoods = Hoods()
        if community.policy.acceptance.is_certain:
            self._tally = Tally(taxonomy, community.policy.score, community.arrivals)
            self._offers = OfferGrids()
        else:
            self.columns = Columns(community, taxonomy, self._hoods)
            self._offers = self.columns.offers
        self._file_all_asks()
        self._file_all_offers()
        for key in community.series:
            self._series.file(key)

    def expect_many(self) -> None:
        """Take the ways that serve many asks at once, however few there are: they answer alike, and are tested so."""
        self._unasked.unknown_max = -1
        if self.columns is not None:
            self.columns.few = 0

    def note(self, fact: AnyFact, *, is_new: bool) -> None:
        """Take in what a fact changed; called after the state has evolved."""
        self._kept.note(fact)
        step = self._STEPS.get(type(fact))
        if step is not None:
            step(self, fact, is_new=is_new)

    def matches_due(self, now_ms: int) -> Iterator[MatchState]:
        """See `Index`."""
        return self._dues.matches(now_ms)

    def follow_ups_due(self, now_ms: int, told_ms: int) -> Iterator[tuple[MatchState, FollowUp]]:
        """See `Index`."""
        return self._dues.follow_ups(now_ms, told_ms)

    def asks_due(self, now_ms: int) -> Iterator[AskState]:
        """See `Index`."""
        return self._dues.asks(now_ms)

    def offers_due(self, now_ms: int) -> Iterator[OfferState]:
        """See `Index`."""
        return self._dues.offers(now_ms)

    def series_due(self, now_ms: int) -> Iterator[SeriesState]:
        """See `Index`."""
        return self._series.due(now_ms)

    def waiting_due(self, now_ms: int) -> Iterator[Waiting]:
        """See `Index`."""
        return self._room.due(now_ms)

    def asks_to_escalate(self, now_ms: int) -> Iterator[AskState]:
        """See `Index`."""
        return self._dues.to_escalate(now_ms)

    def asks_to_place(self) -> list[AskState]:
        """See `Index`."""
        policy = self._community.policy
        return [ask for _, ask in sorted(self._open_asks.items()) if may_be_proposed(policy, ask)]

    def asks_to_look_at(self, round_ms: int, now_ms: int) -> list[AskState]:
        """See `Index`."""
        policy, asks, popped = self._community.policy, self._community.asks, dict[str, None]()
        for look_ms, name in self._looks.pop(now_ms + 1):
            ask = asks.get(name)
            if ask is None or not ask.is_open or next_look_ms(policy, ask.touched_ms, look_ms - 1) != look_ms:
                continue  # something happened to it since: another entry stands for it
            if name not in popped:
                popped[name] = None
                self._looks.add(next_look_ms(policy, ask.touched_ms, now_ms), name)
        self._awaiting |= popped
        known = [asks[name] for name in sorted(self._awaiting) if name in asks]
        # what stands from rounds that came to an end, or were folded, was looked at by then
        due = [ask for ask in known if ask.is_open and next_look_ms(policy, ask.touched_ms, round_ms) <= now_ms]
        self._awaiting = {ask.spec.ask: None for ask in due}
        return [ask for ask in due if may_be_proposed(policy, ask)]

    def asks_around(self, offer: OfferState) -> list[AskState]:
        """See `Index`."""
        policy = self._community.policy
        near = [(way_m, ask.spec.ask, ask) for way_m, ask in self._unasked.near(offer) if may_be_proposed(policy, ask)]
        if len(near) > WOKEN_FROM:
            near = sorted(near, key=lambda row: row[:2])[:WOKEN_FROM]
        return [ask for _, _, ask in near]

    def may_wake(self, offers: Sequence[OfferState], awake: KeysView[str]) -> Sequence[OfferState]:
        """See `Index`."""
        asleep = self._unasked.few_other_than(awake)
        if asleep is None:
            return [offer for offer in offers if self._unasked.has_other_than(awake, offer)]
        found: dict[str, OfferState] = {}
        for ask in asleep:
            answers = frozenset(self._taxonomy.answers(ask.spec.need))
            some = [offer for offer in offers if not answers.isdisjoint(offer.spec.needs)]
            found |= {offer.spec.offer: offer for offer in some if may_meet(ask, offer)}
        return [found[name] for name in sorted(found)]

    def waiting_for(self, kind: str, name: str) -> list[Waiting]:
        """See `Index`."""
        return self._room.speaking_of(kind, name)

    def candidates(self, ask: AskState, told_ms: int) -> list[OfferState]:
        """See `Index`."""
        near: dict[str, tuple[int, str, OfferState]] = {}
        for need in self._taxonomy.answers(ask.spec.need):
            for way_m, offer in self._offers.near(need, ask):
                near[offer.spec.offer] = (way_m, offer.spec.offer, offer)
        rows = sorted(near.values(), key=lambda row: row[:2])
        return [offer for _, _, offer in rows[: looked_at_max(self._community.policy)]]

    def ask_prospects(self, ask: AskState, told_ms: int) -> Prospects:
        """See `Index`."""
        return self._prospects((False, ask.spec.ask), told_ms)

    def offer_prospects(self, offer: OfferState, told_ms: int) -> Prospects:
        """See `Index`."""
        return self._prospects((True, offer.spec.offer), told_ms)

    def offers_around(self, offer: OfferState) -> int | None:
        """See `Index`."""
        place = offer.spec.place
        return None if place is None else self._hoods.open_around(self._hoods.number_at(place))

    def _note_ask_listed(self, fact: AskListed, *, is_new: bool) -> None:
        ask = self._community.asks[fact.ask.ask]
        self._arrive(fact.ask.place, is_new=is_new)
        self._file_ask(ask, is_new=True)
        for name in ask.matches:
            self._dues.file_match(self._community.matches[name])
        self._series.file_of("ask", fact.ask.ask)

    def _note_ask(self, fact: AskMarked | AskEnded | AskReturned, *, is_new: bool) -> None:
        self._file_ask(self._community.asks[fact.ask], is_new=True)
        self._series.file_of("ask", fact.ask)

    def _note_offer_listed(self, fact: OfferListed, *, is_new: bool) -> None:
        self._arrive(fact.offer.place, is_new=is_new)
        self._note_member(fact.offer.member)
        self._file_offer(self._community.offers[fact.offer.offer], is_new=True)
        self._series.file_of("offer", fact.offer.offer)

    def _note_offer_ended(self, fact: OfferEnded, *, is_new: bool) -> None:
        self._file_offer(self._community.offers[fact.offer])
        self._series.file_of("offer", fact.offer)

    def _note_offer_marked(self, fact: OfferMarked, *, is_new: bool) -> None:
        if self.columns is not None:
            self.columns.offers.pause(fact.offer, paused=fact.paused)

    def _note_series(self, fact: SeriesListed | SeriesAdvanced | SeriesMarked, *, is_new: bool) -> None:
        said = fact.series if isinstance(fact, SeriesListed) else fact
        self._series.file(key_of(said.kind, said.series))

    def _note_proposed(self, fact: Proposed, *, is_new: bool) -> None:
        self._dues.file_match(self._community.matches[fact.match])
        self._file_look(self._community.asks[fact.ask])
        self._unasked.take(fact.ask)
        self._note_member(fact.offerer)

    def _note_moved(self, fact: MatchMoved, *, is_new: bool) -> None:
        known, moved = self._community, self._community.matches[fact.match]
        ask = known.asks[moved.ask]
        self._dues.file_match(moved)
        if ask.is_open or fact.to not in HELD_NOTHING:
            self._file_ask(ask)
        if fact.to not in HELD_NOTHING:
            self._file_offer(known.offers[moved.offer])
        self._note_member(moved.offerer)

    def _note_of_member(self, fact: MemberKnown | MemberMarked | MemberGone, *, is_new: bool) -> None:
        self._note_member(fact.member)

    def _note_refused(self, fact: Refused, *, is_new: bool) -> None:
        if fact.verb is not None and fact.about in self._community.matches:
            self._note_member(self._community.matches[fact.about].offerer)

    def _note_waiting(self, fact: PutWaiting | LeftWaiting, *, is_new: bool) -> None:
        if isinstance(fact, PutWaiting):
            self._room.enter(self._community.waiting[fact.event.uid])
        else:
            self._room.leave(fact.uid)

    def _prospects(self, name: tuple[bool, str], told_ms: int) -> Prospects:
        assert self._tally is not None, "supply is asked for only where it is counted"
        self._tally.age(told_ms)
        return self._tally.prospects(name)

    def _arrive(self, place: Place | None, *, is_new: bool) -> None:
        """Count what has just arrived; what was merely changed, or is nowhere, arrived before or never."""
        if is_new and place is not None and self._tally is not None:
            self._tally.arrive(self._community.arrivals[-1])

    def _note_member(self, name: str) -> None:
        if self.columns is not None:
            self.columns.members.note(name)

    def _file_all_asks(self) -> None:
        """All asks as they stand; nothing was filed before."""
        policy, asks = self._community.policy, list(self._community.asks.values())
        self._open_asks = {ask.spec.ask: ask for ask in asks if ask.is_open}
        if self.columns is not None:
            self._looks.add_all(*looks_of(policy, self._open_asks, self._community.round_ms))
        for name, ask in self._open_asks.items():
            if self._tally is not None:
                self._tally.watch((False, name), side_of_ask(ask))
            elif not ask.proposed:
                self._unasked.put(ask, is_new=True)

    def _file_all_offers(self) -> None:
        offers = list(self._community.offers.values())
        open_offers = [offer for offer in offers if offer.is_open]
        self._offers.put_all(open_offers)
        if self._tally is not None:
            for offer in open_offers:
                self._tally.watch((True, offer.spec.offer), side_of_offer(offer))

    def _file_ask(self, ask: AskState, *, is_new: bool = False) -> None:
        """File an ask as it stands now.

        Args:
            is_new: it was listed or marked, so that what falls due when has changed; a move of a match changes none.
        """
        name = ask.spec.ask
        if not ask.is_open:
            self._close_ask(ask)
            return
        if is_new or name not in self._open_asks:
            if self._tally is not None:
                self._tally.watch((False, name), side_of_ask(ask))
            self._open_asks[name] = ask
            self._dues.file_ask(ask)
        self._file_look(ask)
        if ask.proposed:
            self._unasked.take(name)
        elif self.columns is not None:
            self._unasked.put(ask, is_new=is_new)

    def _close_ask(self, ask: AskState) -> None:
        name = ask.spec.ask
        self._open_asks.pop(name, None)
        self._unasked.take(name)
        if self.columns is not None:
            self.columns.asks.forget(name)
        if self._tally is not None:
            self._tally.forget((False, name))
        self._dues.close_ask(ask)

    def _file_look(self, ask: AskState) -> None:
        if self.columns is not None:
            look_ms = next_look_ms(self._community.policy, ask.touched_ms, self._community.round_ms)
            self._looks.add(look_ms, ask.spec.ask)

    def _file_offer(self, offer: OfferState, *, is_new: bool = False) -> None:
        """File an offer as it stands now.

        Args:
            is_new: it was listed; a move of a match changes only whether it is open.
        """
        name = offer.spec.offer
        was_open = self._offers.has(name)
        if was_open and offer.is_open and not is_new:
            return
        self._dues.file_offer(offer)
        if offer.is_open:
            if self._tally is not None:
                self._tally.watch((True, name), side_of_offer(offer))
            self._offers.put(offer)
        elif was_open:
            if self._tally is not None:
                self._tally.forget((True, name))
            self._offers.take(name)

    # fmt: off
    _STEPS: ClassVar[Mapping[type, Callable[..., None]]] = {
        AskListed:      _note_ask_listed,
        AskMarked:      _note_ask,
        AskEnded:       _note_ask,
        AskReturned:    _note_ask,
        OfferListed:    _note_offer_listed,
        OfferMarked:    _note_offer_marked,
        OfferEnded:     _note_offer_ended,
        SeriesListed:   _note_series,
        SeriesAdvanced: _note_series,
        SeriesMarked:   _note_series,
        Proposed:       _note_proposed,
        MatchMoved:     _note_moved,
        MemberKnown:    _note_of_member,
        MemberMarked:   _note_of_member,
        MemberGone:     _note_of_member,
        Refused:        _note_refused,
        PutWaiting:     _note_waiting,
        LeftWaiting:    _note_waiting,
    }
    # fmt: on
    """What the look-ups take in of each kind of fact."""
