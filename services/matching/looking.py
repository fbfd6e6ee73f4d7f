"""What a round looks at: asks to which something happened, asks whose next look fell due, and those around what was freed.

A record looks at so many at most. Whom it does not come to stays stirred, and whom it does not wake stays freed: the
block says how far it came (`RoundCut`), so recovery leaves the same behind.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import nsmallest
from itertools import chain, islice
from typing import Final

from schemas.codes import Urgency
from schemas.decisions import RoundCut
from services.matching.index import Index, may_be_proposed
from services.matching.state import AskState, CommunityState
from services.matching.stirring import Left
from services.matching.waking import woken
from services.matching.weighing import Round

RANK: Final = {Urgency.critical: 0, Urgency.high: 1, Urgency.low: 3}
"""Urgencies that do not wait with the normal ones, which all others count as."""
NORMAL: Final = 2
TURNS: Final = 4
"""One look in so many goes round, the others go by urgency."""


@dataclass(slots=True)
class Looks:
    """What a record looks at in one community."""

    asks: list[AskState]
    """In any order."""
    woke: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Freed offer → the asks that it woke."""
    is_cut: bool = False
    """There was more to look at."""

    def cut(self, community: str, left: Collection[str]) -> RoundCut:
        """How far the round came.

        Args:
            left: asks of these that were looked at in vain, as no more proposals could go out.
        """
        names = dict.fromkeys(sorted(ask.spec.ask for ask in self.asks if ask.spec.ask not in left))
        used_up = sorted(offer for offer, asks in self.woke.items() if all(ask in names for ask in asks))
        return RoundCut(community=community, asks=tuple(names), offers=tuple(used_up))


def looks_of(round_: Round, *, is_round: bool, most: int) -> Looks:
    """The asks that are looked at now, at most so many.

    Args:
        is_round: log time crossed a tick; otherwise only what cannot wait for one is looked at.
    """
    community, now_ms = round_.community, round_.moment.now_ms
    asks = {ask.spec.ask: ask for ask in at_once(community)}
    woke: dict[str, list[AskState]] = {}
    if is_round:
        stirred = [community.asks[name] for name in community.stirred if name in community.asks]
        asks |= {ask.spec.ask: ask for ask in stirred if may_be_proposed(community.policy, ask)}
        asks |= {ask.spec.ask: ask for ask in round_.index.asks_to_look_at(community.round_ms, now_ms)}
        woke = woken(round_, asks.keys(), most)
        asks |= {ask.spec.ask: ask for several in woke.values() for ask in several}
    chosen = list(by_turns(community, asks.values(), now_ms, most)) if len(asks) > most else list(asks.values())
    is_cut = len(chosen) < len(asks) or (is_round and len(woke) < len(community.freed))
    return Looks(chosen, {offer: [ask.spec.ask for ask in several] for offer, several in woke.items()}, is_cut)


def at_once(community: CommunityState) -> list[AskState]:
    """Asks that cannot wait for the next round; by id."""
    asks = [community.asks[name] for name in sorted(community.urgent) if name in community.asks]
    return [ask for ask in asks if may_be_proposed(community.policy, ask)]


def by_turns(community: CommunityState, asks: Collection[AskState], now_ms: int, most: int) -> Iterator[AskState]:
    """The asks that come first: by urgency, those first to which something happened last; every so often one in rotation.

    So who is in need does not stand behind a crowd, and who has just asked, or was just declined, not behind those for
    whom nobody was found before. With each tick the rotation begins somewhere else: everybody's turn comes, even where
    one is looked at in a round.
    """
    begin = _begin(now_ms // community.policy.tick_ms)
    by_urgency = iter(nsmallest(most, asks, key=_urgency_first))
    in_rotation = _rotated(sorted(asks, key=_by_name), begin // TURNS)
    taken = dict[str, None]()
    for place in range(min(most, len(asks))):
        source = in_rotation if (begin + place) % TURNS == 0 else by_urgency
        ask = next(ask for ask in source if ask.spec.ask not in taken)
        taken[ask.spec.ask] = None
        yield ask


def left_over(community: CommunityState, index: Index, cut: RoundCut, now_ms: int) -> Left:
    """What a round that was cut short leaves to the next one; read at the end of its record."""
    known, came_to = community.asks, dict.fromkeys(cut.asks)
    due = [ask.spec.ask for ask in index.asks_to_look_at(community.round_ms, now_ms)]
    stirred = [name for name in community.stirred if name in known and known[name].is_open]
    used_up = dict.fromkeys(cut.offers)
    open_offers = [name for name in community.freed if name in community.offers and community.offers[name].is_open]
    return Left(
        asks=[name for name in dict.fromkeys([*stirred, *due]) if name not in came_to],
        offers=[name for name in open_offers if name not in used_up],
    )


def _urgency_first(ask: AskState) -> tuple[int, int, str]:
    return RANK.get(ask.spec.urgency, NORMAL), -ask.touched_ms, ask.spec.ask


def _by_name(ask: AskState) -> str:
    return ask.spec.ask


def _begin(tick: int) -> int:
    """Where the rotation begins. Hashed: ticks that come at a regular distance would begin at the same few places."""
    return int.from_bytes(sha256(tick.to_bytes(8)).digest()[:8])


def _rotated(asks: Sequence[AskState], by: int) -> Iterator[AskState]:
    first = by % max(len(asks), 1)
    return chain(islice(asks, first, None), islice(asks, first))
