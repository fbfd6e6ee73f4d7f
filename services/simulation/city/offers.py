"""A day's offers: who helps with what, how far they go, how often, and from when to when."""

from collections.abc import Sequence
from random import Random

from schemas.offers import OfferOpened
from services.simulation.chance import chance, pick
from services.simulation.city.clock import at_minute
from services.simulation.city.needs import WANTS
from services.simulation.city.people import Resident
from services.simulation.said import Said

STANDING = 0.45
"""How many offers stand from before the day; the others come during it."""
COMES_AT_HOUR = {6: 4, 7: 8, 8: 12, 9: 12, 10: 10, 11: 7, 12: 6, 13: 5, 14: 5, 15: 5, 16: 7, 17: 9, 18: 8, 19: 4}
WITH_CAR_M, ON_FOOT_M = {3_000: 3, 4_500: 5, 6_000: 3}, {1_000: 2, 1_500: 5, 2_200: 5, 3_000: 3}
REMOTE = frozenset(want.need for want in WANTS if want.remote)


def draw_offers(seed: int, helpers: Sequence[Resident]) -> list[Said]:
    """One offer of each of these people."""
    draw = chance(seed, "offers")
    return [_draw_offer(draw, helper, f"o{number:04}") for number, helper in enumerate(helpers, 1)]


def _draw_offer(draw: Random, helper: Resident, name: str) -> Said:
    weights = {want.need: want.offered for want in WANTS}
    drawn = [pick(draw, weights) for _ in range(pick(draw, {1: 3, 2: 5, 3: 4, 4: 2}))]
    needs = tuple(dict.fromkeys(drawn))
    minute = 0.0 if draw.random() < STANDING else 60 * (pick(draw, COMES_AT_HOUR) + draw.random())
    until = max(60.0 * pick(draw, {17: 2, 20: 4, 22: 4, 24 + 20: 4}), minute + 120)
    reaches_m = WITH_CAR_M if "driving" in helper.joined.skills else ON_FOOT_M
    offered = OfferOpened(
        community=helper.joined.community,
        offer=name,
        member=helper.member,
        needs=needs,
        place=helper.place,
        remote=any(need in REMOTE for need in needs),
        radius_m=pick(draw, reaches_m),
        capacity=pick(draw, {1: 4, 2: 5, 3: 3, 5: 1}),
        list_until_ms=at_minute(until),
    )
    return Said(at_minute(minute), offered)
