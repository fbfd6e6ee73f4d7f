"""The people of a load: how willing each of them is, and how they answer each ask. Drawn from a seed by their names."""

from dataclasses import dataclass
from functools import cache

from schemas.codes import Verb
from schemas.members import MemberJoined
from services.simulation.acceptance.delays import delay_ms
from services.simulation.chance import chance

KNOWN_BEFORE = 10
"""Earlier proposals with whose results each member comes."""
SPREAD = 4
"""Chances are drawn from Beta(mean x 4, (1 - mean) x 4): many who hardly ever accept, a few who mostly do."""
DECLINED = 0.3
"""Share of those who do not accept that say so."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says to a proposal, and how long after it."""

    verb: Verb
    after_ms: int


@dataclass(frozen=True)
class People:
    """Everybody who may be asked.

    Args:
        seed: another number is other people; the same number is the same people.
        accept_mean: how likely they accept, on average; between 0 and 1, neither of them.
    """

    seed: int
    accept_mean: float

    def willing(self, member: str) -> float:
        """The member's chance to accept what they are asked."""
        return _willing(self.seed, self.accept_mean, member)

    def joined(self, community: str, member: str) -> MemberJoined:
        """The member as they join, with the results of what they were asked before."""
        willing, draw = self.willing(member), chance(self.seed, "asked before", member)
        accepted = sum(draw.random() < willing for _ in range(KNOWN_BEFORE))
        return MemberJoined(community=community, member=member, asked_before=KNOWN_BEFORE, accepted_before=accepted)

    def answer(self, member: str, ask: str) -> Answer | None:
        """What the member says when asked for this ask, whoever asks and whenever; None where they stay silent."""
        draw = chance(self.seed, "answer", member, ask)
        accepts, declines = draw.random() < self.willing(member), draw.random() < DECLINED
        after_ms = delay_ms(draw.random())
        if after_ms is None or not (accepts or declines):
            return None
        return Answer(Verb.accept if accepts else Verb.decline, after_ms)


@cache
def _willing(seed: int, mean: float, member: str) -> float:
    return chance(seed, "willing", member).betavariate(mean * SPREAD, (1 - mean) * SPREAD)
