"""An assignment round: what is looked at is planned with what is near for the best total, and proposed.

Where answers are certain, everything that waits is planned and what is ripe is proposed: a pair may be held for a nearer
one. Where people may not answer, a round looks at what was stirred, at what has been silent long enough, and at who
waits around what was freed, and asks as many as make an acceptance likely enough.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from schemas.codes import Urgency
from schemas.decisions import RoundCut
from schemas.facts import AnyFact
from schemas.taxonomy import Taxonomy
from services.matching.acceptance import MILLION, more_wanted
from services.matching.decide.moment import Moment
from services.matching.decide.proposals import propose
from services.matching.exploration import Lot, draw
from services.matching.hold import may_go
from services.matching.index import Index
from services.matching.limits import Room
from services.matching.looking import by_turns, looks_of
from services.matching.ranked import Scored
from services.matching.solver import EXACT, Arc, Solved, all_arcs, connected_parts, solve
from services.matching.state import AskState, CommunityState, OfferState
from services.matching.weighing import SPARE_ARCS, Considered, Round, Weighed, Worth, explain, rank, room_of, worth_of


@dataclass(slots=True)
class Wish:
    """What is wanted for an ask in a round, and of whom. Made for every look, so not frozen."""

    weighed: Weighed
    worthy: Sequence[Scored]
    """Those who would do and are worth asking: as many as a solver may want to choose from, best first unless by lot."""
    wanted: int
    """How many proposals to open."""
    units_max: int
    """Of all of them together."""
    lot: Lot | None = None
    """How the first of them was drawn, where it may have been by lot."""

    @property
    def name(self) -> str:
        """The ask's id."""
        return self.weighed.ask.spec.ask

    def arcs(self) -> list[Arc]:
        """What the solver is told: who would do, and what it is worth."""
        name = self.name
        return all_arcs([(name, helper, offer, points) for _, offer, helper, points in self.worthy])


class Draft(NamedTuple):
    """A proposal that goes out, before its reasons are written down."""

    wish: Wish
    offer: OfferState
    units: int
    attempt: int
    solver: str


def assign(
    community: CommunityState,
    index: Index,
    taxonomy: Taxonomy,
    moment: Moment,
    room: Room,
    *,
    is_round: bool,
    solved: list[Solved] | None = None,
) -> tuple[list[AnyFact], RoundCut | None]:
    """Proposals for the asks that are looked at, in the order asks and offers are named; and how far a round came.

    Args:
        room: what the record has room for; what is taken of it is taken away.
        is_round: log time crossed a tick; otherwise only what cannot wait for one is looked at.
        solved: is given each part that was solved, where somebody wants to check.
    """
    is_certain, cut = community.policy.acceptance.is_certain, None
    if not (is_round or is_certain or community.urgent):
        return [], None
    round_ = Round(community, index, taxonomy, moment)
    if is_certain:
        drafts = within(round_, planned(round_, certain_parts(round_, is_round=is_round), solved), room)
    else:
        wishes, cut = wishes_of(round_, room, is_round=is_round)
        drafts = planned(round_, uncertain_parts(round_, wishes), solved) if wishes else []
    room.proposals -= len(drafts)
    return proposals_of(round_, drafts) if drafts else [], cut


def planned(round_: Round, parts: Sequence[Sequence[Wish]], solved: list[Solved] | None) -> list[Draft]:
    """What is proposed in each part, by the names of the asks."""
    drafts = [draft for part in parts for draft in plan(round_, part, solved)]
    drafts.sort(key=lambda draft: draft.wish.name)
    return drafts


def within(round_: Round, drafts: list[Draft], room: Room) -> list[Draft]:
    """As many of the drafts as may go out in this record, those of an ask together; the next round plans the others."""
    if len(drafts) <= room.proposals:
        return drafts
    asks = {draft.wish.name: draft.wish.weighed.ask for draft in drafts}
    kept = kept_of(round_, asks.values(), Counter([draft.wish.name for draft in drafts]), room)
    return [draft for draft in drafts if draft.wish.name in kept]


def kept_of(round_: Round, asks: Collection[AskState], counts: Mapping[str, int], room: Room) -> dict[str, None]:
    """The asks whose proposals may go out in this record, in turn; the last one with all of its own.

    Args:
        counts: ask → how many proposals it would come to.
    """
    kept, left = dict[str, None](), room.proposals
    room.full["proposals"] = None
    for ask in by_turns(round_.community, asks, round_.moment.now_ms, len(asks)):
        if left <= 0:
            break
        kept[ask.spec.ask] = None
        left -= counts[ask.spec.ask]
    return kept


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
    return Wish(weighed, worth_asking(list(weighed.best)), wanted, units_max=wanted)


def wishes_of(round_: Round, room: Room, *, is_round: bool) -> tuple[dict[str, Wish], RoundCut | None]:
    """What is wanted for the asks that are looked at, by id, and how far a round came that was cut short."""
    looks = looks_of(round_, is_round=is_round, most=room.looks)
    room.looks -= len(looks.asks)
    asks = [ask for ask in sorted(looks.asks, key=name_of) if not round_.missing(ask).is_covered]
    if not (asks or looks.is_cut):
        return {}, None
    wishes = {weighed.ask.spec.ask: wish_of(round_, weighed) for weighed in (weigh_all(round_, asks) if asks else ())}
    counts = {name: min(max(wish.wanted, 0), len(wish.worthy)) for name, wish in wishes.items()}
    left: dict[str, None] = {}
    if sum(counts.values()) > room.proposals:
        kept = kept_of(round_, [wish.weighed.ask for wish in wishes.values()], counts, room)
        left = {name: None for name in wishes if name not in kept}
    if looks.is_cut:
        room.full["looks"] = None
    cut = looks.cut(round_.community.community, left) if is_round and (looks.is_cut or left) else None
    return {name: wish for name, wish in wishes.items() if name not in left}, cut


def name_of(ask: AskState) -> str:
    """The ask's id."""
    return ask.spec.ask


def uncertain_parts(round_: Round, wishes: Mapping[str, Wish]) -> list[list[Wish]]:
    """What is wanted, in parts that hang together."""
    parts = contested_parts(round_, wishes)
    contested = {name for part in parts for name in part}
    alone = [[wish] for name, wish in wishes.items() if name not in contested]
    return [*alone, *([wishes[name] for name in part] for part in parts)]


def contested_parts(round_: Round, wishes: Mapping[str, Wish]) -> list[list[str]]:
    """The asks of each part in which somebody is wanted more often than they may be asked.

    Elsewhere everybody gets whom they like best: no plan is worth more.
    """
    wanted_of = Counter([one.helper for wish in wishes.values() for one in wish.worthy[: wish.wanted]])
    scarce = [helper for helper, times in wanted_of.items() if times > 1 and times > round_.slots(helper)]
    if not scarce:
        return []
    asks_of: dict[str, list[str]] = {}
    for name, wish in wishes.items():
        for one in wish.worthy:
            asks_of.setdefault(one.helper, []).append(name)
    parts, seen = list[list[str]](), set[str]()
    for helper in scarce:
        if helper not in seen:
            parts.append(part_around(helper, asks_of, wishes, seen))
    return parts


def part_around(
    helper: str, asks_of: Mapping[str, Sequence[str]], wishes: Mapping[str, Wish], seen: set[str]
) -> list[str]:
    """The asks that hang together with a helper, directly or through others.

    Args:
        seen: helpers that were met before; those that are met now are added.
    """
    part, reached = dict[str, None](), [helper]
    seen.add(helper)
    while reached:
        for name in asks_of[reached.pop()]:
            if name not in part:
                part[name] = None
                fresh = [one.helper for one in wishes[name].worthy if one.helper not in seen]
                seen.update(fresh)
                reached += fresh
    return list(part)


def weigh_all(round_: Round, asks: Sequence[AskState]) -> list[Weighed]:
    """Weigh what is near each ask; by columns, where the index has some."""
    columns = round_.index.columns
    if columns is not None:
        return columns.weigh(round_, asks)
    return [round_.weigh(round_.consider(ask)) for ask in asks]


def wish_of(round_: Round, weighed: Weighed) -> Wish:
    """As many of the best as make an acceptance likely enough, and a few more for the solver to choose from."""
    ask = weighed.ask
    wanted = wanted_now(round_, weighed) if weighed.wanted is None else weighed.wanted
    worthy = worth_asking(weighed.best.first(wanted + SPARE_ARCS))
    lot = draw(round_.community, ask, wanted, len(worthy))
    return Wish(weighed, lot.ordered(worthy), wanted, wanted * ask.unmet, lot)


def wanted_now(round_: Round, weighed: Weighed) -> int:
    """How many of the best are to be asked so that an acceptance is likely enough."""
    community, ask = round_.community, weighed.ask
    best = takewhile(lambda one: one.points > 0, weighed.best)
    asked = ((community.member(one.helper), min(ask.unmet, one.offer.room)) for one in best)
    return more_wanted(community, round_.missing(ask), asked, room_of(community, ask))


def worth_asking(best: Sequence[Scored]) -> Sequence[Scored]:
    """Those whose points speak for asking them, of some who are given best first."""
    if not best or best[-1].points > 0:
        return best
    return [one for one in best if one.points > 0]


def plan(round_: Round, part: Sequence[Wish], solved: list[Solved] | None) -> list[Draft]:
    """Solve one part; what is proposed now."""
    if not any(wish.worthy for wish in part):
        return []
    chosen, solver = solve_one(part[0]) if len(part) == 1 else solve_part(round_, part)
    if solved is not None:
        solved.append(as_solved(round_, part, chosen, solver))
    return [
        draft for wish in part if wish.name in chosen for draft in share_out(round_, wish, chosen[wish.name], solver)
    ]


def solve_one(wish: Wish) -> tuple[dict[str, list[Scored]], str]:
    """The exact answer where one ask has everybody to itself, each of them free at least once."""
    best = wish.worthy if wish.lot is None or wish.lot.drawn is None else sorted(wish.worthy, key=rank)
    return {wish.name: list(best[: max(wish.wanted, 0)])}, EXACT


def solve_part(round_: Round, part: Sequence[Wish]) -> tuple[dict[str, list[Scored]], str]:
    """Ask → who is asked for it, where several want the same; and by which solver."""
    arcs = [arc for wish in part for arc in wish.arcs()]
    slots = {helper: round_.slots(helper) for helper in dict.fromkeys([arc.helper for arc in arcs])}
    wanted = {wish.name: wish.wanted for wish in part}
    taken, solver = solve(arcs, wanted, slots, round_.community.policy.solve_asks_max)
    chosen: dict[str, list[Scored]] = {}
    for arc in taken:
        chosen.setdefault(arc.ask, []).append(
            Scored(round_.community.offers[arc.offer], arc.offer, arc.helper, arc.points)
        )
    return chosen, solver


def as_solved(round_: Round, part: Sequence[Wish], chosen: Mapping[str, Sequence[Scored]], solver: str) -> Solved:
    """A part and its answer, for whoever checks."""
    arcs = [arc for wish in part for arc in wish.arcs()]
    slots = {arc.helper: round_.slots(arc.helper) for arc in arcs}
    taken = {(name, one.name) for name, several in chosen.items() for one in several}
    wanted = {wish.name: wish.wanted for wish in part}
    return Solved(arcs, wanted, slots, [arc for arc in arcs if (arc.ask, arc.offer) in taken], solver)


def share_out(round_: Round, wish: Wish, chosen: list[Scored], solver: str) -> list[Draft]:
    """Share out an ask's units over what was planned for it, best pair first; what is ripe."""
    policy, ask, drafts = round_.community.policy, wish.weighed.ask, list[Draft]()
    open_units, attempt = wish.units_max, ask.attempts
    for one in chosen if len(chosen) == 1 else sorted(chosen, key=rank):
        if open_units <= 0:
            break
        units = min(open_units, ask.unmet, one.offer.room)
        open_units -= units
        if may_go(policy, ask, one.offer, round_.moment.told_ms):
            attempt += 1
            drafts.append(Draft(wish, one.offer, units, attempt, solver))
    return drafts


def proposals_of(round_: Round, drafts: Sequence[Draft]) -> list[AnyFact]:
    """The drafts, each with its reasons."""
    columns = round_.index.columns
    chosen = [(draft.wish.weighed, draft.offer) for draft in drafts]
    if columns is not None:
        worth = columns.worth_of(round_, chosen)
    else:
        worth = [worth_of(round_, weighed, offer) for weighed, offer in chosen]
    return [proposal_of(round_, draft, one) for draft, one in zip(drafts, worth, strict=True)]


def proposal_of(round_: Round, draft: Draft, worth: Worth) -> AnyFact:
    """What is said to whoever is asked, and to whoever wants to know why."""
    wish, offer = draft.wish, draft.offer
    return propose(
        round_.community,
        wish.weighed.ask,
        offer,
        draft.units,
        round_.moment,
        explain(wish.weighed, offer, worth.parts, draft.solver),
        None,
        draft.attempt,
        distance_m=worth.distance_m,
        accept_ppm=worth.accept_ppm,
        made_ppm=MILLION if wish.lot is None else wish.lot.made_ppm(wish.weighed.best, offer.spec.offer),
    )
