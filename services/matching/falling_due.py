"""Which matches, asks and offers fall due, kept up as facts come: the fast half of `Index` that asks what time brings.

An entry may be stale: it is looked at when it comes up, and counts only if the state still says the same moment. One
that counts is taken out for good, so it has to be decided then.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from schemas.codes import FollowUp
from services.matching.due_heap import Dues
from services.matching.filing import ends_of_asks, ends_of_matches, ends_of_offers, escalations, follow_ups_of
from services.matching.follow_up import is_too_late
from services.matching.index import ask_ends_ms, escalates_ms, is_ask_due, silence_ends_ms
from services.matching.state import HELD_NOTHING, PROPOSED, AskState, CommunityState, MatchState, OfferState


class FallingDue:
    """The moments of one community. Everything that is there is filed when it is made."""

    def __init__(self, community: CommunityState) -> None:
        self._community = community
        self._match_ends = Dues()
        self._follow_ups: list[tuple[int, str, FollowUp]] = []
        self._ask_ends = Dues()
        self._offer_ends = Dues()
        self._escalations = Dues()
        self._file_all(community.asks.values(), community.offers.values())

    def matches(self, now_ms: int) -> Iterator[MatchState]:
        """See `Index.matches_due`."""
        known, seen = self._community, set[str]()
        for ends_ms, name in self._match_ends.pop(now_ms):
            match = known.matches.get(name)
            if match is None or name in seen:
                continue
            if silence_ends_ms(known.policy, match, known.asks[match.ask]) == ends_ms:
                seen.add(name)
                yield match

    def follow_ups(self, now_ms: int, told_ms: int) -> Iterator[tuple[MatchState, FollowUp]]:
        """See `Index.follow_ups_due`."""
        known, seen = self._community, set[tuple[str, FollowUp]]()
        while self._follow_ups and self._follow_ups[0][0] < now_ms:
            at_ms, name, what = heappop(self._follow_ups)
            match = known.matches.get(name)
            if match is None or (name, what) in seen or (at_ms, what) not in follow_ups_of(known, match):
                continue
            if not is_too_late(match, known.asks[match.ask], what, told_ms):
                seen.add((name, what))
                yield match, what

    def asks(self, now_ms: int) -> Iterator[AskState]:
        """See `Index.asks_due`."""
        known, seen = self._community, set[str]()
        for ends_ms, name in self._ask_ends.pop(now_ms):
            ask = known.asks.get(name)
            if ask is None or name in seen or ask_ends_ms(ask) != ends_ms:
                continue
            if is_ask_due(known, ask, now_ms):
                seen.add(name)
                yield ask

    def offers(self, now_ms: int) -> Iterator[OfferState]:
        """See `Index.offers_due`."""
        seen = set[str]()
        for ends_ms, name in self._offer_ends.pop(now_ms):
            offer = self._community.offers.get(name)
            if offer is None or name in seen or offer.ended is not None:
                continue
            if offer.spec.deadline_ms == ends_ms:
                seen.add(name)
                yield offer

    def to_escalate(self, now_ms: int) -> Iterator[AskState]:
        """See `Index.asks_to_escalate`."""
        policy, seen = self._community.policy, set[str]()
        for at_ms, name in self._escalations.pop(now_ms):
            ask = self._community.asks.get(name)
            if ask is None or name in seen or not ask.is_open or ask.escalated:
                continue
            if escalates_ms(policy, ask) == at_ms:
                seen.add(name)
                yield ask

    def file_ask(self, ask: AskState) -> None:
        """An ask is open: when it ends, and when it comes to a coordinator."""
        self._ask_ends.add(ask.spec.deadline_ms, ask.spec.ask)
        if not ask.escalated:
            self._escalations.add(escalates_ms(self._community.policy, ask), ask.spec.ask)

    def close_ask(self, ask: AskState) -> None:
        """Nothing of an ask is unmet: it is due as soon as nothing is left to confirm."""
        if ask.ended is None:
            self._ask_ends.add(0, ask.spec.ask)

    def file_offer(self, offer: OfferState) -> None:
        """When an offer ends."""
        if offer.ended is None:
            self._offer_ends.add(offer.spec.deadline_ms, offer.spec.offer)

    def file_match(self, match: MatchState) -> None:
        """When silence about a match has lasted too long, and when it is followed up."""
        if match.status is PROPOSED:
            self._match_ends.add(match.expires_ms, match.match)
        if match.status is PROPOSED or match.status in HELD_NOTHING:
            return  # nothing was promised that could be followed up
        ends_ms = silence_ends_ms(self._community.policy, match, self._community.asks[match.ask])
        if ends_ms is not None:
            self._match_ends.add(ends_ms, match.match)
        self._file_follow_ups(match)

    def _file_all(self, asks: Iterable[AskState], offers: Iterable[OfferState]) -> None:
        policy, open_asks = self._community.policy, [ask for ask in asks if ask.is_open]
        self._ask_ends.add_all(*ends_of_asks(asks))
        self._escalations.add_all(*escalations(policy, open_asks))
        self._offer_ends.add_all(*ends_of_offers(offers))
        self._match_ends.add_all(*ends_of_matches(self._community))
        for match in self._community.matches.values():
            self._file_follow_ups(match)

    def _file_follow_ups(self, match: MatchState) -> None:
        for at_ms, what in follow_ups_of(self._community, match):
            heappush(self._follow_ups, (at_ms, match.match, what))
