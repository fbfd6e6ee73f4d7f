"""A promise that was broken: where, which one, what stands there and what was wanted."""

from dataclasses import dataclass

from services.audit.rules import Rule


@dataclass(frozen=True, slots=True)
class Breach:
    """The first broken rule of a partition, with its place."""

    partition: int
    offset: int
    """The journal offset that the block answers."""
    fact: int | None
    """Which fact of the block, from 0; None where it is the block as a whole, or a fact that is missing."""
    rule: Rule
    stands: str
    """What the log says."""
    wanted: str
    """What it would have to say."""

    @property
    def sentence(self) -> str:
        """All of it in words."""
        place = f"partition {self.partition}, decision {self.offset}"
        place += "" if self.fact is None else f", fact {self.fact}"
        return f"{place}: rule {self.rule.name} is broken: {self.stands}; {self.wanted}. {self.rule.sentence}"


class BrokenRuleError(Exception):
    """Found while reading a fact or a block; the auditor adds the place and makes a `Breach` of it."""

    def __init__(self, rule: Rule, stands: str, wanted: str) -> None:
        super().__init__(f"{rule.name}: {stands}; {wanted}")
        self.rule, self.stands, self.wanted = rule, stands, wanted


def demand(holds: object, rule: Rule, stands: str, wanted: str) -> None:
    """Go on if it holds.

    Raises:
        BrokenRuleError: it does not.
    """
    if not holds:
        raise BrokenRuleError(rule, stands, wanted)
