"""Why an ask still waits: who could be asked for it as things stand, held against the same rules as in a round."""

from schemas.facts import CONSIDERED_ALTERNATIVES, Alternative, Explanation, Fell
from services.matching.decide.moment import Moment
from services.matching.engine import Engine
from services.matching.index import NaiveIndex
from services.matching.weighing import Round

NOT_PLANNED = "not-planned"


def why_waits(engine: Engine, community: str, ask: str) -> Explanation | None:
    """What a round would see of this ask now: an explanation that explains no proposal. For coordinators only.

    Returns:
        Counts per rule, and the best feasible offers as `alternatives`: where there are some, the ask is held to
        wait for a nearer one, or they go to others. None for an ask that is not known, or takes no proposals.
    """
    known = engine.state.communities.get(community)
    state = None if known is None else known.asks.get(ask)
    if known is None or state is None or not state.is_open:
        return None
    clock = engine.state.clock
    moment = Moment(clock.now_ms, clock.told_ms)
    round_ = Round(known, NaiveIndex(known, engine.taxonomy), engine.taxonomy, moment)
    looked = round_.consider(state)
    best = round_.weigh(looked).best.first(CONSIDERED_ALTERNATIVES)
    return Explanation(
        parts={},
        considered=looked.looked_at,
        feasible=len(looked.feasible),
        fell=tuple(Fell(rule=rule, count=count) for rule, count in sorted(looked.fell.items())),
        alternatives=tuple(Alternative(offer=one.offer.spec.offer, points=one.points) for one in best),
        solver=NOT_PLANNED,
    )
