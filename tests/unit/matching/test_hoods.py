from hypothesis import given
from hypothesis import strategies as st

from schemas.model import Place
from services.matching.cells import HOOD_M
from services.matching.hoods import Hoods

coordinates = st.integers(-4 * HOOD_M, 4 * HOOD_M)
places = st.lists(st.builds(Place, x_m=coordinates, y_m=coordinates), max_size=100)


@given(places, st.builds(Place, x_m=coordinates, y_m=coordinates))
def test_offers_are_counted_in_a_neighbourhood_and_the_eight_around(offers: list[Place], here: Place) -> None:
    hoods = Hoods()
    for offer in offers:
        hoods.add(hoods.number_at(offer), 1)
    number = hoods.number_at(here)

    east, north = here.x_m // HOOD_M, here.y_m // HOOD_M
    near = [one for one in offers if abs(one.x_m // HOOD_M - east) <= 1 and abs(one.y_m // HOOD_M - north) <= 1]
    assert hoods.open_around(number) == len(near)


def test_what_is_no_longer_open_is_not_counted() -> None:
    hoods, here = Hoods(), Place(x_m=10, y_m=-10)
    number = hoods.number_at(here)
    hoods.add(number, 1)
    hoods.add(number, -1)
    assert hoods.open_around(number) == 0
