"""Larkmere, a city that does not exist: its districts, its river, and how its people are spread over them.

Whole metres on a plane, x to the east and y to the north.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from schemas.model import Place

WIDTH_M = 12_000
HEIGHT_M = 8_000
CELL_M = 250
"""How far places are widened at the door: dots on the map stand for cells, never for doors."""


@dataclass(frozen=True, slots=True)
class District:
    """A part of the city: people live around its centre, fewer the farther out."""

    name: str
    x_m: int
    y_m: int
    spread_m: int
    """Two thirds of its people live within this of the centre, east to west, and as many north to south."""
    people: int
    """Its share of the people, against the others'."""
    languages: Mapping[str, int]
    """Language → percent of its people who speak it at home; the rest speak English."""


DISTRICTS = (
    District("Old Harbour", 5_750, 1_450, 500, 15, {"tr": 14, "pt": 8, "ar": 6}),
    District("Castle Hill", 4_350, 3_800, 450, 11, {"fr": 5, "es": 4}),
    District("Mill Quarter", 7_450, 3_850, 500, 17, {"ar": 16, "tr": 10, "so": 8}),
    District("Garden Row", 1_500, 3_850, 480, 10, {"pl": 6}),
    District("Ferryside", 9_550, 1_750, 520, 12, {"vi": 14, "zh": 8}),
    District("University", 6_300, 6_200, 470, 12, {"es": 9, "zh": 8, "uk": 4}),
    District("Northfields", 2_700, 6_250, 470, 10, {"uk": 15, "pl": 7}),
    District("Brickworks", 10_200, 5_450, 520, 13, {"uk": 12, "es": 12, "ar": 7}),
)

RIVER_M = (
    (0, 2_450),
    (1_500, 2_300),
    (3_000, 1_500),
    (4_500, 620),
    (6_100, 400),
    (7_700, 780),
    (9_300, 420),
    (10_800, 560),
    (12_000, 250),
)
"""Points on the middle of the river, from west to east. It is there to be seen: nobody swims to a neighbour."""


def draw_district(draw: Random) -> District:
    """Where somebody lives."""
    return draw.choices(DISTRICTS, [district.people for district in DISTRICTS])[0]


def draw_place(draw: Random, district: District) -> Place:
    """A spot in a district, within the city."""
    x_m = round(draw.gauss(district.x_m, district.spread_m))
    y_m = round(draw.gauss(district.y_m, district.spread_m))
    return Place(x_m=min(max(x_m, 0), WIDTH_M - 1), y_m=min(max(y_m, 0), HEIGHT_M - 1))


def nearest_district(place: Place) -> District:
    """The district whose centre is nearest."""
    return min(DISTRICTS, key=lambda one: (one.x_m - place.x_m) ** 2 + (one.y_m - place.y_m) ** 2)
