"""What a pair is worth, in whole points, part by part. Every part is kept for the explanation."""

from dataclasses import dataclass

from schemas.codes import Urgency
from schemas.policy import DAY_MS, ByUrgency
from services.matching.rules import Pair, distance_m

SECOND_MS = 1_000


@dataclass(frozen=True, slots=True)
class Prospects:
    """Recent local supply around one side of a pair: who came within the policy's window and reach."""

    counterparts: int
    """Those it could meet: offers for an ask, asks for an offer."""
    rivals: int
    """Those who look for the same, itself included."""


def parts_of(pair: Pair, ask_prospects: Prospects, offer_prospects: Prospects) -> dict[str, int]:
    """Score part → points, parts of no points left out; the sum is the pair's points.

    `base` is what any match is worth; `distance` is a cost, and so are `ask_life` and `offer_life`: what can
    wait costs. `later_helper` and `later_ask` give back what is unlikely to find somebody later, judged by
    recent local supply. `urgency`, `waiting` and `continuity` speak for the pair, `fairness` against asking the
    same people again and again.
    """
    dial = pair.community.policy.score
    ask, offer = pair.ask.spec, pair.offer.spec
    ask_life = dial.points_per_life_s * remaining_s(ask.deadline_ms, pair.told_ms, dial.horizon_s)
    offer_life = dial.points_per_life_s * remaining_s(offer.deadline_ms, pair.told_ms, dial.horizon_s)
    parts = {
        "base": dial.base,
        "distance": -dial.points_per_m * (distance_m(pair.ask, pair.offer) or 0),
        "ask_life": -ask_life,
        "later_helper": ask_life - kept(ask_life, ask_prospects),
        "offer_life": -offer_life,
        "later_ask": offer_life - kept(offer_life, offer_prospects),
        "urgency": of_urgency(dial.urgency, ask.urgency),
        "waiting": dial.points_per_waited_s * waited_s(ask.opened_ms, pair.told_ms, dial.waiting_s_max),
        "continuity": dial.continuity if has_helped(pair) else 0,
        "fairness": -carried(pair),
    }
    return {name: points for name, points in parts.items() if points}


def kept(life: int, prospects: Prospects) -> int:
    """The life a side loses by being used now: all of it times the squared share of counterparts among who came.

    The share stands for the chance to be met later. Squared, because a side that is outnumbered loses to its
    rivals twice: fewer come for it, and others are taken first (measured: three to seven per cent less way at
    equal coverage than the plain share).
    """
    everyone = prospects.counterparts + prospects.rivals
    return life * prospects.counterparts**2 // everyone**2 if everyone else 0


def remaining_s(deadline_ms: int, told_ms: int, horizon_s: int) -> int:
    """Whole seconds left, at most the horizon: what can wait costs, what leaves soon is cheap to use."""
    return min(max(deadline_ms - told_ms, 0) // SECOND_MS, horizon_s)


def waited_s(opened_ms: int, told_ms: int, waited_s_max: int) -> int:
    """Whole seconds since the ask opened, at most `waited_s_max`."""
    return min(max(told_ms - opened_ms, 0) // SECOND_MS, waited_s_max)


def of_urgency(points: ByUrgency, urgency: Urgency) -> int:
    """The points of an urgency; a word from a newer version counts as normal."""
    by_word = {Urgency.critical: points.critical, Urgency.high: points.high, Urgency.low: points.low}
    return by_word.get(urgency, points.normal)


def has_helped(pair: Pair) -> bool:
    """The two completed and confirmed a match before, either way round."""
    return pair.ask.spec.member in pair.offerer.helped or pair.offer.spec.member in pair.asker.helped


def carried(pair: Pair) -> int:
    """What being asked lately and carrying something now cost: whoever was asked least comes first."""
    dial = pair.community.policy.score
    recent = pair.offerer.asked_since(pair.told_ms - DAY_MS)
    return dial.points_per_recent_ask * recent + dial.points_per_active * len(pair.offerer.active_matches)
