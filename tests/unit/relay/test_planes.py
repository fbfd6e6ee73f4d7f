"""Places between planes: what the relay says in degrees is what the door puts back where it was."""

import pytest

from schemas.model import Place
from schemas.operations import CommunityDefined
from services.intake.location import project
from services.relay.planes import degrees_of

BERLIN = CommunityDefined(community="berlin", origin_lat_udeg=52_500_000, origin_lon_udeg=13_400_000)
POTSDAM = CommunityDefined(community="potsdam", origin_lat_udeg=52_400_000, origin_lon_udeg=13_060_000)
FIJI = CommunityDefined(community="fiji", origin_lat_udeg=-17_800_000, origin_lon_udeg=179_900_000)
NOWHERE = CommunityDefined(community="nowhere")


@pytest.mark.parametrize("community", [BERLIN, POTSDAM, FIJI, NOWHERE])
@pytest.mark.parametrize("place", [Place(x_m=0, y_m=0), Place(x_m=30_125, y_m=-8_375), Place(x_m=-1_999, y_m=77_777)])
def test_the_door_puts_the_degrees_back_where_they_were(community: CommunityDefined, place: Place) -> None:
    x_m, y_m = project(*degrees_of(place, community), community)

    assert (round(x_m), round(y_m)) == (place.x_m, place.y_m)


def test_a_place_of_one_community_has_its_own_metres_in_the_next() -> None:
    x_m, y_m = project(*degrees_of(Place(x_m=-20_000, y_m=0), BERLIN), POTSDAM)

    assert round(y_m) == 11_120  # a tenth of a degree north of Potsdam's origin
    assert 3_000 < x_m < 3_200


def test_longitudes_go_the_short_way_round() -> None:
    _, lon = degrees_of(Place(x_m=50_000, y_m=0), FIJI)

    assert -180 <= lon < -179
