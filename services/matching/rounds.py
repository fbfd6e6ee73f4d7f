"""An assignment round: what waits is planned with what is near for the best total, and what is ripe is proposed.

Rules first, then points: a part of the town in which no feasible pair is ripe would propose nothing whatever
its plan, so it is neither scored nor solved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.facts import CONSIDERED_ALTERNATIVES, Alternative, AnyFact, Explanation, Fell
from schemas.taxonomy import Taxonomy
from services.matching.decide.moment import Moment
from services.matching.decide.proposals import propose
from services.matching.hold import may_go
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
from services.matching.score import OfferPoints, parts_of, points_of_ask, points_of_offer
from services.matching.solver import Arc, Choice, connected_parts, solve
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
        dial, told_ms = self.community.policy.score, self.moment.told_ms
        ask_points = points_of_ask(dial, looked.ask, self.index.ask_prospects(looked.ask, told_ms), told_ms)
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
            dial, told_ms = self.community.policy.score, self.moment.told_ms
            prospects = self.index.offer_prospects(pair.offer, told_ms)
            self.offer_points[name] = points_of_offer(dial, pair.offer, pair.offerer, prospects, told_ms)
        return self.offer_points[name]

    def is_ripe(self, pair: Pair) -> bool:
        """The pair would be proposed if it were planned."""
        return may_go(self.community.policy.hold, pair.ask, pair.offer, self.moment.told_ms)

    def wanted(self, ask: AskState) -> int:
        """How many proposals the ask may open now, each bringing one unit or more."""
        return ask.unmet * self.community.policy.proposals_open_per_unit - ask.proposed

    def slots(self, member: str) -> int:
        """How many proposals a member may be sent in this round: as many as every cap of theirs leaves room for."""
        known, policy, told_ms = self.community.member(member), self.community.policy, self.moment.told_ms
        return min(left_open(policy, known), left_today(policy, known, told_ms), left_this_week(policy, known, told_ms))


def _rank(scored: Scored) -> tuple[int, str]:
    return -scored.points, scored.offer.spec.offer


def assign(
    community: CommunityState, index: Index, taxonomy: Taxonomy, moment: Moment, *, critical_only: bool
) -> list[AnyFact]:
    """Proposals for the asks that wait, in the order asks and offers are named."""
    round_ = Round(community, index, taxonomy, moment)
    considered = {ask.spec.ask: round_.consider(ask) for ask in index.asks_to_place(critical_only=critical_only)}
    proposals: dict[str, list[AnyFact]] = {}
    for part in ripe_parts(round_, considered):
        proposals |= plan(round_, [considered[name] for name in part])
    return [fact for _, facts in sorted(proposals.items()) for fact in facts]


def ripe_parts(round_: Round, considered: Mapping[str, Considered]) -> list[list[str]]:
    """The asks of each connected part in which something could be proposed now."""
    links: list[tuple[str, str]] = []
    ripe: dict[str, None] = {}
    for name, looked in considered.items():
        links += [(name, pair.offer.spec.member) for pair in looked.feasible]
        if any(round_.is_ripe(pair) for pair in looked.feasible):
            ripe[name] = None
    if not ripe:
        return []
    parts = [list(dict.fromkeys(ask for ask, _ in part)) for part in connected_parts(links)]
    return [part for part in parts if any(name in ripe for name in part)]


def plan(round_: Round, part: Sequence[Considered]) -> dict[str, list[AnyFact]]:
    """Solve one connected part; ask → the proposals that go out now."""
    scored = {looked.ask.spec.ask: round_.score(looked) for looked in part}
    arcs = [
        Arc(name, one.offer.spec.member, one.offer.spec.offer, one.points)
        for name, best in scored.items()
        for one in best
        if one.points > 0
    ]
    if not arcs:
        return {}
    slots = {arc.helper: round_.slots(arc.helper) for arc in arcs}
    wanted = {looked.ask.spec.ask: round_.wanted(looked.ask) for looked in part}
    chosen: dict[str, list[Choice]] = {}
    for choice in solve(arcs, wanted, slots, round_.community.policy.solve_asks_max):
        chosen.setdefault(choice.arc.ask, []).append(choice)
    return {
        looked.ask.spec.ask: share_out(round_, looked, scored[looked.ask.spec.ask], chosen[looked.ask.spec.ask])
        for looked in part
        if looked.ask.spec.ask in chosen
    }


def share_out(round_: Round, looked: Considered, scored: Sequence[Scored], chosen: list[Choice]) -> list[AnyFact]:
    """Share out an ask's units over what was planned for it, best pair first, and propose what is ripe."""
    ask, facts = looked.ask, list[AnyFact]()
    open_units, attempt = round_.wanted(ask), ask.attempts
    for choice in sorted(chosen, key=lambda choice: (-choice.arc.points, choice.arc.offer)):
        offer = round_.community.offers[choice.arc.offer]
        if open_units <= 0:
            break
        units = min(open_units, ask.unmet, offer.room)
        open_units -= units
        if may_go(round_.community.policy.hold, ask, offer, round_.moment.told_ms):
            attempt += 1
            explanation = explain(looked, scored, choice)
            facts.append(propose(round_.community, ask, offer, units, round_.moment, explanation, None, attempt))
    return facts


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
