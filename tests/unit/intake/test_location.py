import pytest

from schemas.model import COORDINATE_M_MAX, Place
from schemas.operations import CommunityDefined
from services.intake.location import EARTH_RADIUS_M, PlaceError, locate, project, widen
from tests.unit.intake.samples import NORTH, PLAIN


def test_the_origin_lies_in_the_middle_of_its_own_cell() -> None:
    assert locate({"lat": 52.5, "lon": 13.4}, NORTH) == Place(x_m=125, y_m=125)


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ({"x_m": 0, "y_m": 249}, Place(x_m=125, y_m=125)),
        ({"x_m": 250, "y_m": 249}, Place(x_m=375, y_m=125)),
        ({"x_m": -1, "y_m": -250}, Place(x_m=-125, y_m=-125)),
        ({"x_m": -251, "y_m": 0}, Place(x_m=-375, y_m=125)),
        ({"x_m": 249.5, "y_m": 250.5}, Place(x_m=375, y_m=375)),
    ],
)
def test_metres_are_widened_to_the_centre_of_their_half_open_cell(place: dict[str, float], cell: Place) -> None:
    assert locate(place, NORTH) == cell


@pytest.mark.parametrize(("x_m", "kept"), [(7, 7), (-7, -7), (0.5, 0), (1.5, 2), (-2.5, -2)])
def test_a_cell_of_one_metre_keeps_the_metre_and_rounds_halves_to_even(x_m: float, kept: int) -> None:
    assert locate({"x_m": x_m, "y_m": 0}, PLAIN) == Place(x_m=kept, y_m=0)


def test_one_degree_north_is_111_195_metres_and_one_east_is_less_by_the_cosine() -> None:
    equator = CommunityDefined(community="equator")
    sixty = CommunityDefined(community="sixty", origin_lat_udeg=60_000_000)

    assert project(1, 0, equator)[1] == pytest.approx(111_195.08, abs=0.01)
    assert project(60, 1, sixty)[0] == pytest.approx(111_195.08 / 2, abs=0.01)
    assert EARTH_RADIUS_M == 6_371_008.8


def test_the_way_east_is_the_short_way_over_the_date_line() -> None:
    fiji = CommunityDefined(community="fiji", origin_lat_udeg=-17_000_000, origin_lon_udeg=179_900_000)

    x_m, y_m = project(-17, -179.9, fiji)

    assert x_m == pytest.approx(21_267, abs=1)
    assert y_m == 0


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("here", "`lat` and `lon` in degrees"),
        ({"lat": 1}, "`lat` and `lon` in degrees"),
        ({"lat": 1, "lon": 2, "x_m": 3}, "`lat` and `lon` in degrees"),
        ({"x_m": "far", "y_m": 0}, "`x_m` must be a number"),
        ({"x_m": True, "y_m": 0}, "`x_m` must be a number"),
        ({"lat": 90.001, "lon": 0}, "`lat` must lie between -90 and 90"),
        ({"lat": 0, "lon": -180.5}, "`lon` must lie between -180 and 180"),
        ({"x_m": float("inf"), "y_m": 0}, "`x_m` must lie between"),
        ({"x_m": 0, "y_m": float("nan")}, "`y_m` must lie between"),
        ({"x_m": 10**400, "y_m": 0}, "`x_m` must lie between"),
        ({"lat": -33, "lon": 151}, "more than 2,000 km from the community's origin"),
    ],
)
def test_a_place_that_is_none_is_refused_without_being_repeated(place: object, told: str) -> None:
    with pytest.raises(PlaceError, match=told) as refused:
        locate(place, NORTH)

    assert "far" not in str(refused.value)
    assert "151" not in str(refused.value)


def test_a_plane_ends_where_coordinates_end() -> None:
    assert widen(COORDINATE_M_MAX, -COORDINATE_M_MAX, 1) == Place(x_m=COORDINATE_M_MAX, y_m=-COORDINATE_M_MAX)
    with pytest.raises(PlaceError, match="2,000 km"):
        widen(COORDINATE_M_MAX, 0, 250)
