"""Weighing by columns: the same rules and points as in `weighing`, for all pairs of many asks at once.

Pairs lie side by side in arrays, those of one ask together. What is rare (wishes for languages, blocks, people who have
helped each other) is asked of the rules themselves, pair by pair; `tests/property/test_engines_agree.py` holds both ways
equal, to the last point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from schemas.taxonomy import Taxonomy
from services.matching.acceptance import MILLION, Missing
from services.matching.ask_columns import AskColumns, AskTable
from services.matching.best_first import BestFirst, Bits
from services.matching.hoods import Hoods
from services.matching.index import looked_at_max
from services.matching.member_columns import MemberColumns, Numbers, Standing, Table
from services.matching.offer_columns import OfferColumns
from services.matching.pairs import Pairs, spans, ways, within_reach
from services.matching.points_columns import Priced, parts_of_pairs, points_of_pairs, spread
from services.matching.rules import HELPER_RULES, PAIR_RULES, Pair, first_refusal, pair_of
from services.matching.score import SECOND_MS, AskPoints, has_helped
from services.matching.state import AskState, CommunityState, MemberState, OfferState
from services.matching.wanted import UNSETTLED, wanted_of
from services.matching.weighing import Round, Weighed, Worth, worth_of

RULE_NAMES = ("", *(rule.name for rule in (*HELPER_RULES, *PAIR_RULES)))
CODE = {name: code for code, name in enumerate(RULE_NAMES)}
BEYOND = -1
"""Of pairs that are not looked at, since enough are nearer."""
BY_NAME = np.array(sorted(range(1, len(RULE_NAMES)), key=RULE_NAMES.__getitem__), dtype=np.int64)
"""The rules in the order in which an explanation tells them."""


class Asking(NamedTuple):
    """The asks that are weighed, side by side."""

    asks: Sequence[AskState]
    askers: Sequence[MemberState]
    said: AskColumns


class Columns:
    """The columns of one community."""

    def __init__(self, community: CommunityState, taxonomy: Taxonomy, hoods: Hoods) -> None:
        self.community = community
        self._hoods = hoods
        self._taxonomy = taxonomy
        self.members = MemberColumns(community)
        self.offers = OfferColumns(taxonomy, self.members, hoods)
        self.asks = AskTable(community, self.members, self.offers)

    def weigh(self, round_: Round, asks: Sequence[AskState]) -> list[Weighed]:
        """What `Round.consider` and `Round.weigh` say of each ask, in the order of the asks."""
        plain = [ask for ask in asks if is_plain(ask)]
        weighed = self._weigh(round_, plain) if plain else []
        if len(plain) == len(asks):
            return weighed
        by_name = {one.ask.spec.ask: one for one in weighed}
        return [by_name.get(ask.spec.ask) or round_.weigh(round_.consider(ask)) for ask in asks]

    def worth_of(self, round_: Round, chosen: Sequence[tuple[Weighed, OfferState]]) -> list[Worth]:
        """What `weighing.worth_of` says of each pair that was chosen in the round."""
        rows = [self._row_in(weighed.ask, offer) for weighed, offer in chosen]
        plain = [one for one, row in zip(chosen, rows, strict=True) if row is not None]
        worth = iter(self._worth_of(round_, plain, [row for row in rows if row is not None]) if plain else ())
        return [
            worth_of(round_, weighed, offer) if row is None else next(worth)
            for (weighed, offer), row in zip(chosen, rows, strict=True)
        ]

    def _row_in(self, ask: AskState, offer: OfferState) -> int | None:
        """The row of an offer that was weighed for an ask; None: it was not weighed by columns."""
        return self.offers.row_of.get(offer.spec.offer) if is_plain(ask) else None

    def _worth_of(
        self, round_: Round, chosen: Sequence[tuple[Weighed, OfferState]], rows: Sequence[int]
    ) -> Iterator[Worth]:
        asking, row = self._asking([weighed.ask for weighed, _ in chosen]), np.array(rows, dtype=np.int64)
        place = np.arange(len(chosen))
        way_m = ways(asking.said, place, self.offers, row)
        pairs = Pairs(place, row, self.offers.member[row], way_m, np.zeros_like(row))
        points_of = [weighed.points for weighed, _ in chosen]
        priced = self._priced(round_, asking, points_of, pairs)
        parts = parts_of_pairs(self.community.policy, priced)
        columns = zip(*[points.tolist() for points in parts.values()], strict=True)
        for points, way, accept_ppm in zip(columns, way_m.tolist(), priced.standing.chance_ppm.tolist(), strict=True):
            told = {name: some for name, some in zip(parts, points, strict=True) if some}
            yield Worth(told, way, accept_ppm)

    def _weigh(self, round_: Round, asks: Sequence[AskState]) -> list[Weighed]:
        asking = self._asking(asks)
        pairs = within_reach(self._taxonomy, self.offers, asks, asking.said)
        self.members.hold_at(pairs.member, round_.moment.told_ms)
        code = self._judge(round_, asking, pairs)
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
        kept = np.flatnonzero(code == 0)
        return self._ranked(round_, asking, pairs.only(kept), fallen, looked_at)

    def _asking(self, asks: Sequence[AskState]) -> Asking:
        return Asking(asks, [self.community.member(ask.spec.member) for ask in asks], self.asks.columns(asks))

    @property
    def _feasible_max(self) -> int:
        return self.community.policy.candidates_max

    @property
    def _looked_at_max(self) -> int:
        return looked_at_max(self.community.policy)

    def _judge(self, round_: Round, asking: Asking, pairs: Pairs) -> Numbers:
        """The place in `RULE_NAMES` of the first rule that refuses each pair; 0 where none does."""
        told_ms, offers, place = round_.moment.told_ms, self.offers, pairs.ask
        answer_by_ms, row, member = told_ms + self.community.policy.answer_ms_min, pairs.row, pairs.member
        charter, standing = self.members.charters(member), self.members.standings(member)
        asks, askers, said = asking
        asker = [self.members.row_of.get(ask.spec.member, -1) for ask in asks]
        suspended = np.array([one.suspended for one in askers], dtype=np.int64)
        has_blocked = np.array([bool(one.fields.blocked) for one in askers], dtype=np.int64)
        ask_deadline_ms, until_ms = said.deadline_ms[place], offers.deadline_ms[row]
        misses = (ask_deadline_ms < answer_by_ms) | (until_ms < answer_by_ms)
        misses |= (offers.from_ms[row] > ask_deadline_ms) | (said.earliest_ms[place] > until_ms)
        languages, skills, accessibility = said.languages[place], said.skills[place], said.accessibility[place]
        refusals = {
            "offer_paused": offers.paused[row] > 0,
            "member_suspended": standing.suspended > 0,
            "member_paused": told_ms < charter.paused_until_ms,
            "quiet_hours": standing.is_quiet > 0,
            "asked_per_day": told_ms < standing.day_full_until_ms,
            "asked_per_week": told_ms < standing.week_full_until_ms,
            "active_cap": standing.carries_enough > 0,
            "open_slots": standing.no_slots > 0,
            "unit": offers.unit[row] != said.unit[place],
            "window": misses,
            "own_offer": member == np.array(asker, dtype=np.int64)[place],
            "asker_suspended": suspended[place] > 0,
            "language": (languages > 0) & ((charter.languages & languages) == 0),
            "skills": (charter.skills & skills) != skills,
            "accessibility": (charter.accessibility & accessibility) != accessibility,
            "vetting": charter.vetting < np.maximum(said.floor[place], pairs.floor),
            "already_asked": self._was_asked(asks, pairs),
        }
        code = np.zeros(len(row), dtype=np.int64)
        for name, refuses in reversed(refusals.items()):
            code[refuses] = CODE[name]
        rare = (charter.has_blocked > 0) | ((has_blocked | said.is_rare)[place] > 0)
        for rare_one in np.flatnonzero(rare & ((code == 0) | (code >= CODE["blocked_pair"]))).tolist():
            pair = self._pair(round_, asks[place[rare_one]], int(row[rare_one]))
            code[rare_one] = CODE[first_refusal(pair, PAIR_RULES) or ""]
        return code

    def _was_asked(self, asks: Sequence[AskState], pairs: Pairs) -> Bits:
        """Pairs whose member was asked for this ask before."""
        row_of, was_asked = self.members.row_of, np.zeros(len(pairs.ask), dtype=bool)
        asked = [(place, row_of.get(name, -1)) for place, ask in enumerate(asks) for name in ask.asked]
        if asked:
            place, row = np.array(asked, dtype=np.int64).T
            start, end = np.searchsorted(pairs.ask, place), np.searchsorted(pairs.ask, place + 1)
            at = spans(start, end - start)
            was_asked[at[pairs.member[at] == np.repeat(row, end - start)]] = True
        return was_asked

    def _cut(self, pairs: Pairs, code: Numbers, place: int) -> Numbers:
        """The pairs of an ask that are looked at: by distance, then by offer id, until there are enough feasible ones."""
        start, end = pairs.span(place)
        way_m = pairs.way_m[start:end]
        order = np.argsort(way_m, kind="stable")
        last_m = way_m[order[self._enough(code[start:end][order]) - 1]]
        first, beyond = np.searchsorted(way_m[order], (last_m, last_m + 1))
        if beyond - first > 1:  # ids decide who of these is still looked at
            names, row = self.offers.names, pairs.row[start:end]
            order[first:beyond] = sorted(order[first:beyond].tolist(), key=lambda one: names[row[one]])
        return order[: self._enough(code[start:end][order])] + start

    def _enough(self, code: Numbers) -> int:
        """How many are looked at, by what was said of them in the order in which they are: until enough will do."""
        feasible = np.flatnonzero(code[: self._looked_at_max] == 0)
        if len(feasible) < self._feasible_max:
            return min(len(code), self._looked_at_max)
        return int(feasible[self._feasible_max - 1]) + 1

    def _ranked(self, round_: Round, asking: Asking, pairs: Pairs, fallen: Table, looked_at: Numbers) -> list[Weighed]:
        """Score what passed, and put the best of each ask first."""
        asks, _, said = asking
        missing = [round_.missing(ask) for ask in asks]
        points_of = self._points_of_asks(round_, said, [one.worst_ppm for one in missing])
        points = points_of_pairs(self.community.policy, self._priced(round_, asking, points_of, pairs))
        best = BestFirst(self.offers, points, pairs, len(asks))
        wanted = self._wanted(asks, missing, said, best)
        return [
            Weighed(*one)
            for one in zip(
                asks, points_of, looked_at.tolist(), fells_of(fallen), best.counts, best.ranked(), wanted, strict=True
            )
        ]

    def _points_of_asks(self, round_: Round, said: AskColumns, uncovered_ppm: Sequence[int]) -> list[AskPoints]:
        """`Round.points_of_ask` of each."""
        dial = self.community.policy.score
        waited_s = np.clip((round_.moment.told_ms - said.opened_ms) // SECOND_MS, 0, dial.waiting_s_max)
        waiting = (dial.points_per_waited_s * waited_s).tolist()
        return [AskPoints(0, 0, *one) for one in zip(said.urgency.tolist(), waiting, uncovered_ppm, strict=True)]

    def _wanted(
        self, asks: Sequence[AskState], missing: Sequence[Missing], said: AskColumns, best: BestFirst
    ) -> list[int | None]:
        """How many are to be asked for each, where that can be told from the first few."""
        policy = self.community.policy
        unmet = [ask.unmet for ask in asks]
        asked_max = [
            units * policy.proposals_open_per_unit - one.proposals for units, one in zip(unmet, missing, strict=True)
        ]
        left_ppm = np.array([one.worst_ppm for one in missing], dtype=np.int64)
        chance_ppm = self.members.chances(self.offers.member[best.rows])
        wanted = wanted_of(policy, chance_ppm, best.worthy, left_ppm, said.bound_ppm, np.array(asked_max))
        settled = best.is_settled & (wanted != UNSETTLED) & (np.array(unmet) == 1)
        return [
            count if is_settled else None for count, is_settled in zip(wanted.tolist(), settled.tolist(), strict=True)
        ]

    def _priced(self, round_: Round, asking: Asking, points_of: Sequence[AskPoints], pairs: Pairs) -> Priced:
        standing = self.members.standings(pairs.member)
        helped = self._helped(round_, asking, pairs, standing)
        urgency, waiting, uncovered_ppm = spread(points_of, pairs.ask)
        return Priced(pairs.way_m, urgency, waiting, uncovered_ppm, helped, self._stand_in_ppm(pairs.row), standing)

    def _stand_in_ppm(self, row: Numbers) -> Numbers:
        """`score.stand_in_ppm` of each row's offer."""
        around = self._hoods.open_around_all(self.offers.hood[row])
        stand_ins = self.community.policy.acceptance.stand_ins
        share_ppm = around * MILLION // np.maximum(around + stand_ins, 1)
        return share_ppm * share_ppm // MILLION

    def _helped(self, round_: Round, asking: Asking, pairs: Pairs, standing: Standing) -> Numbers:
        """1 for pairs that have helped each other well; few have, so they are asked one by one."""
        askers = np.array([bool(one.helped) for one in asking.askers], dtype=np.int64)
        helped = askers[pairs.ask] | standing.has_helped
        for place in np.flatnonzero(helped).tolist():
            helped[place] = has_helped(self._pair(round_, asking.asks[pairs.ask[place]], int(pairs.row[place])))
        return helped

    def _pair(self, round_: Round, ask: AskState, row: int) -> Pair:
        return pair_of(self.community, self._taxonomy, ask, self.offers.at(row), round_.moment.told_ms)


def is_plain(ask: AskState) -> bool:
    """Help for it lies in a place, whoever gives it: it is weighed by columns."""
    return not ask.spec.remote and ask.spec.place is not None


def fells_of(fallen: Table) -> list[dict[str, int]]:
    """Rule → how many fell to it, for each row of counts."""
    fells = [dict[str, int]() for _ in range(len(fallen))]
    places, rules = np.nonzero(fallen[:, BY_NAME])
    rules = BY_NAME[rules]
    for place, rule, count in zip(places.tolist(), rules.tolist(), fallen[places, rules].tolist(), strict=True):
        fells[place][RULE_NAMES[rule]] = count
    return fells
