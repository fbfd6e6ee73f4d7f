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


LIMITS: Final = Limits()


@dataclass(slots=True)
class Room:
    """What is left of the limits in the record that is being decided."""

    limits: Limits
    _taken: dict[str, int] = field(default_factory=dict)

    def due_facts(self, question: str) -> int:
        """How many more facts a question may lead to; below one where it was asked enough."""
        return self.limits.due_facts_max - self._taken.get(question, 0)

    def take(self, what: str, count: int) -> None:
        """So many more were decided."""
        self._taken[what] = self._taken.get(what, 0) + count

    def filled(self) -> list[str]:
        """The questions whose limit was reached."""
        return [question for question in self._taken if self.due_facts(question) <= 0]


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
