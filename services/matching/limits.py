"""How much one journal record decides at most. What is left over comes with the next one.

A record is answered by one block, and no log takes a block of any size: without a bound, the first record after an outage
of a large town would be one that nobody can write. Bounds are counts, so they cut alike wherever a record is decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one record, over all communities of its partition. Part of the logic version."""

    due_facts_max: int = 4_096
    """Facts of each question that is asked of time as it passes (`engine.QUESTIONS`). The last thing that is decided is
    decided whole: the proposals of an ask that ends are withdrawn with it."""
    looks_max: int = 4_096
    """Asks that rounds look at, and offers of which they ask whom these wake (`looking`)."""
    proposals_max: int = 4_096
    """Proposals of rounds. The last ask that comes to proposals has all of its own."""


LIMITS: Final = Limits()


@dataclass(slots=True)
class Room:
    """What is left of the limits in the record that is being decided."""

    limits: Limits
    looks: int = field(init=False)
    proposals: int = field(init=False)
    full: dict[str, None] = field(default_factory=dict)
    """What there was no room for any more, or just enough."""
    _due_facts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.looks, self.proposals = self.limits.looks_max, self.limits.proposals_max

    def due_facts(self, question: str) -> int:
        """How many more facts a question may lead to; below one where it was asked enough."""
        return self._due_facts.get(question, self.limits.due_facts_max)

    def take_due(self, question: str, facts: int) -> None:
        """A question led to so many facts."""
        self._due_facts[question] = self.due_facts(question) - facts
        if self._due_facts[question] <= 0:
            self.full[question] = None


def in_turn(communities: Sequence[str], offset: int) -> Sequence[str]:
    """The order in which communities are decided in a record.

    It turns round from record to record, and begins elsewhere: nobody stands behind a large neighbour twice in a row.

    Args:
        communities: sorted.
        offset: of the journal record.
    """
    if len(communities) < 2:
        return communities
    first = offset // 2 % len(communities)
    turned = [*communities[first:], *communities[:first]]
    return turned if offset % 2 == 0 else turned[::-1]
