"""Which asks a fact stirs, so that the next round looks at them, and which offers it frees. Part of the fold.

A round looks at what was stirred, at what waited long enough, and at who waits around what was freed: what it costs
follows from what happens, not from how much is open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.codes import MatchStatus, Urgency
from schemas.facts import (
    AnyFact,
    AskListed,
    AskMarked,
    AskReturned,
    MatchMoved,
    MemberKnown,
    MemberMarked,
    OfferListed,
    OfferMarked,
    Proposed,
)
from services.matching.state import AskState, CommunityState, PartitionState


def stir(community: CommunityState, fact: AnyFact, now_ms: int) -> None:
    """Note what a fact makes worth looking at; called after the state has taken it in."""
    step = STIRS.get(type(fact))
    if step is not None:
        step(community, fact, now_ms)


@dataclass(frozen=True, slots=True)
class Left:
    """What a round did not come to."""

    asks: Sequence[str] = ()
    offers: Sequence[str] = ()


NOTHING: Final = Left()


def settle(state: PartitionState, now_ms: int, rounds: Mapping[str, Left]) -> None:
    """The end of a record: what was looked at is no longer stirred.

    Args:
        rounds: communities whose record crossed a tick, with what they did not come to.
    """
    if now_ms == state.clock.now_ms and state.clock.is_held:
        return  # nobody looked: time stands
    for community in state.communities.values():
        community.urgent.clear()
    for name, left in rounds.items():
        community = state.communities[name]
        community.stirred = dict.fromkeys(left.asks)
        community.freed = dict.fromkeys(left.offers)
        community.round_ms = now_ms


def _touch(community: CommunityState, fact: Proposed, now_ms: int) -> None:
    community.asks[fact.ask].touched_ms = now_ms


def _stir_by_move(community: CommunityState, fact: MatchMoved, now_ms: int) -> None:
    match = community.matches[fact.match]
    _stir(community, community.asks[match.ask], now_ms, at_once=fact.to is MatchStatus.declined)
    if fact.to is not MatchStatus.started:
        community.freed |= dict.fromkeys(community.members[match.offerer].offers)


def _stir_listed(community: CommunityState, fact: AskListed, now_ms: int) -> None:
    _stir(community, community.asks[fact.ask.ask], now_ms)


def _stir_returned(community: CommunityState, fact: AskReturned, now_ms: int) -> None:
    _stir(community, community.asks[fact.ask], now_ms)


def _stir_released(community: CommunityState, fact: AskMarked, now_ms: int) -> None:
    if not fact.on:
        _stir(community, community.asks[fact.ask], now_ms)


def _free_listed(community: CommunityState, fact: OfferListed, now_ms: int) -> None:
    community.freed[fact.offer.offer] = None


def _free_marked(community: CommunityState, fact: OfferMarked, now_ms: int) -> None:
    community.freed[fact.offer] = None


def _free_all(community: CommunityState, fact: MemberKnown | MemberMarked, now_ms: int) -> None:
    community.freed |= dict.fromkeys(community.members[fact.member].offers)


def _stir(community: CommunityState, ask: AskState, now_ms: int, *, at_once: bool = False) -> None:
    ask.touched_ms = now_ms
    if not ask.is_open:
        return
    community.stirred[ask.spec.ask] = None
    if at_once or ask.spec.urgency is Urgency.critical:
        community.urgent[ask.spec.ask] = None


STIRS: Mapping[type, Callable[[CommunityState, Any, int], None]] = {
    Proposed: _touch,
    MatchMoved: _stir_by_move,
    AskListed: _stir_listed,
    AskReturned: _stir_returned,
    AskMarked: _stir_released,
    OfferListed: _free_listed,
    OfferMarked: _free_marked,
    MemberKnown: _free_all,
    MemberMarked: _free_all,
}
