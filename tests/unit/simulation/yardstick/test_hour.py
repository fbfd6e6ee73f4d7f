import pytest

from services.simulation.yardstick.hour import fits, way_m
from tests.unit.simulation.hours import hour


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        ("o 0 300 3 4 5", True),  # exactly at the edge of its radius
        ("o 0 300 3 4 4", False),
        ("o 700 300 0 0 5", True),  # comes in the very second the ask ends
        ("o 701 300 0 0 5", False),
        ("o 0 100 0 0 5", True),  # leaves in the very second the ask comes
        ("o 0 99 0 0 5", False),
    ],
)
def test_radius_and_deadlines_count_inclusively(offer: str, expected: bool) -> None:
    """The ask stands from 100 s to 700 s, at the middle of the plane."""
    found = hour("a 100 600 0 0", offer)

    assert fits(found.asks[0], found.offers[0]) is expected


def test_the_way_is_as_the_crow_flies() -> None:
    found = hour("a 0 1 0 0", "o 0 1 30 40 99")

    assert way_m(found.asks[0], found.offers[0]) == 50
