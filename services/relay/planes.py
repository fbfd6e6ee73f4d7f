"""From a community's plane back to degrees: neighbours have planes of their own, and the door puts degrees on theirs."""

from math import cos, degrees, radians
from typing import Final

from schemas.model import Place
from schemas.operations import CommunityDefined

EARTH_RADIUS_M: Final = 6_371_008.8  # as the door projects with it


def degrees_of(place: Place, community: CommunityDefined) -> tuple[float, float]:
    """Latitude and longitude of a place on a community's plane: what the door would put there, the short way round.

    Only ever the centre of a cell: nothing finer than that is known behind the door.
    """
    origin_lat, origin_lon = community.origin_lat_udeg / 1e6, community.origin_lon_udeg / 1e6
    lat = origin_lat + degrees(place.y_m / EARTH_RADIUS_M)
    lon = origin_lon + degrees(place.x_m / (EARTH_RADIUS_M * cos(radians(origin_lat))))
    return lat, (lon + 180) % 360 - 180
