"""What coordinators and operators say. They too mistake one ask for another, and speak of what is not there."""

from collections.abc import Callable, Mapping
from random import Random

from schemas.events import AnyEvent
from schemas.operations import (
    AskEscalated,
    AskHeld,
    AskMerged,
    AskReferred,
    AskReleased,
    CommunityDefined,
    MemberReinstated,
    PolicySet,
    ProposedByHand,
)
from services.simulation.chance import pick
from services.simulation.seeds.policies import draw_policy
from services.simulation.seeds.speech import member
from services.simulation.seeds.towns import Town

COORDINATOR = "op-1"
VERSIONS = (1, 2, 3)
"""Of policies, drawn anew each time: an older one must be refused."""


def coordination(draw: Random, town: Town, at_ms: int) -> AnyEvent:
    """Something a coordinator does."""
    return pick(draw, DEEDS)(draw, town)


def about_ask(draw: Random, town: Town, name: str) -> AnyEvent:
    """Something a coordinator does about this ask."""
    return draw.choice((AskHeld, AskEscalated, AskReleased))(community=town.community, operator=COORDINATOR, ask=name)


def _mark(draw: Random, town: Town) -> AnyEvent:
    return about_ask(draw, town, town.an_ask(draw))


def _propose(draw: Random, town: Town) -> AnyEvent:
    ask, offer = town.an_ask(draw), town.an_offer(draw)
    return ProposedByHand(community=town.community, operator=COORDINATOR, ask=ask, offer=offer)


def _merge(draw: Random, town: Town) -> AnyEvent:
    ask, other = town.an_ask(draw), town.an_ask(draw)
    return AskMerged(community=town.community, operator=COORDINATOR, ask=ask, duplicate_of=other)


def _refer(draw: Random, town: Town) -> AnyEvent:
    to_community = draw.choice((*town.definition.neighbours, "moon"))
    ask = town.an_ask(draw)
    return AskReferred(community=town.community, operator=COORDINATOR, ask=ask, to_community=to_community)


def _reinstate(draw: Random, town: Town) -> AnyEvent:
    return MemberReinstated(community=town.community, operator=COORDINATOR, member=member(draw, town))


def _set_policy(draw: Random, town: Town) -> AnyEvent:
    return PolicySet(community=town.community, policy=draw_policy(draw, draw.choice(VERSIONS)))


def _define(draw: Random, town: Town) -> AnyEvent:
    """The same plane with fewer neighbours; or another plane, which is refused while anything lies on it."""
    change = pick(draw, {"neighbours": 70, "cell_m": 30})
    wanted: dict[str, object] = {"neighbours": ()} if change == "neighbours" else {"cell_m": 100}
    return CommunityDefined.model_validate({**town.definition.model_dump(), **wanted})


DEEDS: Mapping[Callable[[Random, Town], AnyEvent], float] = {
    _mark: 30,
    _propose: 25,
    _merge: 12,
    _refer: 15,
    _reinstate: 6,
    _set_policy: 8,
    _define: 4,
}
