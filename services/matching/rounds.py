"""An assignment round: what is looked at is planned with what is near for the best total, and proposed.

Where answers are certain, everything that waits is planned and what is ripe is proposed: a pair may be held for a nearer
one. Where people may not answer, a round looks at what was stirred, at what has been silent long enough, and at who
waits around what was freed, and asks as many as make an acceptance likely enough.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.codes import Urgency
from schemas.facts import AnyFact
from schemas.taxonomy import Taxonomy
from services.matching.acceptance import MILLION, more_wanted
from services.matching.decide.moment import Moment
from services.matching.decide.proposals import propose
from services.matching.exploration import Lot, draw
from services.matching.hold import may_go
from services.matching.index import Index, may_be_proposed
from services.matching.solver import Arc, Choice, Solved, best_of_one, connected_parts, solve
from services.matching.state import AskState, CommunityState
from services.matching.waking import woken
from services.matching.weighing import SPARE_ARCS, Considered, Round, Scored, Weighed, explain, room_of


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted for an ask in a round, and of whom."""

    weighed: Weighed
    arcs: Sequence[Arc]
    """Those of them that go to the solver."""
    wanted: int
    """How many proposals to open."""
    units_max: int
    """Of all of them together."""
    lot: Lot | None = None
    """How the first of them was drawn, where it may have been by lot."""


def assign(
    community: CommunityState,
    index: Index,
    taxonomy: Taxonomy,
    moment: Moment,
    *,
    is_round: bool,
    solved: list[Solved] | None = None,
) -> list[AnyFact]:
    """Proposals for the asks that are looked at, in the order asks and offers are named.

    Args:
        is_round: log time crossed a tick; otherwise only what cannot wait for one is looked at.
        solved: is given each part that was solved, where somebody wants to check.
    """
    round_ = Round(community, index, taxonomy, moment)
    is_certain = community.policy.acceptance.is_certain
    parts = certain_parts(round_, is_round=is_round) if is_certain else uncertain_parts(round_, is_round=is_round)
    proposals: dict[str, list[AnyFact]] = {}
    for part in parts:
        proposals |= plan(round_, part, solved)
    return [fact for _, facts in sorted(proposals.items()) for fact in facts]


def at_once(community: CommunityState) -> list[AskState]:
    """Asks that cannot wait for the next round; by id."""
    asks = [community.asks[name] for name in sorted(community.urgent) if name in community.asks]
    return [ask for ask in asks if may_be_proposed(community.policy, ask)]


def certain_parts(round_: Round, *, is_round: bool) -> list[list[Wish]]:
    """Everything that waits, in parts that hang together and in which something could be proposed now."""
    asks = round_.index.asks_to_place()
    if not is_round:
        urgent = round_.community.urgent
        asks = [ask for ask in asks if ask.spec.urgency is Urgency.critical or ask.spec.ask in urgent]
    considered = {ask.spec.ask: round_.consider(ask) for ask in asks}
    return [[wish_of_certain(round_, considered[name]) for name in part] for part in ripe_parts(round_, considered)]


def ripe_parts(round_: Round, considered: Mapping[str, Considered]) -> list[list[str]]:
    """The asks of each connected part in which something could be proposed now."""
    policy, told_ms = round_.community.policy, round_.moment.told_ms
    links: list[tuple[str, str]] = []
    ripe: dict[str, None] = {}
    for name, looked in considered.items():
        links += [(name, pair.offer.spec.member) for pair in looked.feasible]
        if any(may_go(policy, pair.ask, pair.offer, told_ms) for pair in looked.feasible):
            ripe[name] = None
    if not ripe:
        return []
    parts = [list(dict.fromkeys(ask for ask, _ in part)) for part in connected_parts(links)]
    return [part for part in parts if any(name in ripe for name in part)]


def wish_of_certain(round_: Round, looked: Considered) -> Wish:
    """One proposal for each unit nobody was asked for, of anybody who would do."""
    ask, weighed = looked.ask, round_.weigh(looked)
    wanted = ask.unmet * round_.community.policy.proposals_open_per_unit - ask.proposed
    return Wish(weighed, arcs_of(ask, weighed.best), wanted, units_max=wanted)


def uncertain_parts(round_: Round, *, is_round: bool) -> list[list[Wish]]:
    """What is looked at and wants more people asked, in parts that hang together."""
    asks = to_look_at(round_, is_round=is_round)
    wishes = {weighed.ask.spec.ask: wish_of(round_, weighed) for weighed in weigh_all(round_, asks)}
    contested = contested_asks(round_, wishes)
    links = [(arc.ask, arc.helper) for name in contested for arc in wishes[name].arcs]
    parts = [dict.fromkeys(ask for ask, _ in part) for part in connected_parts(links)]
    alone = [[wish] for name, wish in wishes.items() if name not in contested]
    return [*alone, *([wishes[name] for name in part] for part in parts)]


def contested_asks(round_: Round, wishes: Mapping[str, Wish]) -> dict[str, None]:
    """The asks of all parts in which somebody is wanted more often than they may be asked.

    Elsewhere everybody gets whom they like best: no plan is worth more.
    """
    wanted_of = Counter(arc.helper for wish in wishes.values() for arc in wish.arcs[: wish.wanted])
    reached = [helper for helper, times in wanted_of.items() if times > 1 and times > round_.slots(helper)]
    if not reached:
        return {}
    asks_of: dict[str, list[str]] = {}
    for name, wish in wishes.items():
        for arc in wish.arcs:
            asks_of.setdefault(arc.helper, []).append(name)
    contested, seen = dict[str, None](), dict.fromkeys(reached)
    while reached:
        for name in asks_of[reached.pop()]:
            if name not in contested:
                contested[name] = None
                fresh = [arc.helper for arc in wishes[name].arcs if arc.helper not in seen]
                seen |= dict.fromkeys(fresh)
                reached += fresh
    return contested


def to_look_at(round_: Round, *, is_round: bool) -> list[AskState]:
    """The asks that are looked at and whose open proposals make no acceptance likely enough; by id."""
    community, now_ms = round_.community, round_.moment.now_ms
    asks = {ask.spec.ask: ask for ask in at_once(community)}
    if is_round:
        stirred = [community.asks[name] for name in community.stirred if name in community.asks]
        asks |= {ask.spec.ask: ask for ask in stirred if may_be_proposed(community.policy, ask)}
        asks |= {ask.spec.ask: ask for ask in round_.index.asks_to_look_at(community.round_ms, now_ms)}
        asks |= {ask.spec.ask: ask for ask in woken(round_)}
    return [ask for _, ask in sorted(asks.items()) if not round_.missing(ask).is_covered]


def weigh_all(round_: Round, asks: Sequence[AskState]) -> list[Weighed]:
    """Weigh what is near each ask; by columns, where the index has some."""
    columns = round_.index.columns
    if columns is not None:
        return columns.weigh(round_, asks)
    return [round_.weigh(round_.consider(ask)) for ask in asks]


def wish_of(round_: Round, weighed: Weighed) -> Wish:
    """As many of the best as make an acceptance likely enough, and a few more for the solver to choose from."""
    community, ask = round_.community, weighed.ask
    room = room_of(community, ask)
    worthy = [one for one in weighed.best[: room + SPARE_ARCS] if one.points > 0]
    asked = [(community.member(one.offer.spec.member), min(ask.unmet, one.offer.room)) for one in worthy]
    wanted = more_wanted(community, round_.missing(ask), asked, room)
    lot = draw(community, ask, wanted, min(len(worthy), wanted + SPARE_ARCS))
    return Wish(weighed, arcs_of(ask, lot.ordered(worthy[: lot.weighed])), wanted, wanted * ask.unmet, lot)


def arcs_of(ask: AskState, scored: Sequence[Scored]) -> list[Arc]:
    """What the solver is told of an ask: who would do, and what it is worth, if it is worth anything."""
    return [
        Arc(ask.spec.ask, one.offer.spec.member, one.offer.spec.offer, one.points) for one in scored if one.points > 0
    ]


def plan(round_: Round, part: Sequence[Wish], solved: list[Solved] | None) -> dict[str, list[AnyFact]]:
    """Solve one part; ask → the proposals that go out now."""
    arcs = [arc for wish in part for arc in wish.arcs]
    if not arcs:
        return {}
    slots = {arc.helper: round_.slots(arc.helper) for arc in arcs}
    wanted = {wish.weighed.ask.spec.ask: wish.wanted for wish in part}
    if len(part) == 1:
        choices = best_of_one(arcs, part[0].wanted)
    else:
        choices = solve(arcs, wanted, slots, round_.community.policy.solve_asks_max)
    if solved is not None:
        solved.append(Solved(arcs, wanted, slots, choices))
    chosen: dict[str, list[Choice]] = {}
    for choice in choices:
        chosen.setdefault(choice.arc.ask, []).append(choice)
    return {
        wish.weighed.ask.spec.ask: share_out(round_, wish, chosen[wish.weighed.ask.spec.ask])
        for wish in part
        if wish.weighed.ask.spec.ask in chosen
    }


def share_out(round_: Round, wish: Wish, chosen: list[Choice]) -> list[AnyFact]:
    """Share out an ask's units over what was planned for it, best pair first, and propose what is ripe."""
    community, ask, facts = round_.community, wish.weighed.ask, list[AnyFact]()
    open_units, attempt = wish.units_max, ask.attempts
    for choice in sorted(chosen, key=lambda choice: (-choice.arc.points, choice.arc.offer)):
        offer = community.offers[choice.arc.offer]
        if open_units <= 0:
            break
        units = min(open_units, ask.unmet, offer.room)
        open_units -= units
        if may_go(community.policy, ask, offer, round_.moment.told_ms):
            attempt += 1
            explanation = explain(round_, wish.weighed, choice)
            made_ppm = MILLION if wish.lot is None else wish.lot.made_ppm(wish.weighed.best, choice.arc.offer)
            proposal = propose(community, ask, offer, units, round_.moment, explanation, None, attempt, made_ppm)
            facts.append(proposal)
    return facts
