"""Weighing by columns: the same rules and points as in `weighing`, for all pairs of many asks at once.

Pairs lie side by side in arrays, those of one ask together. What is rare (wishes for languages, blocks, people who have
helped each other) is asked of the rules themselves, pair by pair; `tests/property/test_engines_agree.py` holds both ways
equal, to the last point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from schemas.taxonomy import Taxonomy
from services.matching.acceptance import Missing
from services.matching.ask_columns import AskColumns, AskTable
from services.matching.best_first import BestFirst, Bits, ranked_one_by_one
from services.matching.hoods import Hoods
from services.matching.index import looked_at_max
from services.matching.member_columns import REFUSAL, MemberColumns, Numbers, Standing, Table
from services.matching.offer_columns import OfferColumns
from services.matching.pairs import Pairs, ways, within_reach
from services.matching.points_columns import Asked, Priced, parts_of_pairs, points_of_pairs, side_by_side
from services.matching.rules import CODE, PAIR_RULES, RULE_NAMES, Pair, first_refusal, pair_of
from services.matching.score import SECOND_MS, AskPoints, has_helped
from services.matching.state import AskState, CommunityState, MemberState, OfferState
from services.matching.wanted import UNSETTLED, wanted_of
from services.matching.weighing import Round, Weighed, Worth, worth_of

BEYOND = len(RULE_NAMES)
"""Of pairs that are not looked at, since enough are nearer."""
BY_NAME = sorted([(code, name) for code, name in enumerate(RULE_NAMES) if name], key=itemgetter(1))
"""The rules in the order in which an explanation tells them."""
BEFORE_ALL_MS = -1
FEW = 12
"""So many asks are put in order, and so many proposals priced, one by one: to begin to work with arrays takes longer."""


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
        self.few = FEW

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
        if len(chosen) <= self.few:
            return [worth_of(round_, weighed, offer) for weighed, offer in chosen]
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
        table = self.members.hold_at(pairs.member, round_.moment.told_ms)
        priced = self._priced(round_, asking, side_by_side([weighed.points for weighed, _ in chosen]), pairs, table)
        parts = parts_of_pairs(self.community.policy, priced)
        columns = zip(*[points.tolist() for points in parts.values()], strict=True)
        for points, way, accept_ppm in zip(columns, way_m.tolist(), priced.standing.chance_ppm.tolist(), strict=True):
            told = {name: some for name, some in zip(parts, points, strict=True) if some}
            yield Worth(told, way, accept_ppm)

    def _weigh(self, round_: Round, asks: Sequence[AskState]) -> list[Weighed]:
        asking = self._asking(asks)
        pairs = within_reach(self._taxonomy, self.offers, asks, asking.said)
        table, bounds = self.members.hold_at(pairs.member, round_.moment.told_ms), pairs.bounds(len(asks))
        code = self._judge(round_, asking, pairs, bounds.tolist(), table[:, REFUSAL])
        counts = np.bincount(pairs.ask * len(RULE_NAMES) + code, minlength=len(asks) * len(RULE_NAMES))
        fallen, looked_at = counts.reshape(len(asks), len(RULE_NAMES)), bounds[1:] - bounds[:-1]
        for place in ((fallen[:, 0] >= self._feasible_max) | (looked_at > self._looked_at_max)).nonzero()[0].tolist():
            span = slice(*bounds[place : place + 2].tolist())
            kept = self._cut(pairs, code, span)
            looked_at[place] = len(kept)
            fallen[place] = np.bincount(code[kept], minlength=len(RULE_NAMES))
            seen = code[kept]
            code[span] = BEYOND
            code[kept] = seen
        kept = (code == 0).nonzero()[0]
        fells = [fell_of(row) for row in fallen.tolist()]
        return self._ranked(round_, asking, pairs.only(kept), table.take(kept, axis=0), fells, looked_at.tolist())

    def _asking(self, asks: Sequence[AskState]) -> Asking:
        return Asking(asks, [self.community.member(ask.spec.member) for ask in asks], self.asks.columns(asks))

    @property
    def _feasible_max(self) -> int:
        return self.community.policy.candidates_max

    @property
    def _looked_at_max(self) -> int:
        return looked_at_max(self.community.policy)

    def _judge(self, round_: Round, asking: Asking, pairs: Pairs, bounds: Sequence[int], of_member: Numbers) -> Numbers:
        """The place in `RULE_NAMES` of the first rule that refuses each pair; 0 where none does.

        Args:
            bounds: where each ask's pairs begin, and where the last ones end.
            of_member: the same of the rules that read the member alone, which come before those that read a pair.
        """
        code = np.zeros(len(pairs.row), dtype=np.int64)
        for name, refused in self._refused(round_, asking, pairs, bounds):
            code[refused] = CODE[name]
        np.copyto(code, of_member, where=of_member > 0)
        if self.offers.paused_rows:
            code[self.offers.paused.take(pairs.row) > 0] = CODE["offer_paused"]
        if self.members.some_block or any(asker.fields.blocked for asker in asking.askers) or asking.said.is_rare.any():
            self._judge_rare(round_, asking, pairs, code)
        return code

    def _refused(
        self, round_: Round, asking: Asking, pairs: Pairs, bounds: Sequence[int]
    ) -> Iterator[tuple[str, Bits | list[int]]]:
        """The rules that read pairs, the last one first, as far as somebody can fall to them; and who does."""
        (asks, askers, said), members = asking, self.members
        if any(ask.asked for ask in asks):
            yield "already_asked", self._asked_before(asks, pairs, bounds)
        yield "vetting", members.said(pairs.member, "vetting") < pairs.floor
        for name in ("accessibility", "skills"):
            wished: Numbers = getattr(said, name)
            if wished.any():
                wished = wished.take(pairs.ask)
                yield name, (members.said(pairs.member, name) & wished) != wished
        if said.languages.any():
            wished = said.languages.take(pairs.ask)
            yield "language", (wished > 0) & ((members.said(pairs.member, "languages") & wished) == 0)
        if any(asker.suspended for asker in askers):
            suspended = np.array([asker.suspended for asker in askers], dtype=bool)
            yield "asker_suspended", suspended.take(pairs.ask)
        asker_rows = [members.row_of.get(ask.spec.member, -1) for ask in asks]
        if max(asker_rows) >= 0:
            yield "own_offer", pairs.member == np.array(asker_rows, dtype=np.int64).take(pairs.ask)
        yield "window", self._misses(said, pairs, round_.moment.told_ms + self.community.policy.answer_ms_min)
        if self.offers.has_units:
            yield "unit", self.offers.unit.take(pairs.row) != said.unit.take(pairs.ask)

    def _misses(self, said: AskColumns, pairs: Pairs, answer_by_ms: int) -> Bits:
        """Pairs that are never there together, or have too little time left to answer."""
        needed_ms: Numbers = np.maximum(said.earliest_ms, answer_by_ms).take(pairs.ask)
        ends_ms = np.where(said.deadline_ms < answer_by_ms, BEFORE_ALL_MS, said.deadline_ms).take(pairs.ask)
        misses: Bits = self.offers.deadline_ms.take(pairs.row) < needed_ms
        misses |= self.offers.from_ms.take(pairs.row) > ends_ms
        return misses

    def _asked_before(self, asks: Sequence[AskState], pairs: Pairs, bounds: Sequence[int]) -> list[int]:
        """Places of the pairs whose member was asked for this ask before."""
        row_of, members, before = self.members.row_of, pairs.member.tolist(), list[int]()
        for ask, start, end in zip(asks, bounds, bounds[1:], strict=False):
            if ask.asked and start < end:
                rows = {row_of.get(name): None for name in ask.asked}
                before += [place for place, row in enumerate(members[start:end], start) if row in rows]
        return before

    def _judge_rare(self, round_: Round, asking: Asking, pairs: Pairs, code: Numbers) -> None:
        """Ask the rules themselves of pairs that somebody blocked, or that wish for what has no bit."""
        of_ask = asking.said.is_rare + [bool(asker.fields.blocked) for asker in asking.askers]
        rare = (self.members.said(pairs.member, "has_blocked") | of_ask.take(pairs.ask)) > 0
        for one in (rare & ((code == 0) | (code >= CODE["blocked_pair"]))).nonzero()[0].tolist():
            pair = self._pair(round_, asking.asks[pairs.ask[one]], int(pairs.row[one]))
            code[one] = CODE[first_refusal(pair, PAIR_RULES) or ""]

    def _cut(self, pairs: Pairs, code: Numbers, span: slice) -> Numbers:
        """The pairs of an ask that are looked at: by distance, then by offer id, until there are enough feasible ones."""
        way_m, code_of = pairs.way_m[span], code[span]
        order: Numbers = np.argsort(way_m, kind="stable")
        last_m = way_m[order[self._enough(code_of[order]) - 1]]
        first, beyond = np.searchsorted(way_m[order], (last_m, last_m + 1))
        if beyond - first > 1:  # ids decide who of these is still looked at
            names, row = self.offers.names, pairs.row[span]
            order[first:beyond] = sorted(order[first:beyond].tolist(), key=lambda one: names[row[one]])
        kept: Numbers = order[: self._enough(code_of[order])] + span.start
        return kept

    def _enough(self, code: Numbers) -> int:
        """How many are looked at, by what was said of them in the order in which they are: until enough will do."""
        feasible = np.flatnonzero(code[: self._looked_at_max] == 0)
        if len(feasible) < self._feasible_max:
            return min(len(code), self._looked_at_max)
        return int(feasible[self._feasible_max - 1]) + 1

    def _ranked(
        self,
        round_: Round,
        asking: Asking,
        pairs: Pairs,
        table: Table,
        fells: Sequence[dict[str, int]],
        looked_at: Sequence[int],
    ) -> list[Weighed]:
        """Score what passed, and put the best of each ask first."""
        asks, _, said = asking
        missing = [round_.missing(ask) for ask in asks]
        asked = self._asked(round_, said, [one.worst_ppm for one in missing])
        points = points_of_pairs(self.community.policy, self._priced(round_, asking, asked, pairs, table))
        points_of = [AskPoints(0, 0, *one) for one in zip(*[column.tolist() for column in asked], strict=True)]
        if len(asks) <= self.few:
            ranked, counts = ranked_one_by_one(self.offers, points, pairs, len(asks))
            wanted: list[int | None] = [None] * len(asks)
        else:
            best = BestFirst(self.offers, points, pairs, len(asks))
            ranked, counts, wanted = best.ranked(), best.counts, self._wanted(asks, missing, said, best)
        return list(map(Weighed, asks, points_of, looked_at, fells, counts, ranked, wanted))

    def _asked(self, round_: Round, said: AskColumns, uncovered_ppm: Sequence[int]) -> Asked:
        """`Round.points_of_ask` of each."""
        dial = self.community.policy.score
        waited_s = (round_.moment.told_ms - said.opened_ms) // SECOND_MS
        waited_s = np.minimum(np.maximum(waited_s, 0), dial.waiting_s_max)
        return Asked(said.urgency, dial.points_per_waited_s * waited_s, np.array(uncovered_ppm, dtype=np.int64))

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

    def _priced(self, round_: Round, asking: Asking, asked: Asked, pairs: Pairs, table: Table) -> Priced:
        standing = Standing(*table.T)
        helped = self._helped(round_, asking, pairs, standing)
        around = self._hoods.open_around_all(self.offers.hood.take(pairs.row))
        return Priced(pairs.way_m, pairs.ask, asked, helped, around, standing)

    def _helped(self, round_: Round, asking: Asking, pairs: Pairs, standing: Standing) -> Numbers | None:
        """1 for pairs that have helped each other well, if there are any; few have, so they are asked one by one."""
        helped = standing.has_helped
        if any(asker.helped for asker in asking.askers):
            askers = np.array([bool(asker.helped) for asker in asking.askers], dtype=np.int64)
            helped = helped | askers.take(pairs.ask)
        elif not helped.any():
            return None
        else:
            helped = helped.copy()
        for place in helped.nonzero()[0].tolist():
            helped[place] = has_helped(self._pair(round_, asking.asks[pairs.ask[place]], int(pairs.row[place])))
        return helped if helped.any() else None

    def _pair(self, round_: Round, ask: AskState, row: int) -> Pair:
        return pair_of(self.community, self._taxonomy, ask, self.offers.at(row), round_.moment.told_ms)


def is_plain(ask: AskState) -> bool:
    """Help for it lies in a place, whoever gives it: it is weighed by columns."""
    return not ask.spec.remote and ask.spec.place is not None


def fell_of(counts: Sequence[int]) -> dict[str, int]:
    """Rule → how many fell to it, by name, from the counts in the order of `RULE_NAMES`."""
    return {name: counts[code] for code, name in BY_NAME if counts[code]}
