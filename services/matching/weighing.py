"""Weighing: the offers that are near an ask, held against the rules, and what each that passes is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from schemas.facts import CONSIDERED_ALTERNATIVES, Alternative, Explanation, Fell
from schemas.taxonomy import Taxonomy
from services.matching.acceptance import MILLION, Missing, missing
from services.matching.decide.moment import Moment
from services.matching.index import Index
from services.matching.ranked import Ranked, Scored
from services.matching.rules import (
    HELPER_RULES,
    PAIR_RULES,
    Pair,
    distance_m,
    first_refusal,
    left_to_ask,
    pair_of,
)
from services.matching.score import (
    UNKNOWN,
    AskPoints,
    OfferPoints,
    parts_of,
    points_of_ask,
    points_of_offer,
    stand_in_ppm,
)
from services.matching.state import AskState, CommunityState, OfferState, open_matches

SPARE_ARCS = 8
"""How many more offers than are wanted for an ask go to the solver, in case others want the same."""


@dataclass(frozen=True, slots=True)
class Considered:
    """What was looked at for one ask."""

    ask: AskState
    looked_at: int
    fell: Mapping[str, int]
    feasible: Sequence[Pair]
    """Nearest first, then by offer id."""


@dataclass(slots=True)
class Weighed:
    """What was looked at for one ask, and what it came to. Made for every look, so not frozen."""

    ask: AskState
    points: AskPoints
    """What speaks for and against using the ask now."""
    looked_at: int
    fell: Mapping[str, int]
    feasible: int
    best: Ranked
    wanted: int | None = None
    """How many of the best are to be asked so that an acceptance is likely enough; None: not found out yet."""


@dataclass(slots=True)
class Round:
    """One round over one community, and what needs to be found out only once in it."""

    community: CommunityState
    index: Index
    taxonomy: Taxonomy
    moment: Moment
    uncovered: dict[str, Missing] = field(default_factory=dict)
    """Ask → how far it is uncovered, where answers are uncertain."""
    slots_of: dict[str, int] = field(default_factory=dict)
    """Member → how many proposals they may be sent in this round."""
    refusals: dict[str, str | None] = field(default_factory=dict)
    """Offer → the first rule that refuses its side in this round."""
    offer_points: dict[str, OfferPoints] = field(default_factory=dict)
    """Offer → what speaks against using it in this round."""

    def consider(self, ask: AskState) -> Considered:
        """Hold every candidate against the rules."""
        fell: dict[str, int] = {}
        feasible: list[Pair] = []
        candidates = self.index.candidates(ask, self.moment.told_ms)
        for looked_at, offer in enumerate(candidates):
            if len(feasible) >= self.community.policy.candidates_max:
                return Considered(ask, looked_at, fell, feasible)
            pair = pair_of(self.community, self.taxonomy, ask, offer, self.moment.told_ms)
            refusal = self.helper_refusal(pair) or first_refusal(pair, PAIR_RULES)
            if refusal is None:
                feasible.append(pair)
            else:
                fell[refusal] = fell.get(refusal, 0) + 1
        return Considered(ask, len(candidates), fell, feasible)

    def helper_refusal(self, pair: Pair) -> str | None:
        """The first rule that refuses the offering side, looked up once per offer."""
        name = pair.offer.spec.offer
        if name not in self.refusals:
            self.refusals[name] = first_refusal(pair, HELPER_RULES)
        return self.refusals[name]

    def weigh(self, looked: Considered) -> Weighed:
        """Score what passed the rules: the best offer of each member, best first, then by offer id."""
        ask_points = self.points_of_ask(looked.ask)
        best: dict[str, Scored] = {}
        for pair in looked.feasible:
            scored = Scored(
                pair.offer,
                pair.offer.spec.offer,
                pair.offer.spec.member,
                sum(parts_of(pair, ask_points, self.points_of(pair)).values()),
            )
            known = best.get(pair.offer.spec.member)
            if known is None or rank(scored) < rank(known):
                best[pair.offer.spec.member] = scored
        ranked = sorted(best.values(), key=rank)
        return Weighed(looked.ask, ask_points, looked.looked_at, looked.fell, len(looked.feasible), Ranked(ranked))

    def points_of(self, pair: Pair) -> OfferPoints:
        """What speaks against using the pair's offer, found out once per offer."""
        name = pair.offer.spec.offer
        if name not in self.offer_points:
            policy, told_ms = self.community.policy, self.moment.told_ms
            certain = policy.acceptance.is_certain
            prospects = self.index.offer_prospects(pair.offer, told_ms) if certain else UNKNOWN
            left_ppm = MILLION if certain else stand_in_ppm(policy.acceptance, self.index.offers_around(pair.offer))
            points = points_of_offer(policy, pair.offer, pair.offerer, prospects, told_ms, left_ppm)
            self.offer_points[name] = points
        return self.offer_points[name]

    def points_of_ask(self, ask: AskState) -> AskPoints:
        """What speaks for and against using the ask now."""
        policy, told_ms = self.community.policy, self.moment.told_ms
        if policy.acceptance.is_certain:
            return points_of_ask(policy, ask, self.index.ask_prospects(ask, told_ms), MILLION, told_ms)
        return points_of_ask(policy, ask, UNKNOWN, self.missing(ask).worst_ppm, told_ms)

    def missing(self, ask: AskState) -> Missing:
        """How far the ask's open proposals leave it uncovered, found out once."""
        name = ask.spec.ask
        if name not in self.uncovered:
            self.uncovered[name] = missing(self.community, ask, self.moment.told_ms)
        return self.uncovered[name]

    def slots(self, member: str) -> int:
        """How many proposals a member may be sent in this round: as many as every cap of theirs leaves room for."""
        slots = self.slots_of.get(member)
        if slots is None:
            known = self.community.member(member)
            slots = self.slots_of[member] = left_to_ask(self.community.policy, known, self.moment.told_ms)
        return slots


def room_of(community: CommunityState, ask: AskState) -> int:
    """How many more proposals the ask may have open."""
    open_now = sum(1 for _ in open_matches(community, ask))
    return ask.unmet * community.policy.proposals_open_per_unit - open_now


def rank(scored: Scored) -> tuple[int, str]:
    """Best first, then by offer id."""
    return -scored.points, scored.name


class Worth(NamedTuple):
    """What a pair is worth, part by part, and what else a proposal of it tells."""

    parts: dict[str, int]
    distance_m: int | None
    accept_ppm: int


def worth_of(round_: Round, weighed: Weighed, offer: OfferState) -> Worth:
    """What an ask's pair with an offer is worth in this round."""
    pair = pair_of(round_.community, round_.taxonomy, weighed.ask, offer, round_.moment.told_ms)
    points = round_.points_of(pair)
    return Worth(parts_of(pair, weighed.points, points), distance_m(weighed.ask, offer), points.chance_ppm)


def explain(weighed: Weighed, offer: OfferState, parts: dict[str, int], solver: str) -> Explanation:
    """Why this offer: its parts, what fell to which rule, and the best that were not taken."""
    others = [one for one in weighed.best.first(CONSIDERED_ALTERNATIVES + 1) if one.offer is not offer]
    return Explanation.trusted(
        parts=parts,
        considered=weighed.looked_at,
        feasible=weighed.feasible,
        fell=tuple([fell(rule, count) for rule, count in sorted(weighed.fell.items())]),
        alternatives=tuple(
            [Alternative(offer=one.name, points=one.points) for one in others[:CONSIDERED_ALTERNATIVES]]
        ),
        solver=solver,
    )


@lru_cache(maxsize=4_096)
def fell(rule: str, count: int) -> Fell:
    """So many fell to a rule: the same few words and numbers again and again."""
    return Fell(rule=rule, count=count)
