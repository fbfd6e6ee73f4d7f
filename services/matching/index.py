"""What the engine looks up: which things are due, which asks wait, which offers are near.

The seam between the obvious implementation, which scans, and a fast one, which keeps an index. Both answer in
the same order, so both decide the same.
"""

from collections.abc import Iterator, KeysView, Sequence
from typing import TYPE_CHECKING, Protocol

from schemas.codes import FollowUp, MatchStatus, Urgency
from schemas.facts import AnyFact
from schemas.policy import Policy
from schemas.taxonomy import Taxonomy
from services.matching.acceptance import WORDS, next_look_ms
from services.matching.cells import hood_of
from services.matching.endings import AllEndings, Endings
from services.matching.follow_up import follow_ups, is_too_late
from services.matching.rules import REACH_RULES, distance_m, first_refusal, pair_of
from services.matching.score import Prospects
from services.matching.series import rests_until_ms
from services.matching.state import AskState, CommunityState, MatchState, OfferState, SeriesState, Waiting
from services.matching.subjects import subject_of
from services.matching.supply import Side, count, side_of_ask, side_of_offer

if TYPE_CHECKING:
    from services.matching.columns import Columns

LOOKED_AT_PER_CANDIDATE = 8
WOKEN_FROM = 64
"""How many asks around a freed offer are looked at for those it wakes."""
TO_CONFIRM = (MatchStatus.completed,)
TO_HAPPEN = (MatchStatus.accepted, MatchStatus.started)


class Index(Protocol):
    """Look-ups over one community, each in a total order that ends in the id.

    What is due comes one by one, longest due first. A record decides at most so much and lets the rest be: what was not
    taken from a look-up is due as before, and all that was taken has to be decided before anybody looks again.
    """

    endings: Endings
    """What may be forgotten."""
    columns: "Columns | None"
    """Where offers are weighed for many asks at once; None: one by one."""

    def note(self, fact: AnyFact, *, is_new: bool) -> None:
        """Take in what a fact changed; called after the state has evolved.

        Args:
            is_new: the fact lists an ask or an offer that was not there before.
        """

    def matches_due(self, now_ms: int) -> Iterator[MatchState]:
        """Matches whose silence has lasted too long, by when it was too long, then id."""

    def follow_ups_due(self, now_ms: int, told_ms: int) -> Iterator[tuple[MatchState, FollowUp]]:
        """Matches to be followed up, and by what; by when it was due, then id, then what.

        Args:
            told_ms: when people would hear of it; no reminder is due that would come after help was.
        """

    def asks_due(self, now_ms: int) -> Iterator[AskState]:
        """Asks past their deadline with unmet units, and asks whose help is confirmed; by `ask_ends_ms`, then id."""

    def offers_due(self, now_ms: int) -> Iterator[OfferState]:
        """Offers past their deadline; by it, then id."""

    def series_due(self, now_ms: int) -> Iterator[SeriesState]:
        """Series of which an occurrence is to be listed or passed by, and those that are over; by when, then key."""

    def waiting_due(self, now_ms: int) -> Iterator[Waiting]:
        """Events that waited too long; by until when they might, then event uid."""

    def asks_to_escalate(self, now_ms: int) -> Iterator[AskState]:
        """Open asks that waited too long for their urgency and are not escalated; by `escalates_ms`, then id."""

    def asks_to_place(self) -> list[AskState]:
        """Open asks that may have another proposal, those not on hold; by id."""

    def asks_to_look_at(self, round_ms: int, now_ms: int) -> list[AskState]:
        """Asks that may have another proposal and whose next look fell due after `round_ms`, by `now_ms`; by id."""

    def asks_around(self, offer: OfferState) -> list[AskState]:
        """Asks for which nobody is asked now, within category and reach: the nearest `WOKEN_FROM`, in any order."""

    def may_wake(self, offers: Sequence[OfferState], awake: KeysView[str]) -> Sequence[OfferState]:
        """Some offers, in any order, without those of which all of `asks_around` are awake; a few of these may stay."""

    def waiting_for(self, kind: str, name: str) -> list[Waiting]:
        """Events in the waiting room that speak of this, in the order they came."""

    def candidates(self, ask: AskState, told_ms: int) -> list[OfferState]:
        """Open offers within category and reach: the nearest `looked_at_max`, by distance, then id."""

    def ask_prospects(self, ask: AskState, told_ms: int) -> Prospects:
        """Recent local supply around an open ask."""

    def offer_prospects(self, offer: OfferState, told_ms: int) -> Prospects:
        """Recent local demand around an open offer."""

    def offers_around(self, offer: OfferState) -> int | None:
        """How many offers are open in its neighbourhood and the eight around, itself included; None for one that has no place."""


def looked_at_max(policy: Policy) -> int:
    """How many offers an ask's search looks at, so that many who sleep nearby do not hide the one who is awake."""
    return LOOKED_AT_PER_CANDIDATE * policy.candidates_max


def silence_ends_ms(policy: Policy, match: MatchState, ask: AskState) -> int | None:
    """Last millisecond at which silence about a match is still fine, or None where silence is."""
    if match.status is MatchStatus.proposed:
        return match.expires_ms
    if match.status in TO_HAPPEN:
        return max(match.moved_ms, ask.spec.deadline_ms) + policy.accept_silence_ms
    if match.status in TO_CONFIRM:
        return match.moved_ms + policy.confirm_silence_ms
    return None


def is_ask_due(community: CommunityState, ask: AskState, now_ms: int) -> bool:
    """Past its deadline with unmet units, or fulfilled with nothing left to confirm."""
    if ask.ended is not None:
        return False
    if ask.unmet > 0:
        return now_ms > ask.spec.deadline_ms
    return ask.fulfilled >= ask.spec.quantity and not any(
        community.matches[match].status in TO_CONFIRM for match in ask.matches
    )


def ask_ends_ms(ask: AskState) -> int:
    """Last millisecond at which an ask that has not ended may go on; one with all units given ends as soon as may be."""
    return ask.spec.deadline_ms if ask.unmet > 0 else 0


def may_be_proposed(policy: Policy, ask: AskState) -> bool:
    """Units are unmet, nothing holds the ask, and fewer units than may be are out in proposals."""
    return ask.is_open and not ask.on_hold and ask.proposed < ask.unmet * policy.proposals_open_per_unit


def escalates_ms(policy: Policy, ask: AskState) -> int:
    """When an ask comes to a coordinator, or comes back to one who gave it back."""
    return max(ask.spec.opened_ms, ask.released_ms) + escalation_wait_ms(policy, ask.spec.urgency)


def escalation_wait_ms(policy: Policy, urgency: Urgency) -> int:
    """How long an ask of this urgency waits before a coordinator hears of it."""
    wait_ms: int = getattr(policy.escalate_after_ms, WORDS.get(urgency, "normal"))
    return wait_ms


class NaiveIndex:
    """Scans everything, every time. The specification: obvious first, never optimised."""

    columns: "Columns | None" = None

    def __init__(self, community: CommunityState, taxonomy: Taxonomy) -> None:
        self._community = community
        self._taxonomy = taxonomy
        self.endings: Endings = AllEndings(community)

    def note(self, fact: AnyFact, *, is_new: bool) -> None:
        """See `Index`; nothing to keep."""

    def matches_due(self, now_ms: int) -> Iterator[MatchState]:
        """See `Index`."""
        due = []
        for match in self._community.matches.values():
            ends_ms = silence_ends_ms(self._community.policy, match, self._community.asks[match.ask])
            if ends_ms is not None and ends_ms < now_ms:
                due.append((ends_ms, match.match, match))
        yield from (match for _, _, match in sorted(due, key=lambda row: row[:2]))

    def follow_ups_due(self, now_ms: int, told_ms: int) -> Iterator[tuple[MatchState, FollowUp]]:
        """See `Index`."""
        due = [
            (at_ms, match.match, what, match)
            for match in self._community.matches.values()
            for at_ms, what in follow_ups(self._community.policy, match, self._community.asks[match.ask])
            if at_ms < now_ms and not is_too_late(match, self._community.asks[match.ask], what, told_ms)
        ]
        yield from ((match, what) for _, _, what, match in sorted(due, key=lambda row: row[:3]))

    def asks_due(self, now_ms: int) -> Iterator[AskState]:
        """See `Index`."""
        due = [ask for ask in self._community.asks.values() if is_ask_due(self._community, ask, now_ms)]
        yield from sorted(due, key=lambda ask: (ask_ends_ms(ask), ask.spec.ask))

    def offers_due(self, now_ms: int) -> Iterator[OfferState]:
        """See `Index`."""
        going_on = (offer for offer in self._community.offers.values() if offer.ended is None)
        due = [offer for offer in going_on if now_ms > offer.spec.deadline_ms]
        yield from sorted(due, key=lambda offer: (offer.spec.deadline_ms, offer.spec.offer))

    def series_due(self, now_ms: int) -> Iterator[SeriesState]:
        """See `Index`."""
        rests = [(rests_until_ms(self._community, one), key, one) for key, one in self._community.series.items()]
        due = [(until_ms, key, one) for until_ms, key, one in rests if until_ms is not None and until_ms < now_ms]
        yield from (one for _, _, one in sorted(due, key=lambda row: row[:2]))

    def waiting_due(self, now_ms: int) -> Iterator[Waiting]:
        """See `Index`."""
        due = [waiting for waiting in self._community.waiting.values() if waiting.until_ms < now_ms]
        yield from sorted(due, key=lambda waiting: (waiting.until_ms, waiting.event.uid))

    def asks_to_escalate(self, now_ms: int) -> Iterator[AskState]:
        """See `Index`."""
        policy = self._community.policy
        waiting = [ask for ask in self._community.asks.values() if ask.is_open and not ask.escalated]
        due = [(escalates_ms(policy, ask), ask.spec.ask, ask) for ask in waiting]
        yield from (ask for at_ms, _, ask in sorted(due, key=lambda row: row[:2]) if at_ms < now_ms)

    def asks_to_place(self) -> list[AskState]:
        """See `Index`."""
        policy = self._community.policy
        return [ask for _, ask in sorted(self._community.asks.items()) if may_be_proposed(policy, ask)]

    def asks_to_look_at(self, round_ms: int, now_ms: int) -> list[AskState]:
        """See `Index`."""
        policy = self._community.policy
        return [ask for ask in self.asks_to_place() if next_look_ms(policy, ask.touched_ms, round_ms) <= now_ms]

    def asks_around(self, offer: OfferState) -> list[AskState]:
        """See `Index`."""
        near = []
        for ask in self.asks_to_place():
            if ask.proposed:
                continue
            pair = pair_of(self._community, self._taxonomy, ask, offer, 0)
            if first_refusal(pair, REACH_RULES) is None:
                near.append((distance_m(ask, offer) or 0, ask.spec.ask, ask))
        near.sort(key=lambda row: row[:2])
        return [ask for _, _, ask in near[:WOKEN_FROM]]

    def may_wake(self, offers: Sequence[OfferState], awake: KeysView[str]) -> Sequence[OfferState]:
        """See `Index`; nothing is kept to tell by."""
        return offers

    def waiting_for(self, kind: str, name: str) -> list[Waiting]:
        """See `Index`."""
        return [one for one in self._community.waiting.values() if subject_of(one.event.data) == (kind, name)]

    def candidates(self, ask: AskState, told_ms: int) -> list[OfferState]:
        """See `Index`."""
        near = []
        for offer in self._community.offers.values():
            if not offer.is_open:
                continue
            pair = pair_of(self._community, self._taxonomy, ask, offer, told_ms)
            if first_refusal(pair, REACH_RULES) is None:
                near.append((distance_m(ask, offer) or 0, offer.spec.offer, offer))
        near.sort(key=lambda row: row[:2])
        return [offer for _, _, offer in near[: looked_at_max(self._community.policy)]]

    def ask_prospects(self, ask: AskState, told_ms: int) -> Prospects:
        """See `Index`."""
        return self._count(side_of_ask(ask), told_ms)

    def offer_prospects(self, offer: OfferState, told_ms: int) -> Prospects:
        """See `Index`."""
        return self._count(side_of_offer(offer), told_ms)

    def offers_around(self, offer: OfferState) -> int | None:
        """See `Index`."""
        if offer.spec.place is None:
            return None
        x, y = hood_of(offer.spec.place)
        places = [one.spec.place for one in self._community.offers.values() if one.is_open]
        hoods = [hood_of(place) for place in places if place is not None]
        return sum(1 for hood_x, hood_y in hoods if abs(hood_x - x) <= 1 and abs(hood_y - y) <= 1)

    def _count(self, side: Side, told_ms: int) -> Prospects:
        dial = self._community.policy.score
        return count(self._taxonomy, dial, side, self._community.arrivals, told_ms)
