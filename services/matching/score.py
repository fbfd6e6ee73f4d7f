"""What a pair is worth, in whole points, part by part. Every part is kept for the explanation."""

from dataclasses import dataclass
from typing import NamedTuple

from schemas.codes import Urgency
from schemas.policy import DAY_MS, AcceptanceDial, ByUrgency, Policy, Ranking, ScoreDial
from services.matching.acceptance import MILLION, WORDS, chance_ppm, still_free_ppm
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


UNKNOWN = Prospects(0, 0)
"""Nothing is weighed against later chances."""


class AskPoints(NamedTuple):
    """What speaks for and against using an ask now, whoever helps."""

    ask_life: int
    later_helper: int
    urgency: int
    waiting: int
    uncovered_ppm: int
    """Chance that nobody who was asked accepts soon: what one more proposal is for."""


class OfferPoints(NamedTuple):
    """What speaks against using an offer now, whoever is helped."""

    offer_life: int
    later_ask: int
    fairness: int
    chance_ppm: int
    free_ppm: int
    again_ppm: int
    stand_in_ppm: int
    """What is left of a pair's worth for the sake of asks that have few offers around."""


def points_of_ask(policy: Policy, ask: AskState, prospects: Prospects, uncovered_ppm: int, told_ms: int) -> AskPoints:
    """Life that is spent (what can wait costs), and given back where few helpers come; urgency and waiting.

    Life counts where answers are certain: elsewhere an ask is not used up by being proposed.
    """
    dial = policy.score
    life = of_life(policy, ask.spec.deadline_ms, told_ms)
    waiting = dial.points_per_waited_s * waited_s(ask.spec.opened_ms, told_ms, dial.waiting_s_max)
    urgency = of_urgency(dial.urgency, ask.spec.urgency)
    return AskPoints(-life, life - kept(life, prospects), urgency, waiting, uncovered_ppm)


def points_of_offer(
    policy: Policy,
    offer: OfferState,
    offerer: MemberState,
    prospects: Prospects,
    told_ms: int,
    stand_in_ppm: int = MILLION,
) -> OfferPoints:
    """Life that is spent, and given back where few asks come; what asking the same people again costs; their chance."""
    life = of_life(policy, offer.spec.deadline_ms, told_ms)
    recent = offerer.asked_since(told_ms - DAY_MS)
    again_ppm = left_of_worth(policy.acceptance.again_ppm, recent)
    fairness = -carried(policy.score, recent, offerer)
    accept_ppm = chance_ppm(policy.acceptance, offerer)
    free_ppm = still_free_ppm(policy.acceptance, offerer, accept_ppm)
    return OfferPoints(-life, life - kept(life, prospects), fairness, accept_ppm, free_ppm, again_ppm, stand_in_ppm)


def of_life(policy: Policy, deadline_ms: int, told_ms: int) -> int:
    """What a side's remaining life costs."""
    if not policy.acceptance.is_certain:
        return 0
    return policy.score.points_per_life_s * remaining_s(deadline_ms, told_ms, policy.score.horizon_s)


def parts_of(pair: Pair, ask: AskPoints, offer: OfferPoints) -> dict[str, int]:
    """Score part → points, parts of no points left out; the sum is the pair's points.

    `base` is what any match is worth, `distance` a cost, `continuity` speaks for people who have helped each
    other well; the rest comes from the two sides. Where answers are uncertain, shares of that are taken away in
    turn: for whoever was asked already and may yet accept, for those who may not, for the way, for being asked again.
    """
    dial = pair.policy.score
    way_m = distance_m(pair.ask, pair.offer) or 0
    helped = has_helped(pair)
    parts = {  # in the order in which they are written
        "base": dial.base,
        "distance": -dial.points_per_m * way_m,
        "ask_life": ask.ask_life,
        "later_helper": ask.later_helper,
        "offer_life": offer.offer_life,
        "later_ask": offer.later_ask,
        "urgency": ask.urgency,
        "waiting": ask.waiting,
        "continuity": dial.continuity if helped else 0,
        "fairness": offer.fairness,
    }
    acceptance = pair.policy.acceptance
    if not acceptance.is_certain:
        parts |= of_shares(acceptance, sum(parts.values()), ask, offer, way_m, helped=helped)
    return {name: points for name, points in parts.items() if points}


def of_shares(
    dial: AcceptanceDial, worth: int, ask: AskPoints, offer: OfferPoints, way_m: int, *, helped: bool
) -> dict[str, int]:
    """What each share takes away of a pair's worth, one after the other; and what asking costs at the end."""
    learned = dial.ranking is not Ranking.nearest
    shares = {
        "uncovered": ask.uncovered_ppm,
        "nearness": dial.near_m * MILLION // (dial.near_m + way_m) if dial.near_m else MILLION,
        "chance": offer.chance_ppm if learned else MILLION,
        "still_free": offer.free_ppm if learned else MILLION,
        "asked_lately": offer.again_ppm if learned else MILLION,
        "known_well": dial.known_well_ppm if learned and helped else MILLION,
    }
    parts, left = {}, max(worth, 0)
    for name, share_ppm in shares.items():
        if share_ppm != MILLION:
            kept_points = left * share_ppm // MILLION
            parts[name] = kept_points - left
            left = kept_points
    parts["asking_cost"] = -dial.asking_cost
    left -= dial.asking_cost
    if learned and left > 0:
        parts["stand_ins"] = left * offer.stand_in_ppm // MILLION - left
    return parts


def stand_in_ppm(dial: AcceptanceDial, offers_around: int | None) -> int:
    """The share of a pair's worth that is left where so many offers are open around; None: it lies nowhere."""
    if not dial.stand_ins or offers_around is None:
        return MILLION
    share_ppm = offers_around * MILLION // (offers_around + dial.stand_ins)
    return share_ppm * share_ppm // MILLION


def left_of_worth(again_ppm: int, times: int) -> int:
    """What being asked some times lately leaves of a pair's worth."""
    left_ppm = MILLION
    for _ in range(times):
        left_ppm = left_ppm * again_ppm // MILLION
        if not left_ppm:
            break
    return left_ppm


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
    worth: int = getattr(points, WORDS.get(urgency, "normal"))
    return worth


def has_helped(pair: Pair) -> bool:
    """The two completed and confirmed a match before, either way round."""
    return pair.ask.spec.member in pair.offerer.helped or pair.offer.spec.member in pair.asker.helped


def carried(dial: ScoreDial, recent: int, offerer: MemberState) -> int:
    """What being asked lately and carrying something now cost: whoever was asked least comes first."""
    return dial.points_per_recent_ask * recent + dial.points_per_active * len(offerer.active_matches)
