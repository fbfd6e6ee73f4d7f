"""The map: districts, the river, and every ask as a mark in its cell."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin, sqrt

from schemas.model import Place
from services.simulation.chronicle import Chronicle
from services.simulation.city.places import CELL_M, DISTRICTS, HEIGHT_M, RIVER_M, WIDTH_M, District, nearest_district
from services.simulation.picture.marks import (
    HELPED,
    INK,
    LAND,
    NOT_HELPED,
    QUIET,
    WATER,
    Panel,
    box,
    diamond,
    dot,
    group,
    label,
    number,
    text,
)
from services.simulation.records import AskRecord
from services.simulation.story import is_left_out

WIDTH = 680
SCALE = WIDTH / WIDTH_M
MAP_HEIGHT = round(HEIGHT_M * SCALE)
HEIGHT = MAP_HEIGHT + 38
GOLDEN_ANGLE = pi * (3 - sqrt(5))
LABEL_AWAY, LABEL_HEIGHT = 1.75, 46
"""Names stand at the upper edge of their district, or at the lower one where the map ends: marks stay visible."""
SPIRAL_M = 76
"""How far marks of one cell lie apart: they stand around its middle like seeds, each cell turned in its own way."""


def city_map(told: Chronicle) -> Panel:
    """Where people asked, and who was helped."""
    placed = [ask for ask in told.asks.values() if ask.spec.place is not None]
    helped = [ask for ask in placed if ask.accepted is not None]
    left_out = [ask for ask in placed if is_left_out(ask)]
    spots = _spots(placed)
    marks = [
        box(0, 0, WIDTH, MAP_HEIGHT, LAND, round_by=10),
        _river(),
        group(dot(*spots[ask.spec.ask], 3.1, HELPED) for ask in helped),
        group(diamond(*spots[ask.spec.ask], 3.6, NOT_HELPED) for ask in left_out),
        *(mark for district in DISTRICTS for mark in _district(district, placed)),
        *_key(len(helped), len(left_out), len(told.asks) - len(placed)),
    ]
    said = f"{len(placed)} asks on the map, {len(helped)} helped, {len(left_out)} not. " + "; ".join(
        _district_words(district, placed) for district in DISTRICTS
    )
    return Panel(
        "map",
        WIDTH,
        HEIGHT,
        title="Where people asked",
        subtitle=f"each mark is an ask, in its cell of {CELL_M} m: nobody's door is on this map",
        description=f"{said}.",
        body="".join(marks),
    )


def _at(x_m: float, y_m: float) -> tuple[float, float]:
    """North is up."""
    return x_m * SCALE, MAP_HEIGHT - y_m * SCALE


def _spots(asks: Sequence[AskRecord]) -> dict[str, tuple[float, float]]:
    """Where each ask's mark stands: around the middle of its cell, in the order in which they came."""
    in_cell: dict[Place, int] = {}
    spots = {}
    for ask in asks:
        place = ask.spec.place
        assert place is not None, "only asks with a place are on the map"
        seed = in_cell.get(place, 0)
        in_cell[place] = seed + 1
        away_m, angle = SPIRAL_M * sqrt(seed + 0.5), seed * GOLDEN_ANGLE + (place.x_m * 7 + place.y_m * 3) % 360
        x, y = _at(place.x_m + away_m * cos(angle), place.y_m + away_m * sin(angle))
        spots[ask.spec.ask] = (min(max(x, 5), WIDTH - 5), min(max(y, 5), MAP_HEIGHT - 5))
    return spots


def _river() -> str:
    """A smooth line through the river's points, from edge to edge."""
    points = [_at(x_m, y_m) for x_m, y_m in RIVER_M]
    path = f"M{number(points[0][0])} {number(points[0][1])}"
    for before, (x, y) in pairwise(points):
        half = (x - before[0]) / 2
        path += (
            f"C{number(before[0] + half)} {number(before[1])} {number(x - half)} {number(y)} {number(x)} {number(y)}"
        )
    return f'<path d="{path}" fill="none" stroke="{WATER}" stroke-width="24"/>'


def _district(district: District, asks: Sequence[AskRecord]) -> list[str]:
    x, y = _at(district.x_m, district.y_m)
    away = LABEL_AWAY * district.spread_m * SCALE
    above = y - away - LABEL_HEIGHT > 0
    y = y - away - 20 if above else y + away + 22
    helped, counted = _of_district(district, asks)
    return [
        label(x, y, district.name, size=23, weight=650),
        label(x, y + 21, f"{helped} of {counted} helped", size=19, colour=INK),
    ]


def _district_words(district: District, asks: Sequence[AskRecord]) -> str:
    helped, counted = _of_district(district, asks)
    return f"{district.name}: {helped} of {counted} helped"


def _of_district(district: District, asks: Sequence[AskRecord]) -> tuple[int, int]:
    """How many were helped, of how many that were not taken back."""
    here = [ask for ask in asks if ask.spec.place is not None and nearest_district(ask.spec.place) is district]
    helped = sum(ask.accepted is not None for ask in here)
    return helped, helped + sum(is_left_out(ask) for ask in here)


def _key(helped: int, left_out: int, elsewhere: int) -> list[str]:
    y = HEIGHT - 8
    marks = [
        dot(8, y - 5, 5, HELPED),
        text(20, y, f"helped: {helped}", size=20),
        diamond(168, y - 5, 5.5, NOT_HELPED),
        text(183, y, f"not yet, or not in time: {left_out}", size=20),
    ]
    if elsewhere:
        marks.append(text(WIDTH, y, f"{elsewhere} more by phone", size=20, colour=QUIET, anchor="end"))
    return marks
