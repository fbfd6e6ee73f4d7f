"""What many pairs are worth at once, part by part: `score.parts_of` over arrays."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from schemas.policy import Policy, Ranking
from services.matching.acceptance import MILLION
from services.matching.member_columns import Numbers, Standing
from services.matching.score import AskPoints, left_of_worth

COUNTS_MIN = 64
"""Tables by a count are made for so many counts at once, or twice as many, and so on."""


class Priced(NamedTuple):
    """What points need of pairs, one beside the other."""

    way_m: Numbers
    ask: Numbers
    """Place of the ask among those whose points are given."""
    asking: "Asked"
    helped: Numbers | None
    """1 for pairs that have helped each other well; None: no pair has."""
    around: Numbers
    """How many offers are open around the offer."""
    standing: Standing
    """Of the member who offers."""


class Asked(NamedTuple):
    """`AskPoints` of some asks, side by side."""

    urgency: Numbers
    waiting: Numbers
    uncovered_ppm: Numbers


def side_by_side(points: Sequence[AskPoints]) -> Asked:
    """The points of asks as columns."""
    rows = [(one.urgency, one.waiting, one.uncovered_ppm) for one in points]
    return Asked(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def parts_of_pairs(policy: Policy, pairs: Priced) -> dict[str, Numbers]:
    """Score part → points of each pair; what adds up to a pair's points, nothing left out, in the order written."""
    score, standing, none = policy.score, pairs.standing, np.zeros_like(pairs.way_m)
    parts = {
        "base": none + score.base,
        "distance": -score.points_per_m * pairs.way_m,
        "urgency": pairs.asking.urgency[pairs.ask],
        "waiting": pairs.asking.waiting[pairs.ask],
        "continuity": none if pairs.helped is None else score.continuity * pairs.helped,
        "fairness": -(score.points_per_recent_ask * standing.recent + score.points_per_active * standing.active),
    }
    left = np.maximum(sum(parts.values(), start=none), 0)
    for name, share_ppm in _shares(policy, pairs).items():
        kept = left * share_ppm // MILLION
        parts[name] = kept - left
        left = kept
    dial = policy.acceptance
    parts["asking_cost"] = none - dial.asking_cost
    left = left - dial.asking_cost
    if dial.ranking is not Ranking.nearest and dial.stand_ins:
        parts["stand_ins"] = np.where(left > 0, left * stand_in_ppm(policy, pairs.around) // MILLION - left, 0)
    return parts


def points_of_pairs(policy: Policy, pairs: Priced) -> Numbers:
    """The points of each pair: what its parts add up to, without a look at each."""
    score, dial, standing = policy.score, policy.acceptance, pairs.standing
    worth: Numbers = (pairs.asking.urgency + pairs.asking.waiting + score.base).take(pairs.ask)
    worth -= score.points_per_m * pairs.way_m
    if pairs.helped is not None:
        worth += score.continuity * pairs.helped
    worth -= score.points_per_recent_ask * standing.recent + score.points_per_active * standing.active
    left = np.maximum(worth, 0)
    worth -= left
    for share_ppm in _shares(policy, pairs).values():
        left = left * share_ppm // MILLION
    left -= dial.asking_cost
    if dial.ranking is not Ranking.nearest and dial.stand_ins:
        left = np.where(left > 0, left * stand_in_ppm(policy, pairs.around) // MILLION, left)
    worth += left
    return worth


def stand_in_ppm(policy: Policy, around: Numbers) -> Numbers:
    """`score.stand_in_ppm` by how many offers are open around."""
    return _stand_in_ppm(policy.acceptance.stand_ins, _counts(around)).take(around)


def _shares(policy: Policy, pairs: Priced) -> dict[str, Numbers]:
    """What is left of a pair's worth for each reason in turn, in parts per million."""
    dial, standing = policy.acceptance, pairs.standing
    shares = {"uncovered": pairs.asking.uncovered_ppm.take(pairs.ask)}
    if dial.near_m:
        shares["nearness"] = dial.near_m * MILLION // (dial.near_m + pairs.way_m)
    if dial.ranking is not Ranking.nearest:
        shares["chance"] = standing.chance_ppm
        shares["still_free"] = standing.free_ppm
        shares["asked_lately"] = _again_ppm(dial.again_ppm, _counts(standing.recent)).take(standing.recent)
        if pairs.helped is not None:
            shares["known_well"] = np.where(pairs.helped > 0, dial.known_well_ppm, MILLION)
    return shares


def _counts(numbers: Numbers) -> int:
    """How long a table must be that is read at these places; few lengths, so that few tables are made."""
    length, longest = COUNTS_MIN, int(numbers.max(initial=0))
    while length <= longest:
        length *= 2
    return length


@lru_cache(maxsize=64)
def _again_ppm(again_ppm: int, times: int) -> Numbers:
    """What being asked lately leaves of a pair's worth, by how often."""
    return np.array([left_of_worth(again_ppm, number) for number in range(times)], dtype=np.int64)


@lru_cache(maxsize=64)
def _stand_in_ppm(stand_ins: int, offers: int) -> Numbers:
    """What is left of a pair's worth for the sake of asks with few offers around, by how many there are."""
    around = np.arange(offers, dtype=np.int64)
    share_ppm = around * MILLION // np.maximum(around + stand_ins, 1)
    return share_ppm * share_ppm // MILLION
