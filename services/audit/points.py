"""What a pair is worth by the policy, part by part, as far as the books tell.

Two parts they do not: what recent arrivals give back of a side's life. These are held within their bounds; whoever
decides again holds them to the point.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.codes import Urgency
from schemas.listed import Ask, Offer
from schemas.policy import CERTAIN_PPM, Policy, Ranking


@dataclass(frozen=True, slots=True)
class Sides:
    """A pair, as far as its points depend on it."""

    ask: Ask
    offer: Offer
    told_ms: int
    way_m: int
    helped_before: bool
    """The two completed and confirmed a match, either way round."""
    asked_lately: int
    """How often who offers was asked within 24 hours."""
    active: int
    """Matches who offers carries."""
    to_answer: int
    """Proposals who offers has open."""
    accept_ppm: int
    """Chance that who offers accepts, as the proposal says it was learned."""
    uncovered_ppm: int
    """Chance that nobody who was asked before accepts soon."""
    offers_around: int | None
    """How many offers are open around; None: it lies nowhere, or a coordinator chose."""


def wrong_part(policy: Policy, sides: Sides, parts: Mapping[str, int]) -> tuple[str, int, str]:
    """The first part that is not what the policy says: its name, its points, and what was wanted; ("", 0, "") if none."""
    bounds = _bounds(policy, sides, parts)
    for name, (least, most) in bounds.items():
        points = parts.get(name, 0)
        if not least <= points <= most:
            return name, points, f"it is {least}" if least == most else f"it lies between {least} and {most}"
    unheard_of = [name for name in parts if name not in bounds]
    return (unheard_of[0], parts[unheard_of[0]], "no such part is known") if unheard_of else ("", 0, "")


def _bounds(policy: Policy, sides: Sides, parts: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Part → the least and the most it can be."""
    worth = _worth(policy, sides)
    bounds = {name: (points, points) for name, points in worth.items()}
    bounds["later_helper"] = (0, -worth["ask_life"])
    bounds["later_ask"] = (0, -worth["offer_life"])
    if policy.acceptance.is_certain:
        return bounds
    total = max(sum(worth.values()), 0)
    uncovered = total * sides.uncovered_ppm // CERTAIN_PPM - total
    shares = {"uncovered": uncovered} | _shares(policy, sides, total + uncovered)
    shares["stand_ins"] = _kept_back(policy, sides, total + sum(shares.values()))
    return bounds | {name: (points, points) for name, points in shares.items()}


def _kept_back(policy: Policy, sides: Sides, left: int) -> int:
    """What is kept back of a pair's worth where few others offer."""
    dial, around = policy.acceptance, sides.offers_around
    if dial.ranking is Ranking.nearest or not dial.stand_ins or around is None or left <= 0:
        return 0
    share_ppm = around * CERTAIN_PPM // (around + dial.stand_ins)
    return left * (share_ppm * share_ppm // CERTAIN_PPM) // CERTAIN_PPM - left


def _worth(policy: Policy, sides: Sides) -> dict[str, int]:
    dial = policy.score
    by_word = {Urgency.critical: dial.urgency.critical, Urgency.high: dial.urgency.high, Urgency.low: dial.urgency.low}
    waited_s = min(max(sides.told_ms - sides.ask.opened_ms, 0) // 1_000, dial.waiting_s_max)
    return {
        "base": dial.base,
        "distance": -dial.points_per_m * sides.way_m,
        "ask_life": -_life(policy, sides.ask.deadline_ms - sides.told_ms),
        "offer_life": -_life(policy, sides.offer.deadline_ms - sides.told_ms),
        "urgency": by_word.get(sides.ask.urgency, dial.urgency.normal),
        "waiting": dial.points_per_waited_s * waited_s,
        "continuity": dial.continuity if sides.helped_before else 0,
        "fairness": -(dial.points_per_recent_ask * sides.asked_lately + dial.points_per_active * sides.active),
    }


def _life(policy: Policy, left_ms: int) -> int:
    """What the rest of a side's life costs: nothing where a proposal does not use it up."""
    if not policy.acceptance.is_certain:
        return 0
    return policy.score.points_per_life_s * min(max(left_ms, 0) // 1_000, policy.score.horizon_s)


def _shares(policy: Policy, sides: Sides, left: int) -> dict[str, int]:
    """What each share takes away or adds, one after the other, and what asking costs."""
    dial = policy.acceptance
    again_ppm = CERTAIN_PPM
    for _ in range(sides.asked_lately):
        again_ppm = again_ppm * dial.again_ppm // CERTAIN_PPM
    ppm = {"nearness": dial.near_m * CERTAIN_PPM // (dial.near_m + sides.way_m) if dial.near_m else CERTAIN_PPM}
    if dial.ranking is not Ranking.nearest:
        ppm |= {"chance": sides.accept_ppm, "still_free": _free_ppm(policy, sides), "asked_lately": again_ppm}
        ppm |= {"known_well": dial.known_well_ppm} if sides.helped_before else {}
    taken = {}
    for name, share in ppm.items():
        taken[name] = left * share // CERTAIN_PPM - left
        left += taken[name]
    return {"chance": 0, "still_free": 0, "asked_lately": 0, "known_well": 0, **taken, "asking_cost": -dial.asking_cost}


def _free_ppm(policy: Policy, sides: Sides) -> int:
    """Chance that none of what the helper has to answer takes them first."""
    left_ppm = CERTAIN_PPM
    for _ in range(sides.to_answer):
        left_ppm = (
            left_ppm * (CERTAIN_PPM - policy.acceptance.taken_ppm * sides.accept_ppm // CERTAIN_PPM) // CERTAIN_PPM
        )
    return left_ppm
