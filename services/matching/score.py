"""What a pair is worth, in whole points, part by part. Every part is kept for the explanation."""

from dataclasses import dataclass

from schemas.codes import Urgency
from schemas.policy import DAY_MS, ByUrgency, ScoreDial
from services.matching.rules import Pair, distance_m
from services.matching.state import AskState, MemberState, OfferState

SECOND_MS = 1_000


@dataclass(frozen=True, slots=True)
class Prospects:
    """Recent local supply around one side of a pair: who came within the policy's window and reach."""

    counterparts: int
    """Those it could meet: offers for an ask, asks for an offer."""
    rivals: int
    """Those who look for the same, itself included."""


@dataclass(frozen=True, slots=True)
class AskPoints:
    """What speaks for and against using an ask now, whoever helps."""

    ask_life: int
    later_helper: int
    urgency: int
    waiting: int


@dataclass(frozen=True, slots=True)
class OfferPoints:
    """What speaks against using an offer now, whoever is helped."""

    offer_life: int
    later_ask: int
    fairness: int


def points_of_ask(dial: ScoreDial, ask: AskState, prospects: Prospects, told_ms: int) -> AskPoints:
    """Life that is spent (what can wait costs), and given back where few helpers come; urgency and waiting."""
    life = dial.points_per_life_s * remaining_s(ask.spec.deadline_ms, told_ms, dial.horizon_s)
    waiting = dial.points_per_waited_s * waited_s(ask.spec.opened_ms, told_ms, dial.waiting_s_max)
    return AskPoints(-life, life - kept(life, prospects), of_urgency(dial.urgency, ask.spec.urgency), waiting)


def points_of_offer(
    dial: ScoreDial, offer: OfferState, offerer: MemberState, prospects: Prospects, told_ms: int
) -> OfferPoints:
    """Life that is spent, and given back where few asks come; and what asking the same people again costs."""
    life = dial.points_per_life_s * remaining_s(offer.spec.deadline_ms, told_ms, dial.horizon_s)
    return OfferPoints(-life, life - kept(life, prospects), -carried(dial, offerer, told_ms))


def parts_of(pair: Pair, ask: AskPoints, offer: OfferPoints) -> dict[str, int]:
    """Score part → points, parts of no points left out; the sum is the pair's points.

    `base` is what any match is worth, `distance` a cost, `continuity` speaks for people who have helped each
    other well; the rest comes from the two sides.
    """
    dial = pair.community.policy.score
    parts = {
        "base": dial.base,
        "distance": -dial.points_per_m * (distance_m(pair.ask, pair.offer) or 0),
        "ask_life": ask.ask_life,
        "later_helper": ask.later_helper,
        "offer_life": offer.offer_life,
        "later_ask": offer.later_ask,
        "urgency": ask.urgency,
        "waiting": ask.waiting,
        "continuity": dial.continuity if has_helped(pair) else 0,
        "fairness": offer.fairness,
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


def carried(dial: ScoreDial, offerer: MemberState, told_ms: int) -> int:
    """What being asked lately and carrying something now cost: whoever was asked least comes first."""
    recent = offerer.asked_since(told_ms - DAY_MS)
    return dial.points_per_recent_ask * recent + dial.points_per_active * len(offerer.active_matches)
