"""How the people of a seed answer what was decided: soon or late, twice, in vain, in somebody else's name, not at all.

What is said about a match is drawn from the match's own id: no crash and no stall changes anybody's mind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from schemas.acknowledgements import NEEDS_REASON, Acknowledged
from schemas.codes import MatchStatus, Reason, Verb
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent
from schemas.facts import ClockHeld, MatchMoved, Proposed
from schemas.operations import LeapAllowed, Reassigned
from services.simulation.chance import chance, pick
from services.simulation.seeds.coordination import COORDINATOR
from services.simulation.seeds.policies import DAY_MS, HOUR_MS, MINUTE_MS

REASONS = (Reason.busy, Reason.illness, Reason.other)
SOON = {0: 20, 1_000: 20, MINUTE_MS: 25, 10 * MINUTE_MS: 20, HOUR_MS: 10, DAY_MS: 5}
"""Milliseconds until somebody answers, about."""
NEVER_ALLOWED = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said because of a decision."""

    at_ms: int
    name: str
    """The event's id: the same in every run of the seed."""
    event: AnyEvent


@dataclass(slots=True)
class Replies:
    """Everybody's answers. Remembers who is meant by a match."""

    seed: int
    offers: Mapping[str, tuple[str, ...]]
    """Community → names of offers, for coordinators who reassign."""
    _proposed: dict[str, Proposed] = field(default_factory=dict)

    def answers_to(self, block: DecisionBlock, heard_ms: int) -> list[Reply]:
        """What will be said because of this block, heard at `heard_ms`."""
        replies: list[Reply] = []
        for fact in block.facts:
            if isinstance(fact, Proposed):
                self._proposed[fact.match] = fact
                replies += self._say(fact, "proposed", heard_ms)
            elif isinstance(fact, MatchMoved) and fact.to.value in WORDS:
                replies += self._say(self._proposed[fact.match], fact.to.value, heard_ms)
            elif isinstance(fact, ClockHeld):
                replies += self._allow(fact, heard_ms)
        return replies

    def _allow(self, held: ClockHeld, heard_ms: int) -> list[Reply]:
        """An operator's word that time really leapt; rarely nobody gives it.

        What is said too late, or does not reach, is answered: the engine says once more that time is held.
        """
        draw = chance(self.seed, "leap", held.community, str(held.wanted_ms))
        if draw.random() < NEVER_ALLOWED:
            return []
        at_ms = heard_ms + draw.choice((0, MINUTE_MS, HOUR_MS))
        until_ms = at_ms + draw.choice((-HOUR_MS, HOUR_MS, 30 * DAY_MS))
        said = LeapAllowed(community=held.community, operator=COORDINATOR, until_ms=until_ms)
        return [Reply(at_ms, f"leap-{held.community}-{held.wanted_ms}-{at_ms}", said)]

    def _say(self, match: Proposed, when: str, heard_ms: int) -> list[Reply]:
        draw = chance(self.seed, "replies", match.match, when)
        words = pick(draw, WORDS[when])
        said = []
        for number, word in enumerate(words):
            at_ms = heard_ms + draw.randint(0, 2 * pick(draw, SOON))
            said.append(Reply(at_ms, f"{when}-{number}-{match.match}", word(draw, match, self.offers)))
        return said


Word = Callable[[Random, Proposed, Mapping[str, tuple[str, ...]]], AnyEvent]


def _by_offerer(verb: Verb) -> Word:
    return lambda draw, match, _offers: _says(draw, match, match.offerer, verb)


def _by_asker(verb: Verb) -> Word:
    return lambda draw, match, _offers: _says(draw, match, match.asker, verb)


def _says(draw: Random, match: Proposed, member: str, verb: Verb) -> Acknowledged:
    reason = draw.choice(REASONS) if verb in NEEDS_REASON else None
    return Acknowledged(community=match.community, match=match.match, member=member, verb=verb, reason=reason)


def _reassigned(draw: Random, match: Proposed, offers: Mapping[str, tuple[str, ...]]) -> Reassigned:
    offer = draw.choice(offers[match.community])
    return Reassigned(community=match.community, operator=COORDINATOR, match=match.match, offer=offer)


YES, NO = _by_offerer(Verb.accept), _by_offerer(Verb.decline)
START, DONE = _by_offerer(Verb.start), _by_offerer(Verb.complete)
CONFIRM, DISPUTE, THANK = (_by_asker(verb) for verb in (Verb.confirm, Verb.dispute, Verb.thank))

# fmt: off
WORDS: Mapping[str, Mapping[tuple[Word, ...], float]] = {
    "proposed": {
        (YES,): 40, (YES, YES): 6, (YES, NO): 4, (NO,): 20, (): 24, (_by_asker(Verb.accept),): 3,
        (_by_offerer(Verb.report),): 1, (DONE,): 2,
    },
    "accepted": {
        (DONE,): 40, (START, DONE): 20, (_by_offerer(Verb.cancel),): 8, (_by_asker(Verb.cancel),): 6,
        (_by_asker(Verb.miss),): 5, (_by_offerer(Verb.fail),): 5, (_reassigned,): 5, (): 8, (_by_asker(Verb.report),): 1,
        (YES, CONFIRM): 2,
    },
    "completed": {(CONFIRM,): 45, (CONFIRM, THANK): 25, (THANK, THANK): 4, (DISPUTE,): 10, (): 16},
    "disputed": {(CONFIRM,): 50, (_by_asker(Verb.fail),): 30, (): 20},
    "unconfirmed": {(CONFIRM,): 30, (DISPUTE,): 20, (): 50},
    "withdrawn": {(YES,): 30, (NO,): 5, (): 65},
    "expired": {(YES,): 15, (): 85},
}
# fmt: on
"""Status → what is said once a match has come there, and how often."""
assert WORDS.keys() <= {status.value for status in MatchStatus}
