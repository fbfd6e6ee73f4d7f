"""People answer proposals in their own time, or not at all; what they said is kept for the figures."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.acknowledgements import Acknowledged
from schemas.codes import Reason, Verb
from schemas.decisions import DecisionBlock
from schemas.facts import Proposed
from services.simulation.acceptance.people import People
from services.simulation.said import Said


@dataclass(frozen=True, slots=True)
class InTheirTime:
    """Answers as people give them. Whoever made up their mind says so, even if the ask is taken by then."""

    people: People
    accepted_ms: dict[str, int] = field(default_factory=dict)
    """Match → when its offerer will have accepted it, or has, whether that still counted or not."""

    def answers_to(self, block: DecisionBlock, heard_ms: int) -> Iterable[Said]:
        """One answer for each proposal that gets any."""
        for fact in block.facts:
            answer = self.people.answer(fact.offerer, fact.ask) if isinstance(fact, Proposed) else None
            if answer is not None and isinstance(fact, Proposed):
                at_ms = heard_ms + answer.after_ms
                if answer.verb is Verb.accept:
                    self.accepted_ms[fact.match] = at_ms
                yield Said(at_ms, _said(fact, answer.verb))


def _said(proposed: Proposed, verb: Verb) -> Acknowledged:
    reason = Reason.busy if verb is Verb.decline else None
    return Acknowledged(
        community=proposed.community, match=proposed.match, member=proposed.offerer, verb=verb, reason=reason
    )
