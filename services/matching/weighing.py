"""Weighing: the offers that are near an ask, held against the rules, and what each that passes is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.facts import CONSIDERED_ALTERNATIVES, Alternative, Explanation, Fell
from schemas.taxonomy import Taxonomy
from services.matching.acceptance import MILLION, Missing, missing
from services.matching.decide.moment import Moment
from services.matching.index import Index
from services.matching.rules import (
    HELPER_RULES,
    PAIR_RULES,
    Pair,
    first_refusal,
    left_open,
    left_this_week,
    left_today,
    pair_of,
)
from services.matching.score import (
    UNKNOWN,
    AskPoints,
    OfferPoints,
    parts_of,
    points_of_ask,
    points_of_offer,
)
from services.matching.solver import Choice
from services.matching.state import AskState, CommunityState, OfferState


@dataclass(frozen=True, slots=True)
class Considered:
    """What was looked at for one ask."""

    ask: AskState
    looked_at: int
    fell: Mapping[str, int]
    feasible: Sequence[Pair]
    """Nearest first, then by offer id."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A feasible pair and what it is worth, part by part."""

    offer: OfferState
    parts: Mapping[str, int]
    points: int


@dataclass(slots=True)
class Round:
    """One round over one community, and what needs to be found out only once in it."""

    community: CommunityState
    index: Index
    taxonomy: Taxonomy
    moment: Moment
    uncovered: dict[str, Missing] = field(default_factory=dict)
    """Ask → how far it is uncovered, where answers are uncertain."""
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

    def score(self, looked: Considered) -> list[Scored]:
        """The best offer of each member, best first, then by offer id."""
        ask_points = self.points_of_ask(looked.ask)
        best: dict[str, Scored] = {}
        for pair in looked.feasible:
            parts = parts_of(pair, ask_points, self.points_of(pair))
            scored = Scored(pair.offer, parts, sum(parts.values()))
            known = best.get(pair.offer.spec.member)
            if known is None or _rank(scored) < _rank(known):
                best[pair.offer.spec.member] = scored
        return sorted(best.values(), key=_rank)

    def points_of(self, pair: Pair) -> OfferPoints:
        """What speaks against using the pair's offer, found out once per offer."""
        name = pair.offer.spec.offer
        if name not in self.offer_points:
            policy, told_ms = self.community.policy, self.moment.told_ms
            certain = policy.acceptance.is_certain
            prospects = self.index.offer_prospects(pair.offer, told_ms) if certain else UNKNOWN
            self.offer_points[name] = points_of_offer(policy, pair.offer, pair.offerer, prospects, told_ms)
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
        known, policy, told_ms = self.community.member(member), self.community.policy, self.moment.told_ms
        return min(left_open(policy, known), left_today(policy, known, told_ms), left_this_week(policy, known, told_ms))


def _rank(scored: Scored) -> tuple[int, str]:
    return -scored.points, scored.offer.spec.offer


def explain(looked: Considered, scored: Sequence[Scored], choice: Choice) -> Explanation:
    """Why this offer: its parts, what fell to which rule, and the best that were not taken."""
    taken = next(one for one in scored if one.offer.spec.offer == choice.arc.offer)
    others = [one for one in scored if one is not taken]
    return Explanation(
        parts=dict(taken.parts),
        considered=looked.looked_at,
        feasible=len(looked.feasible),
        fell=tuple(Fell(rule=rule, count=count) for rule, count in sorted(looked.fell.items())),
        alternatives=tuple(
            Alternative(offer=one.offer.spec.offer, points=one.points) for one in others[:CONSIDERED_ALTERNATIVES]
        ),
        solver=choice.solver,
    )
