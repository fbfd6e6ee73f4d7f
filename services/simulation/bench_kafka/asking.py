"""How long asks wait: for the decision that answers them, which is ours to make soon, and for their first proposal.

An ask is answered when it is listed. It is proposed in a round, and the first round after it came is due within a tick.
Not everybody is proposed then: nobody may be there who would do and has a slot free, and somebody is freed only when other
people answer. So both are told: all first proposals, and those that came at the first chance, which wait for nothing
but the tick and the machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.decisions import DecisionBlock
from schemas.facts import AskListed, Proposed
from schemas.policy import Policy

TICK_MS = Policy().tick_ms


class Answered(NamedTuple):
    """An ask was heard to be listed. All from when it was due, in seconds."""

    due_s: float
    journalled_s: float
    """Until its block stood in the journal, by the log's stamp: the producer's, the broker's and intake's part."""
    heard_s: float
    """Until its decision was heard of."""


class FirstProposal(NamedTuple):
    """Somebody was asked for an ask, for the first time."""

    due_s: float
    heard_s: float
    """From when the ask was due, in seconds."""
    is_first_chance: bool
    """At once, or in the first round after the ask was listed."""


@dataclass(slots=True)
class Waits:
    """Of all asks that were due."""

    answered: list[Answered] = field(default_factory=list)
    proposed: list[FirstProposal] = field(default_factory=list)


class Asking:
    """The asks of one town, from when they are due until somebody is asked."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._due_s: dict[str, float] = {}
        self._listed: dict[str, int] = {}
        """Ask → how many rounds had been by then."""
        self._rounds = 0
        self._now_ms: int | None = None

    def tell(self, waits: Waits) -> None:
        """Who is told from now on."""
        self._waits = waits

    def due(self, ask: str, due_s: float) -> None:
        """Somebody is to ask now, whenever it really comes to it."""
        self._due_s[ask] = due_s

    def hear(self, block: DecisionBlock, journalled_s: float, now_s: float) -> None:
        """Note what a block says of asks that wait.

        Args:
            journalled_s: the journal's stamp on what the block answers.
            now_s: when it was heard of.
        """
        before = self._rounds
        if self._now_ms is not None and self._now_ms // TICK_MS != block.now_ms // TICK_MS:
            self._rounds += 1
        self._now_ms = block.now_ms
        for fact in block.facts:
            if isinstance(fact, AskListed) and (due_s := self._due_s.get(fact.ask.ask)) is not None:
                self._listed[fact.ask.ask] = before
                self._waits.answered.append(Answered(due_s, journalled_s - due_s, now_s - due_s))
            elif isinstance(fact, Proposed) and (due_s := self._due_s.pop(fact.ask, None)) is not None:
                is_first = self._rounds <= self._listed.pop(fact.ask, before) + 1
                self._waits.proposed.append(FirstProposal(due_s, now_s - due_s, is_first))


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of waits, in milliseconds; 0 where there are none."""

    count: int
    p50_ms: float
    p99_ms: float
    p999_ms: float


def percentiles(seconds: Sequence[float]) -> Percentiles:
    """Half, all but a hundredth and all but a thousandth waited no longer."""
    waited = sorted(seconds)
    at: Callable[[float], float] = lambda part: waited[int(len(waited) * part)] * 1_000 if waited else 0.0  # noqa: E731
    return Percentiles(len(waited), at(0.5), at(0.99), at(0.999))
