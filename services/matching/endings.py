"""What may be forgotten: asks and offers that ended, and members of whom nothing is left.

As with `Index` there are two answers to the same questions: one looks through everything, the other keeps lists, so
that forgetting costs what there is to forget.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Protocol

from schemas.facts import AnyFact, AskEnded, MemberGone, MemberKnown, MemberMarked, OfferEnded
from schemas.members import MemberFields
from services.matching.state import AskState, CommunityState, MemberState, OfferState

TAKEN_IN = dict.fromkeys((AskEnded, OfferEnded, MemberKnown, MemberMarked, MemberGone))
"""The facts after which something may be forgotten."""
NOTHING_KNOWN = MemberFields()


class Endings(Protocol):
    """What ended, and who may be nobody any more; in any order."""

    def asks_ended(self, before_ms: int) -> list[AskState]:
        """Asks that ended before then."""

    def offers_ended(self, before_ms: int) -> list[OfferState]:
        """Offers that ended before then."""

    def members_fading(self) -> list[str]:
        """Members of whom nothing may be left; at least all of whom nothing is."""

    def may_fade(self, member: str) -> None:
        """Something of a member was forgotten."""


def is_known(member: MemberState) -> bool:
    """Something is known of the member that only they, or a coordinator, can change."""
    return member.gone or member.suspended or bool(member.helped) or member.fields != NOTHING_KNOWN


class AllEndings:
    """Looks through everything."""

    def __init__(self, community: CommunityState) -> None:
        self._community = community

    def asks_ended(self, before_ms: int) -> list[AskState]:
        """See `Endings`."""
        return [ask for ask in self._community.asks.values() if ask.ended is not None and ask.ended_ms < before_ms]

    def offers_ended(self, before_ms: int) -> list[OfferState]:
        """See `Endings`."""
        offers = self._community.offers.values()
        return [offer for offer in offers if offer.ended is not None and offer.ended_ms < before_ms]

    def members_fading(self) -> list[str]:
        """See `Endings`."""
        return list(self._community.members)

    def may_fade(self, member: str) -> None:
        """See `Endings`; nothing to keep."""


class KeptEndings:
    """Keeps what ended by when it did, and who may be fading."""

    def __init__(self, community: CommunityState) -> None:
        self._community = community
        self._asks = [(ask.ended_ms, name) for name, ask in sorted(community.asks.items()) if ask.ended is not None]
        self._offers = [(one.ended_ms, name) for name, one in sorted(community.offers.items()) if one.ended is not None]
        self._asks.sort()
        self._offers.sort()
        self._ripe_asks: dict[str, None] = {}
        """Ended long enough ago; something of theirs may still be going on."""
        self._ripe_offers: dict[str, None] = {}
        self._fading = {name: None for name, member in community.members.items() if _has_nothing(member)}

    def note(self, fact: AnyFact) -> None:
        """Take in what a fact changed; called after the state has evolved."""
        if type(fact) not in TAKEN_IN:
            return
        if isinstance(fact, AskEnded):
            heappush(self._asks, (fact.at_ms, fact.ask))
        elif isinstance(fact, OfferEnded):
            heappush(self._offers, (fact.at_ms, fact.offer))
        elif isinstance(fact, (MemberKnown, MemberMarked, MemberGone)):
            self._fading[fact.member] = None

    def asks_ended(self, before_ms: int) -> list[AskState]:
        """See `Endings`."""
        self._ripe_asks |= dict.fromkeys(_popped(self._asks, before_ms))
        known = {name: self._community.asks[name] for name in self._ripe_asks if name in self._community.asks}
        ended = {name: ask for name, ask in known.items() if ask.ended is not None and ask.ended_ms < before_ms}
        self._ripe_asks = dict.fromkeys(ended)
        return list(ended.values())

    def offers_ended(self, before_ms: int) -> list[OfferState]:
        """See `Endings`."""
        self._ripe_offers |= dict.fromkeys(_popped(self._offers, before_ms))
        known = {name: self._community.offers[name] for name in self._ripe_offers if name in self._community.offers}
        ended = {name: offer for name, offer in known.items() if offer.ended is not None and offer.ended_ms < before_ms}
        self._ripe_offers = dict.fromkeys(ended)
        return list(ended.values())

    def members_fading(self) -> list[str]:
        """See `Endings`."""
        members = self._community.members
        self._fading = {name: None for name in self._fading if name in members and _has_nothing(members[name])}
        return list(self._fading)

    def may_fade(self, member: str) -> None:
        """See `Endings`."""
        self._fading[member] = None


def _popped(heap: list[tuple[int, str]], before_ms: int) -> Iterator[str]:
    while heap and heap[0][0] < before_ms:
        yield heappop(heap)[1]


def _has_nothing(member: MemberState) -> bool:
    """Nothing is theirs and nothing known; only how often they were asked may still count."""
    return not (member.asks or member.offers or member.series or is_known(member))
