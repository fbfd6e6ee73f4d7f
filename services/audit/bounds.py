"""How much one block decides of what time brings, and what it may leave to the next: the auditor's own count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from services.audit.breach import demand
from services.audit.falling_due import Name
from services.audit.rules import BOUNDED

Question = Literal["matches", "follow_ups", "asks", "offers", "series", "waiting", "escalations"]
Due = tuple[int, str]
"""The last moment at which nothing had to be decided, and the id."""
MayBeLeft = Callable[[Question, Due], bool]
"""Whether what is due may be left to the next block: `Load.leaves` of one thing."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one block, all communities together."""

    due_facts_max: int = 4_096
    """Facts of one kind of thing that falls due; the last one decided is decided whole."""
    looks_max: int = 4_096
    """Asks that a round which was cut short says it came to; and offers."""
    proposals_max: int = 4_096
    """Proposals of rounds; the last ask has all of its own."""


BOUNDS: Final = Bounds()


@dataclass(slots=True)
class Load:
    """What time brought to one block so far."""

    bounds: Bounds | None
    """None: a version decided it that left nothing over."""
    proposals: dict[tuple[str, str], int] = field(default_factory=dict)
    """Town and ask → how many a round asked for it."""
    looks: int = 0
    """Asks that rounds which were cut short came to."""
    _facts: dict[Question, int] = field(default_factory=dict)
    _last: dict[tuple[str, Question], Due] = field(default_factory=dict)
    """Town → what was decided last of a kind."""
    left: dict[str, dict[Name, None]] = field(default_factory=dict)
    """Town → what the next block has to decide."""
    withdrawn: int = 0
    """Proposals that nobody withdrew, since something ended last: what ends next takes them along."""
    lapsed: str = ""
    """The ask of the fact before, where that was a promise which was never heard of again."""

    def decide(self, town: str, question: Question, due: Due, facts: int = 1) -> None:
        """Take in that something that was due is decided.

        Raises:
            BrokenRuleError: the block was full of its kind, or something due longer comes after it.
        """
        if self.bounds is None:
            return
        before, most = self._facts.get(question, 0), self.bounds.due_facts_max
        stands = f"{due[1]} is decided of the {question} that were due"
        demand(before < most, BOUNDED, stands, f"the block holds {before} facts of these, and {most} are enough")
        last = self._last.get((town, question))
        demand(last is None or last < due, BOUNDED, f"{stands} at {due[0]}", f"{last} was decided before it")
        self._facts[question] = before + facts
        self._last[town, question] = due

    def decide_end(self, town: str, question: Question, due: Due) -> None:
        """The same of something that ends, with the proposals that were withdrawn for it just before."""
        facts, self.withdrawn = 1 + self.withdrawn, 0
        self.decide(town, question, due, facts)

    def add(self, question: Question) -> None:
        """One more fact about what was decided last."""
        self._facts[question] = self._facts.get(question, 0) + 1

    def propose(self, town: str, ask: str) -> None:
        """Take in that a round asked somebody."""
        self.proposals[town, ask] = self.proposals.get((town, ask), 0) + 1

    def check_proposals(self) -> None:
        """Hold what rounds asked in a block against what is enough for one.

        Raises:
            BrokenRuleError: it is more, and not for one ask alone.
        """
        if self.bounds is None or not self.proposals:
            return
        asked = sum(self.proposals.values())
        but_one = asked - max(self.proposals.values())
        most = self.bounds.proposals_max
        demand(
            but_one < most, BOUNDED, f"a block asks {asked} times for help", f"{most} are enough, and the last ask's"
        )

    def leaves(self, town: str, question: Question, due: Due, name: Name, turn: Sequence[str]) -> bool:
        """Whether something that is due may be left to the next block; it is looked at there.

        Only where the block is full of its kind, of nothing due later in that town, and of nothing in towns whose
        turn came after it.

        Args:
            turn: the towns in the order in which they were decided.
        """
        if self.bounds is None or self._facts.get(question, 0) < self.bounds.due_facts_max:
            return False
        last = self._last.get((town, question))
        behind = turn[turn.index(town) + 1 :]
        if (last is not None and due < last) or any((other, question) in self._last for other in behind):
            return False
        self.left.setdefault(town, {})[name] = None
        return True


def in_turn(towns: Sequence[str], offset: int) -> list[str]:
    """The order in which a partition's towns are decided: it begins elsewhere every other block, and goes to and fro."""
    names, places = sorted(towns), len(towns)
    step = -1 if offset % 2 else 1
    begin = (offset // 2) % places - (1 if step < 0 else 0) if places else 0
    return [names[(begin + step * place) % places] for place in range(places)]
