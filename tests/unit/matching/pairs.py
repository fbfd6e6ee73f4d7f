"""A pair that every rule lets pass, and ways to change one thing about it."""

from dataclasses import dataclass, field, replace
from typing import Any

from schemas.codes import Urgency, Vetting
from schemas.listed import Ask, Offer
from schemas.members import MemberFields
from schemas.model import Place
from schemas.operations import CommunityDefined
from schemas.policy import Policy
from schemas.presets import with_certain_answers
from schemas.taxonomy.load import load
from services.matching.rules import Pair
from services.matching.state import AskState, CommunityState, MemberState, OfferState

TAXONOMY = load()
NOW_MS = 1_767_600_000_000
HOUR_MS = 3_600_000

ASK = Ask(
    ask="A1",
    member="m-ann",
    need="oe:102",
    place=Place(x_m=0, y_m=0),
    remote=False,
    reach_m=None,
    urgency=Urgency.normal,
    quantity=1,
    unit="visit",
    opened_ms=NOW_MS,
    earliest_ms=NOW_MS,
    deadline_ms=NOW_MS + HOUR_MS,
    languages=(),
    skills=(),
    accessibility=(),
    vetting=Vetting.none,
    root="A1",
)
OFFER = Offer(
    offer="O1",
    member="m-bo",
    needs=("oe:102",),
    place=Place(x_m=300, y_m=400),
    remote=False,
    radius_m=500,
    capacity=1,
    unit="visit",
    opened_ms=NOW_MS,
    from_ms=NOW_MS,
    deadline_ms=NOW_MS + HOUR_MS,
)


@dataclass
class Changed:
    """What is different about a pair."""

    ask: dict[str, Any] = field(default_factory=dict)
    offer: dict[str, Any] = field(default_factory=dict)
    offerer: dict[str, object] = field(default_factory=dict)
    asker: dict[str, object] = field(default_factory=dict)
    policy: dict[str, object] = field(default_factory=dict)


def pair(changed: Changed | None = None) -> Pair:
    """Two people 500 metres apart, with an hour left on both sides."""
    changed = changed or Changed()
    policy = with_certain_answers(Policy()).model_copy(update=changed.policy)
    town = CommunityState("town", CommunityDefined(community="town"), policy)
    ask = AskState(replace(ASK, **changed.ask))
    offer = OfferState(replace(OFFER, **changed.offer))
    asker = MemberState(MemberFields().model_copy(update=changed.asker))
    offerer = MemberState(MemberFields().model_copy(update=changed.offerer))
    return Pair(town, TAXONOMY, ask, offer, asker, offerer, NOW_MS)


def told_at(one: Pair, told_ms: int) -> Pair:
    """The same pair at another moment."""
    return replace(one, told_ms=told_ms)
