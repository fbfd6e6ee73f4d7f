"""How the people of Larkmere answer: later, no, not at all; how they help, fall ill, forget, confirm and say thank you.

What somebody does about a match is drawn from the match's own id, so nobody's mood depends on the order of events.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from schemas.acknowledgements import Acknowledged
from schemas.codes import MatchStatus, Reason, Verb
from schemas.decisions import DecisionBlock
from schemas.facts import MatchMoved, Proposed
from services.simulation.chance import around, chance, pick
from services.simulation.city.clock import MINUTE_MS, local_minute
from services.simulation.city.people import Resident
from services.simulation.said import Said

NOT_NOW = {Reason.busy: 60, Reason.too_far: 16, Reason.not_able: 14, Reason.illness: 10}
CALLED_OFF = {Reason.illness: 5, Reason.busy: 4, Reason.no_supplies: 1}
LESS_PER_KM = 0.09
"""How much of somebody's readiness each kilometre of way takes."""
ASLEEP_MINUTES = (23 * 60, 6 * 60)
ASLEEP = 0.1
"""What is left of it at night."""
ASKER_CALLS_OFF, CONFIRMS, THANKS, THANKS_UNCONFIRMED = 0.025, 0.82, 0.7, 0.25


@dataclass(slots=True)
class Neighbours:
    """Everybody's answers. Remembers who is meant by a match, and nothing else."""

    seed: int
    people: Mapping[str, Resident]
    _proposed: dict[str, Proposed] = field(default_factory=dict)

    def answers_to(self, block: DecisionBlock, heard_ms: int) -> list[Said]:
        """What will be said, sooner or later, because of this block.

        Args:
            heard_ms: when people hear of it; no answer comes before.
        """
        said: list[Said] = []
        for fact in block.facts:
            if isinstance(fact, Proposed):
                self._proposed[fact.match] = fact
                said += self._to_proposal(fact, heard_ms)
            elif isinstance(fact, MatchMoved) and fact.to is MatchStatus.accepted:
                said += self._to_acceptance(self._proposed[fact.match], heard_ms)
            elif isinstance(fact, MatchMoved) and fact.to is MatchStatus.completed:
                said += self._to_completion(self._proposed[fact.match], heard_ms)
        return said

    def _to_proposal(self, asked: Proposed, heard_ms: int) -> list[Said]:
        draw, temper = self._draw(asked, "answer"), self.people[asked.offerer].temper
        ready = temper.accepts * (1 - LESS_PER_KM * (asked.distance_m or 0) / 1_000)
        if _is_asleep(heard_ms):
            ready *= ASLEEP
        at_ms = heard_ms + _minutes(around(draw, temper.reply_min, 0.9))
        if draw.random() < ready:
            return [Said(at_ms, _says(asked, asked.offerer, Verb.accept))]
        if draw.random() < temper.declines:
            return [Said(at_ms, _says(asked, asked.offerer, Verb.decline, pick(draw, NOT_NOW)))]
        return []

    def _to_acceptance(self, agreed: Proposed, heard_ms: int) -> list[Said]:
        draw, temper = self._draw(agreed, "help"), self.people[agreed.offerer].temper
        begins_ms = heard_ms + _minutes(around(draw, 40, 0.6))
        ends_ms = begins_ms + _minutes(around(draw, 30, 0.5))
        if draw.random() < ASKER_CALLS_OFF:
            return [Said(begins_ms, _says(agreed, agreed.asker, Verb.cancel, Reason.not_needed))]
        if draw.random() >= temper.reliable:
            return [pick(draw, FALLS_THROUGH)(draw, agreed, begins_ms)]
        done = Said(ends_ms, _says(agreed, agreed.offerer, Verb.complete))
        begun = Said(begins_ms, _says(agreed, agreed.offerer, Verb.start))
        return [begun, done] if draw.random() < 0.5 else [done]

    def _to_completion(self, helped: Proposed, heard_ms: int) -> list[Said]:
        draw = self._draw(helped, "thanks")
        at_ms = heard_ms + _minutes(around(draw, 35, 1.1))
        confirms = draw.random() < CONFIRMS
        said = [Said(at_ms, _says(helped, helped.asker, Verb.confirm))] if confirms else []
        if draw.random() < (THANKS if confirms else THANKS_UNCONFIRMED):
            said.append(Said(at_ms + MINUTE_MS, _says(helped, helped.asker, Verb.thank)))
        return said

    def _draw(self, match: Proposed, about: str) -> Random:
        return chance(self.seed, about, match.match)


def _minutes(minutes: float) -> int:
    return round(minutes * MINUTE_MS)


def _is_asleep(at_ms: int) -> bool:
    minute = local_minute(at_ms) % 1_440
    return minute >= ASLEEP_MINUTES[0] or minute < ASLEEP_MINUTES[1]


def _says(match: Proposed, member: str, verb: Verb, reason: Reason | None = None) -> Acknowledged:
    return Acknowledged(community=match.community, match=match.match, member=member, verb=verb, reason=reason)


def _calls_off(draw: Random, agreed: Proposed, begins_ms: int) -> Said:
    return Said(begins_ms - MINUTE_MS, _says(agreed, agreed.offerer, Verb.cancel, pick(draw, CALLED_OFF)))


def _does_not_come(draw: Random, agreed: Proposed, begins_ms: int) -> Said:
    return Said(begins_ms + _minutes(around(draw, 30, 0.3)), _says(agreed, agreed.asker, Verb.miss))


def _finds_nobody(draw: Random, agreed: Proposed, begins_ms: int) -> Said:
    return Said(
        begins_ms + _minutes(around(draw, 10, 0.3)), _says(agreed, agreed.offerer, Verb.fail, Reason.nobody_there)
    )


FALLS_THROUGH: Mapping[Callable[[Random, Proposed, int], Said], float] = {
    _calls_off: 60,
    _does_not_come: 22,
    _finds_nobody: 18,
}
"""What happens instead, where somebody said yes and it does not come to it."""
