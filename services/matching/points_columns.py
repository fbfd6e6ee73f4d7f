"""What many pairs are worth at once, part by part: `score.parts_of` over arrays."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from schemas.policy import Policy, Ranking
from services.matching.acceptance import MILLION
from services.matching.member_columns import Numbers, Standing
from services.matching.score import AskPoints, left_of_worth


class Priced(NamedTuple):
    """What points need of pairs, one beside the other."""

    way_m: Numbers
    urgency: Numbers
    waiting: Numbers
    uncovered_ppm: Numbers
    helped: Numbers
    """1 for pairs that have helped each other well."""
    stand_in_ppm: Numbers
    standing: Standing
    """Of the member who offers."""


def spread(points: Sequence[AskPoints], place: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Urgency, waiting and uncovered share of each pair's ask, by the ask's place."""
    table = np.array([(one.urgency, one.waiting, one.uncovered_ppm) for one in points], dtype=np.int64).reshape(-1, 3)
    urgency, waiting, uncovered_ppm = table[place].T
    return urgency, waiting, uncovered_ppm


def parts_of_pairs(policy: Policy, pairs: Priced) -> dict[str, Numbers]:
    """Score part → points of each pair; what adds up to a pair's points, nothing left out, in the order written."""
    score, standing = policy.score, pairs.standing
    parts = {
        "base": np.full(len(pairs.way_m), score.base, dtype=np.int64),
        "distance": -score.points_per_m * pairs.way_m,
        "urgency": pairs.urgency,
        "waiting": pairs.waiting,
        "continuity": score.continuity * pairs.helped,
        "fairness": -(score.points_per_recent_ask * standing.recent + score.points_per_active * standing.active),
    }
    worth: Numbers = sum(parts.values(), start=np.zeros_like(pairs.way_m))
    left = np.maximum(worth, 0)
    for name, share_ppm in _shares(policy, pairs).items():
        kept = left * share_ppm // MILLION
        parts[name] = kept - left
        left = kept
    dial = policy.acceptance
    parts["asking_cost"] = np.full(len(left), -dial.asking_cost, dtype=np.int64)
    left = left - dial.asking_cost
    if dial.ranking is not Ranking.nearest and dial.stand_ins:
        parts["stand_ins"] = np.where(left > 0, left * pairs.stand_in_ppm // MILLION - left, 0)
    return parts


def points_of_pairs(policy: Policy, pairs: Priced) -> Numbers:
    """The points of each pair."""
    points: Numbers = sum(parts_of_pairs(policy, pairs).values(), start=np.zeros_like(pairs.way_m))
    return points


def _shares(policy: Policy, pairs: Priced) -> dict[str, Numbers]:
    """What is left of a pair's worth for each reason in turn, in parts per million."""
    dial, standing = policy.acceptance, pairs.standing
    shares = {"uncovered": pairs.uncovered_ppm}
    if dial.near_m:
        shares["nearness"] = dial.near_m * MILLION // (dial.near_m + pairs.way_m)
    if dial.ranking is not Ranking.nearest:
        times_max = int(standing.recent.max(initial=0))
        again_ppm = np.array([left_of_worth(dial.again_ppm, times) for times in range(times_max + 1)], dtype=np.int64)
        shares["chance"] = standing.chance_ppm
        shares["still_free"] = standing.free_ppm
        shares["asked_lately"] = again_ppm[standing.recent]
        if pairs.helped.any():
            shares["known_well"] = np.where(pairs.helped > 0, dial.known_well_ppm, MILLION)
    return shares
