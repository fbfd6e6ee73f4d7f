"""Weighing by columns: the same rules and points as in `weighing`, for all pairs of many asks at once.

Pairs lie side by side in arrays, those of one ask together. What is rare (wishes for languages, blocks, people who have
helped each other) is asked of the rules themselves, pair by pair; `tests/property/test_engines_agree.py` holds both ways
equal, to the last point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from schemas.codes import VETTING_RANK
from schemas.policy import Ranking
from schemas.taxonomy import Taxonomy
from services.matching.acceptance import MILLION
from services.matching.cells import CELL_M
from services.matching.hoods import Hoods
from services.matching.index import looked_at_max
from services.matching.member_columns import MemberColumns, Numbers, Standing, Table
from services.matching.offer_columns import OfferColumns
from services.matching.ranked import Ranked, Scored
from services.matching.rules import HELPER_RULES, PAIR_RULES, Pair, first_refusal, pair_of
from services.matching.score import has_helped, left_of_worth
from services.matching.state import AskState, CommunityState, OfferState
from services.matching.weighing import Round, Weighed

RULE_NAMES = ("", *(rule.name for rule in (*HELPER_RULES, *PAIR_RULES)))
CODE = {name: code for code, name in enumerate(RULE_NAMES)}
BEYOND = -1
"""Of pairs that are not looked at, since enough are nearer."""
TOP = 10
"""So many of the best are put in order for each ask at first: most want one or two, and some to spare."""
FAR_AWAY = 2**40
"""More than any row of a member: tells the pairs of one ask from those of the next."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of some asks with offers within reach, side by side, those of one ask together."""

    ask: Numbers
    """Place of the ask among those that are weighed."""
    row: Numbers
    """Of the offer."""
    member: Numbers
    """Row of the member who offers."""
    way_m: Numbers
    floor: Numbers
    """Vetting that the kind of help which would answer the ask demands, as a rank."""

    def span(self, place: int) -> tuple[int, int]:
        """Where the pairs of an ask begin and end."""
        start, end = np.searchsorted(self.ask, (place, place + 1))
        return int(start), int(end)

    def only(self, kept: Numbers) -> Pairs:
        """Some of them."""
        return Pairs(self.ask[kept], self.row[kept], self.member[kept], self.way_m[kept], self.floor[kept])


class Columns:
    """The columns of one community."""

    def __init__(self, community: CommunityState, taxonomy: Taxonomy, hoods: Hoods) -> None:
        self.community = community
        self._hoods = hoods
        self._taxonomy = taxonomy
        self.members = MemberColumns(community)
        self.offers = OfferColumns(taxonomy, self.members, hoods)

    def weigh(self, round_: Round, asks: Sequence[AskState]) -> list[Weighed]:
        """What `Round.consider` and `Round.weigh` say of each ask, in the order of the asks."""
        plain = [ask for ask in asks if not ask.spec.remote and ask.spec.place is not None]
        weighed = {one.ask.spec.ask: one for one in self._weigh(round_, plain)} if plain else {}
        return [weighed.get(ask.spec.ask) or round_.weigh(round_.consider(ask)) for ask in asks]

    def _weigh(self, round_: Round, asks: Sequence[AskState]) -> Iterator[Weighed]:
        pairs = self._within_reach(asks)
        self.members.hold_at(pairs.member, round_.moment.told_ms)
        code = self._judge(round_, asks, pairs)
        counts = np.bincount(pairs.ask * len(RULE_NAMES) + code, minlength=len(asks) * len(RULE_NAMES))
        fallen = counts.reshape(len(asks), len(RULE_NAMES))
        looked_at = fallen.sum(axis=1)
        for place in np.flatnonzero((fallen[:, 0] >= self._feasible_max) | (looked_at > self._looked_at_max)).tolist():
            kept = self._cut(pairs, code, place)
            looked_at[place] = len(kept)
            fallen[place] = np.bincount(code[kept], minlength=len(RULE_NAMES))
            seen = code[kept]
            code[slice(*pairs.span(place))] = BEYOND
            code[kept] = seen
        yield from self._ranked(round_, asks, pairs.only(code == 0), fallen, looked_at)

    @property
    def _feasible_max(self) -> int:
        return self.community.policy.candidates_max

    @property
    def _looked_at_max(self) -> int:
        return looked_at_max(self.community.policy)

    def _within_reach(self, asks: Sequence[AskState]) -> Pairs:
        """Pairs whose way both sides agree to, ask by ask."""
        rows, counts, floors, offers = list[int](), list[int](), list[int](), self.offers
        for ask in asks:
            before = len(rows)
            for need in self._taxonomy.answers(ask.spec.need):
                if need in offers.cells:
                    found = len(rows)
                    self._gather(ask, need, rows)
                    floors += [offers.floor_of(need)] * (len(rows) - found)
            counts.append(len(rows) - before)
        row, floor = np.array(rows, dtype=np.int64), np.array(floors, dtype=np.int64)
        place = np.repeat(np.arange(len(asks)), counts)
        x_m = np.array([ask.spec.place.x_m for ask in asks if ask.spec.place is not None], dtype=np.int64)
        y_m = np.array([ask.spec.place.y_m for ask in asks if ask.spec.place is not None], dtype=np.int64)
        reach_m = np.array([FAR_AWAY if ask.spec.reach_m is None else ask.spec.reach_m for ask in asks], dtype=np.int64)
        squared = (x_m[place] - offers.x_m[row]) ** 2 + (y_m[place] - offers.y_m[row]) ** 2
        limit_m = np.minimum(reach_m[place], offers.radius_m[row])
        near = np.flatnonzero(squared <= limit_m * limit_m)
        if offers.several_needs[row[near]].any():
            near = _once(near, place[near] * FAR_AWAY + row[near], floor[near])
        row = row[near]
        return Pairs(place[near], row, offers.member[row], _roots_up(squared[near]), floor[near])

    def _gather(self, ask: AskState, need: str, rows: list[int]) -> None:
        """The rows of a need's offers in the cells that may be within reach."""
        place, cells = ask.spec.place, self.offers.cells[need]
        assert place is not None, "only asks with a place are weighed by columns"
        limit_m = self.offers.reach_m_max[need]
        if ask.spec.reach_m is not None:
            limit_m = min(limit_m, ask.spec.reach_m)
        across = range((place.x_m - limit_m) // CELL_M, (place.x_m + limit_m) // CELL_M + 1)
        down = range((place.y_m - limit_m) // CELL_M, (place.y_m + limit_m) // CELL_M + 1)
        if len(across) * len(down) > len(cells):
            for (cell_x, cell_y), filed in cells.items():
                if cell_x in across and cell_y in down:
                    rows += filed
            return
        for cell_x in across:
            for cell_y in down:
                filed_here = cells.get((cell_x, cell_y))
                if filed_here is not None:
                    rows += filed_here

    def _judge(self, round_: Round, asks: Sequence[AskState], pairs: Pairs) -> Numbers:
        """The place in `RULE_NAMES` of the first rule that refuses each pair; 0 where none does."""
        ask, told_ms, offers = AskColumns(self, asks, pairs.ask), round_.moment.told_ms, self.offers
        answer_by_ms, row, member = told_ms + self.community.policy.answer_ms_min, pairs.row, pairs.member
        charter, standing = self.members.charters(member), self.members.standings(member)
        until_ms = offers.deadline_ms[row]
        misses = (ask.deadline_ms < answer_by_ms) | (until_ms < answer_by_ms)
        misses |= (offers.from_ms[row] > ask.deadline_ms) | (ask.earliest_ms > until_ms)
        refusals = {
            "offer_paused": offers.paused[row] > 0,
            "member_suspended": standing.suspended > 0,
            "member_paused": told_ms < charter.paused_until_ms,
            "quiet_hours": standing.is_quiet > 0,
            "asked_per_day": told_ms < standing.day_full_until_ms,
            "asked_per_week": told_ms < standing.week_full_until_ms,
            "active_cap": standing.carries_enough > 0,
            "open_slots": standing.no_slots > 0,
            "unit": offers.unit[row] != ask.unit,
            "window": misses,
            "own_offer": member == ask.member,
            "asker_suspended": ask.suspended > 0,
            "language": (ask.languages > 0) & ((charter.languages & ask.languages) == 0),
            "skills": (charter.skills & ask.skills) != ask.skills,
            "accessibility": (charter.accessibility & ask.accessibility) != ask.accessibility,
            "vetting": charter.vetting < np.maximum(ask.floor, pairs.floor),
            "already_asked": np.isin(pairs.ask * FAR_AWAY + member, self._asked(asks)),
        }
        code = np.zeros(len(row), dtype=np.int64)
        for name, refuses in reversed(refusals.items()):
            code[refuses] = CODE[name]
        rare = (charter.has_blocked > 0) | (ask.is_rare > 0)
        for place in np.flatnonzero(rare & ((code == 0) | (code >= CODE["blocked_pair"]))).tolist():
            pair = self._pair(round_, asks[pairs.ask[place]], int(row[place]))
            code[place] = CODE[first_refusal(pair, PAIR_RULES) or ""]
        return code

    def _asked(self, asks: Sequence[AskState]) -> Numbers:
        """Ask and member of everybody who was asked for one of the asks, as one number each."""
        row_of = self.members.row_of
        asked = [
            place * FAR_AWAY + row_of[name] for place, ask in enumerate(asks) for name in ask.asked if name in row_of
        ]
        return np.array(asked, dtype=np.int64)

    def _cut(self, pairs: Pairs, code: Numbers, place: int) -> Numbers:
        """The pairs of an ask that are looked at: by distance, then by offer id, until there are enough feasible ones."""
        start, end = pairs.span(place)
        names = self.offers.names
        way_m, row = pairs.way_m[start:end].tolist(), pairs.row[start:end].tolist()
        order = sorted(range(end - start), key=lambda one: (way_m[one], names[row[one]]))[: self._looked_at_max]
        looked = np.array(order, dtype=np.int64) + start
        feasible = np.flatnonzero(code[looked] == 0)
        if len(feasible) >= self._feasible_max:
            looked = looked[: feasible[self._feasible_max - 1] + 1]
        return looked

    def _ranked(
        self, round_: Round, asks: Sequence[AskState], pairs: Pairs, fallen: Table, looked_at: Numbers
    ) -> Iterator[Weighed]:
        """Score what passed, and put the best of each ask first."""
        points_of = [round_.points_of_ask(ask) for ask in asks]
        worth = np.array([one.urgency + one.waiting for one in points_of], dtype=np.int64)
        uncovered_ppm = np.array([one.uncovered_ppm for one in points_of], dtype=np.int64)
        points = self._points(round_, asks, pairs, worth[pairs.ask], uncovered_ppm[pairs.ask])
        order = np.lexsort((-points, pairs.ask))
        points, row = points[order], pairs.row[order]
        starts = np.searchsorted(pairs.ask, np.arange(len(asks) + 1))
        tops = self._tops(points, row, starts)
        bounds, counts = starts.tolist(), fallen.tolist()
        for place, ask in enumerate(asks):
            span = slice(bounds[place], bounds[place + 1])
            best = Ranked(tops[place], partial(self._once_a_member, points[span], row[span]))
            fell = {RULE_NAMES[rule]: count for rule, count in enumerate(counts[place]) if rule and count}
            yield Weighed(ask, points_of[place], int(looked_at[place]), fell, span.stop - span.start, best)

    def _points(
        self, round_: Round, asks: Sequence[AskState], pairs: Pairs, worth: Numbers, uncovered_ppm: Numbers
    ) -> Numbers:
        """The sum of `score.parts_of`, for every pair."""
        policy, standing = self.community.policy, self.members.standings(pairs.member)
        score, dial = policy.score, policy.acceptance
        recent, helped = standing.recent, self._helped(round_, asks, pairs, standing)
        left = score.base - score.points_per_m * pairs.way_m + worth + score.continuity * helped
        left = np.maximum(left - score.points_per_recent_ask * recent - score.points_per_active * standing.active, 0)
        left = left * uncovered_ppm // MILLION
        if dial.near_m:
            left = left * (dial.near_m * MILLION // (dial.near_m + pairs.way_m)) // MILLION
        if dial.ranking is not Ranking.nearest:
            again_ppm = np.array(
                [left_of_worth(dial.again_ppm, times) for times in range(int(recent.max(initial=0)) + 1)]
            )
            left = left * standing.chance_ppm // MILLION
            left = left * standing.free_ppm // MILLION
            left = left * again_ppm[recent] // MILLION
            left = np.where(helped > 0, left * dial.known_well_ppm // MILLION, left)
        points: Numbers = left - dial.asking_cost
        if dial.ranking is not Ranking.nearest and dial.stand_ins:
            points = np.where(points > 0, points * self._stand_in_ppm(pairs.row) // MILLION, points)
        return points

    def _stand_in_ppm(self, row: Numbers) -> Numbers:
        """`score.stand_in_ppm` of each row's offer."""
        around, dial = self._hoods.open_around_all(self.offers.hood[row]), self.community.policy.acceptance
        share_ppm = around * MILLION // (around + dial.stand_ins)
        return share_ppm * share_ppm // MILLION

    def _helped(self, round_: Round, asks: Sequence[AskState], pairs: Pairs, standing: Standing) -> Numbers:
        """1 for pairs that have helped each other well; few have, so they are asked one by one."""
        askers = np.array([bool(self.community.member(ask.spec.member).helped) for ask in asks], dtype=np.int64)
        helped = askers[pairs.ask] | standing.has_helped
        for place in np.flatnonzero(helped).tolist():
            helped[place] = has_helped(self._pair(round_, asks[pairs.ask[place]], int(pairs.row[place])))
        return helped

    def _pair(self, round_: Round, ask: AskState, row: int) -> Pair:
        return pair_of(self.community, self._taxonomy, ask, self._offer(row), round_.moment.told_ms)

    def _offer(self, row: int) -> OfferState:
        offer = self.offers.offers[row]
        assert offer is not None, "only open offers are filed"
        return offer

    def _tops(self, points: Numbers, row: Numbers, starts: Numbers) -> list[list[Scored]]:
        """The first few of each ask, as far as nobody further down is worth as much as the last of them.

        Args:
            points: of each ask together, best first.
        """
        ends = np.minimum(starts[:-1] + TOP, starts[1:])
        cut = ends < starts[1:]
        cut[cut] = points[ends[cut]] == points[ends[cut] - 1]  # a tie ends in the id, and is not settled here
        tops = []
        for start, end, has_tie in zip(starts.tolist(), ends.tolist(), cut.tolist(), strict=False):
            tops.append([] if has_tie else self._once_a_member(points[start:end], row[start:end]))
        return tops

    def _once_a_member(self, points: Numbers, row: Numbers) -> list[Scored]:
        """The best offer of each member, best first, then by offer id."""
        names, offers, best = self.offers.names, self.offers.offers, dict[str, Scored]()
        rows = row.tolist()
        for minus, _, place in sorted(zip((-points).tolist(), [names[one] for one in rows], rows, strict=True)):
            offer = offers[place]
            assert offer is not None, "only open offers are filed"
            if offer.spec.member not in best:
                best[offer.spec.member] = Scored(offer, -minus)
        return list(best.values())


class AskColumns:
    """What rules need of asks, spread over their pairs."""

    def __init__(self, columns: Columns, asks: Sequence[AskState], place: Numbers) -> None:
        member = columns.members.row_of.get
        state = columns.community.member
        specs = [ask.spec for ask in asks]
        self.deadline_ms = _spread([spec.deadline_ms for spec in specs], place)
        self.earliest_ms = _spread([spec.earliest_ms for spec in specs], place)
        self.unit = _spread([columns.offers.unit_of(spec.unit) for spec in specs], place)
        self.member = _spread([member(spec.member, -1) for spec in specs], place)
        self.suspended = _spread([state(spec.member).suspended for spec in specs], place)
        floors = [max(VETTING_RANK[spec.vetting], columns.offers.floor_of(spec.need)) for spec in specs]
        self.floor = _spread(floors, place)
        members = columns.members
        self.languages = _spread([members.bits(spec.languages) for spec in specs], place)
        self.skills = _spread([members.bits(spec.skills) for spec in specs], place)
        self.accessibility = _spread([members.bits(spec.accessibility) for spec in specs], place)
        is_rare = [
            bool(state(spec.member).fields.blocked)
            or not members.has_bits((*spec.languages, *spec.skills, *spec.accessibility))
            for spec in specs
        ]
        self.is_rare = _spread(is_rare, place)


def _spread(values: Sequence[int], place: Numbers) -> Numbers:
    return np.array(values, dtype=np.int64)[place]


def _once(near: Numbers, pair: Numbers, floor: Numbers) -> Numbers:
    """An offer of two kinds of what is asked for is found twice: once is enough, by the kind that demands least."""
    order = np.lexsort((floor, pair))
    pair = pair[order]
    is_first = np.ones(len(pair), dtype=bool)
    is_first[1:] = pair[1:] != pair[:-1]
    return near[order][is_first]


def _roots_up(squared: Numbers) -> Numbers:
    """Square roots, rounded up, exactly: `plane.gap_m` for arrays."""
    root = np.sqrt(squared).astype(np.int64)
    root -= root * root > squared
    root += root * root < squared
    return root
