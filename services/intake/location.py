"""Where an event is, in whole metres and no finer than its community allows.

A place comes in degrees (WGS84) or in metres on the community's plane; it leaves as the centre of a cell. The exact
place is forgotten here, at the door: nothing behind it ever sees one.
"""

from math import cos, radians
from typing import Final

from schemas.model import COORDINATE_M_MAX, Place
from schemas.operations import CommunityDefined

EARTH_RADIUS_M: Final = 6_371_008.8  # the mean radius of WGS84
DEGREES: Final = frozenset({"lat", "lon"})
METRES: Final = frozenset({"x_m", "y_m"})
RAW_M_MAX: Final = 10 * COORDINATE_M_MAX  # a float this small still holds thousandths of a metre


class PlaceError(ValueError):
    """A place that cannot be put on the plane; the message says why and never where."""


def locate(place: object, community: CommunityDefined) -> Place:
    """The cell of a place as people send it.

    Args:
        place: `{"lat": …, "lon": …}` in degrees, or `{"x_m": …, "y_m": …}` on the community's plane.
        community: whose origin and `cell_m` count.

    Returns:
        The centre of the cell of `cell_m` metres that the place lies in. With `cell_m` 1 every metre is kept.

    Raises:
        PlaceError: it is neither form, out of range, or further from the origin than a plane reaches.
    """
    if not isinstance(place, dict) or place.keys() not in (DEGREES, METRES):
        raise PlaceError("a place is an object of `lat` and `lon` in degrees, or of `x_m` and `y_m` in metres")
    if place.keys() == METRES:
        x_m, y_m = _number(place, "x_m", RAW_M_MAX), _number(place, "y_m", RAW_M_MAX)
    else:
        x_m, y_m = project(_number(place, "lat", 90), _number(place, "lon", 180), community)
    return widen(round(x_m), round(y_m), community.cell_m)


def project(lat: float, lon: float, community: CommunityDefined) -> tuple[float, float]:
    """Metres east and north of the community's origin: equirectangular around it, the short way round the globe.

    Within a hundred kilometres of the origin and 60° of the equator distances come out right within 3 %.
    """
    origin_lat, origin_lon = community.origin_lat_udeg / 1e6, community.origin_lon_udeg / 1e6
    east_deg = (lon - origin_lon + 180) % 360 - 180
    return (
        EARTH_RADIUS_M * radians(east_deg) * cos(radians(origin_lat)),
        EARTH_RADIUS_M * radians(lat - origin_lat),
    )


def widen(x_m: int, y_m: int, cell_m: int) -> Place:
    """The centre of the cell, rounded down to a whole metre; cells are counted from the origin, half open.

    Raises:
        PlaceError: the centre is further from the origin than `COORDINATE_M_MAX`.
    """
    centre_x_m = x_m // cell_m * cell_m + cell_m // 2
    centre_y_m = y_m // cell_m * cell_m + cell_m // 2
    if max(abs(centre_x_m), abs(centre_y_m)) > COORDINATE_M_MAX:
        raise PlaceError(f"it is more than {COORDINATE_M_MAX // 1_000:,} km from the community's origin")
    return Place(x_m=centre_x_m, y_m=centre_y_m)


def _number(place: dict[str, object], name: str, limit: int) -> float:
    value = place[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PlaceError(f"`{name}` must be a number")
    if not abs(value) <= limit:  # so asked, it also catches what is not a number
        raise PlaceError(f"`{name}` must lie between {-limit:,} and {limit:,}")
    return value
