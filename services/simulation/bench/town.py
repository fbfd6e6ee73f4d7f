"""The town a bench runs in: how large it is, what is asked and offered there, and by whom.

Whole metres on a plane, places widened to cells as the door widens them. Nothing here remembers anything: each draw is
handed on and forgotten, so a town of a million asks takes no more room than one of a thousand.
"""

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import isqrt
from random import Random
from typing import Generic, TypeVar

from schemas.codes import Urgency, Vetting
from schemas.members import MemberFields
from schemas.model import Place

T = TypeVar("T")

COMMUNITY = "benchtown"
START_MS = 1_767_258_000_000
"""Where log time stands when the town is complete, where nobody says otherwise: a morning in January 2026."""
CELL_M = 250
"""Places are centres of cells of this size."""
METRES_PER_ASK = 350
"""One open ask to a square of this side: then a few dozen offers lie within an ask's category and reach."""
FIXED_SIDE_M = METRES_PER_ASK * 100
"""Of a town that does not grow: the one that ten thousand open asks have at constant density."""
LIFE_MS = 120_000
"""How long an ask stays open on average: a brisk town, since an engine at full speed sees people answer at full speed."""
PATIENCE_MS = 90 * 60_000
"""How long an asker waits on average before giving up, if nobody accepts."""
OFFER_LIFE_MS = 110 * 60_000
"""How long an offer stands on average, if nobody needs it."""
SPAN_MS_MIN = 70_000
OFFERS_PER_ASK = 1.5
"""Open at one time: what two new offers to three new asks come to, if they are taken as fast as they come."""


class Weighted(Generic[T]):
    """One of these, each as often as its weight says; the weights are added up once."""

    def __init__(self, weights: Mapping[T, int]) -> None:
        self._values = list(weights)
        self._sums = list(accumulate(weights.values()))

    def draw(self, chance: Random) -> T:
        """The next one."""
        return self._values[bisect(self._sums, chance.randrange(self._sums[-1]))]


ASKED = Weighted({
    "cw:errands.groceries": 20, "cw:errands.prescriptions": 14, "cw:home.snow": 14, "cw:rides.appointments": 10,
    "cw:errands.dog-walking": 10, "cw:meals.delivery": 8, "cw:company.walks": 8, "cw:moving.carrying": 6, "oe:102": 6,
    "cw:errands": 4,
})  # fmt: skip
"""Need → how often it is asked for. Food (`oe:102`) and errands are broad: what is narrower answers them as well."""
OFFERED = Weighted({
    "cw:errands.groceries": 22, "cw:errands.prescriptions": 15, "cw:home.snow": 13, "cw:rides.appointments": 10,
    "cw:errands.dog-walking": 12, "cw:meals.delivery": 10, "cw:company.walks": 10, "cw:moving.carrying": 8,
})  # fmt: skip
NEEDS_OFFERED = Weighted({1: 3, 2: 5, 3: 4})
RADIUS_M = Weighted({1_000: 2, 1_500: 5, 2_200: 5, 3_000: 3})
CAPACITY = Weighted({1: 12, 2: 6, 3: 2})
URGENCY = Weighted({Urgency.critical: 1, Urgency.high: 12, Urgency.normal: 70, Urgency.low: 17})
VETTING = Weighted({Vetting.basic: 45, Vetting.checked: 40, Vetting.trusted: 15})
LANGUAGES: Weighted[tuple[str, ...]] = Weighted({("en",): 80, ("en", "es"): 12, ("es",): 8})
WISHED: Weighted[tuple[str, ...]] = Weighted({(): 80, ("en",): 14, ("es",): 6})
HEARD: Weighted[tuple[int, int]] = Weighted({(0, 0): 1, (10, 7): 3, (10, 8): 4, (20, 18): 2})
"""Asked and accepted before joining: most are known as willing, some are not known at all."""


@dataclass(frozen=True, slots=True)
class Town:
    """Its size, and how many asks are open in it at one time."""

    open_asks: int
    side_m: int
    """East to west, and as much north to south."""
    community: str = COMMUNITY
    start_ms: int = START_MS
    """Where log time stands when the town is complete."""

    @classmethod
    def of(cls, open_asks: int, *, is_fixed: bool, community: str = COMMUNITY, start_ms: int = START_MS) -> "Town":
        """A town in which density stays the same however many ask, or one whose area does."""
        side_m = FIXED_SIDE_M if is_fixed else max(METRES_PER_ASK * isqrt(open_asks), 4 * CELL_M)
        return cls(open_asks, side_m, community, start_ms)

    @property
    def open_offers(self) -> int:
        """How many offers are open at one time."""
        return round(self.open_asks * OFFERS_PER_ASK)

    def draw_place(self, chance: Random) -> Place:
        """The centre of a cell somewhere in the town."""
        cells = self.side_m // CELL_M
        x_m, y_m = (chance.randrange(cells) * CELL_M + CELL_M // 2 for _ in range(2))
        return Place(x_m=x_m, y_m=y_m)


def ask_id(number: int) -> str:
    """The id of an ask; `asker_id` has asked it."""
    return f"ask-{number:08}"


def asker_id(number: int) -> str:
    """Somebody who asks once."""
    return f"asker-{number:08}"


def offer_id(number: int) -> str:
    """The id of an offer; `helper_id` has offered it."""
    return f"offer-{number:08}"


def helper_id(number: int) -> str:
    """Somebody who offers once."""
    return f"helper-{number:08}"


def draw_needs(chance: Random) -> tuple[str, ...]:
    """What one person offers."""
    return tuple(dict.fromkeys(OFFERED.draw(chance) for _ in range(NEEDS_OFFERED.draw(chance))))


def draw_helper(chance: Random) -> MemberFields:
    """What is known of somebody who offers. They may be asked as often as it comes: the bench is to measure rounds."""
    asked, accepted = HEARD.draw(chance)
    return MemberFields(
        languages=LANGUAGES.draw(chance), vetting=VETTING.draw(chance), asked_before=asked, accepted_before=accepted
    )


def draw_span_ms(chance: Random, mean_ms: int) -> int:
    """A span without memory: however long it has lasted, it goes on as long on average. Enough for one answer."""
    return SPAN_MS_MIN + min(int(chance.expovariate(1) * (mean_ms - SPAN_MS_MIN)), 20 * mean_ms)
