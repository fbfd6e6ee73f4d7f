"""How people answer a load, where its data says nothing about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.acknowledgements import Acknowledged
from schemas.codes import Verb
from schemas.decisions import DecisionBlock
from schemas.facts import Proposed
from services.simulation.said import Said


class Silence:
    """Nobody ever answers."""

    def answers_to(self, block: DecisionBlock, heard_ms: int) -> Iterable[Said]:
        """Nothing."""
        del block, heard_ms
        return ()


@dataclass(frozen=True, slots=True)
class AcceptAll:
    """Everybody who is asked says yes, in the next block."""

    tick_ms: int

    def answers_to(self, block: DecisionBlock, heard_ms: int) -> Iterable[Said]:
        """An acceptance of its own for every proposal."""
        for fact in block.facts:
            if isinstance(fact, Proposed):
                yes = Acknowledged(community=fact.community, match=fact.match, member=fact.offerer, verb=Verb.accept)
                yield Said(heard_ms + self.tick_ms, yes)
