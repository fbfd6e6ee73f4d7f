"""How many asks wait, of which urgency and since when: kept up fact by fact, since walking over a city takes too long."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from schemas.codes import Urgency
from schemas.facts import AnyFact, AskListed, MatchMoved, Proposed
from services.matching.state import CommunityState, PartitionState

Name = tuple[str, str]
"""Community and ask."""
UNSEEN_MAX = 10_000
"""So many asks are looked at at the latest, whether somebody wants to know or not."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Open asks of one urgency."""

    waiting: int = 0
    overdue: int = 0
    """Of these, escalated: they wait longer than their urgency allows, or somebody called a coordinator."""
    longest_ms: int = 0
    """How long the oldest has waited, in log time; 0 where none waits."""


class WaitingAsks:
    """The open asks with unmet units of one partition.

    Args:
        state: as it stands. What changes from now on is told by `hear`.
    """

    def __init__(self, state: PartitionState) -> None:
        self._known: dict[Name, tuple[Urgency, bool]] = {}
        self._waiting = dict.fromkeys(Urgency, 0)
        self._overdue = dict.fromkeys(Urgency, 0)
        self._by_age: dict[Urgency, list[tuple[int, Name]]] = {urgency: [] for urgency in Urgency}
        """Heaps; one entry at least for each that waits, and some for asks that do not any more."""
        self._state = state
        self._unseen: dict[Name, None] = {}
        """Spoken of since they were looked at. Looked at when somebody wants to know: many are spoken of several times."""
        for community in state.communities.values():
            for ask in community.asks:
                self._look(community, ask)

    def hear(self, state: PartitionState, facts: Iterable[AnyFact]) -> None:
        """Hear that these facts hold.

        Args:
            state: as it stands after the facts, or a little later.
        """
        self._state, unseen = state, self._unseen
        for fact in facts:
            if type(fact) is Proposed:
                continue  # somebody was asked: the ask waits as before
            community = state.communities.get(fact.community)
            ask = None if community is None else _ask_of(community, fact)
            if ask is not None:
                unseen[fact.community, ask] = None
        if len(unseen) >= UNSEEN_MAX:
            self._look_again()

    def waits(self, urgency: Urgency) -> Waits:
        """How many wait now."""
        self._look_again()
        opened_ms = self._oldest_ms(urgency)
        longest_ms = 0 if opened_ms is None else max(0, self._state.clock.now_ms - opened_ms)
        return Waits(self._waiting[urgency], self._overdue[urgency], longest_ms)

    def _look_again(self) -> None:
        for name, ask in self._unseen:
            community = self._state.communities.get(name)
            if community is not None:
                self._look(community, ask)
        self._unseen.clear()

    def _look(self, community: CommunityState, ask: str) -> None:
        name = (community.community, ask)
        found, before = community.asks.get(ask), self._known.pop(name, None)
        if before is not None:
            self._waiting[before[0]] -= 1
            self._overdue[before[0]] -= before[1]
        if found is None or not found.is_open:
            return
        urgency = found.spec.urgency
        self._known[name] = (urgency, found.escalated)
        self._waiting[urgency] += 1
        self._overdue[urgency] += found.escalated
        if before is None or before[0] is not urgency:
            heappush(self._by_age[urgency], (found.spec.opened_ms, name))

    def _oldest_ms(self, urgency: Urgency) -> int | None:
        by_age = self._by_age[urgency]
        while by_age and self._known.get(by_age[0][1], (None,))[0] is not urgency:
            heappop(by_age)
        return by_age[0][0] if by_age else None


def _ask_of(community: CommunityState, fact: AnyFact) -> str | None:
    """The ask that a fact may have opened, closed or marked."""
    if type(fact) is AskListed:  # told apart by name: asking a model's class whether it is one takes long
        return fact.ask.ask
    if type(fact) is MatchMoved:
        match = community.matches.get(fact.match)
        return None if match is None else match.ask
    name: str | None = fact.__dict__.get("ask")
    return name
