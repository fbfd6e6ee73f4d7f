"""A whole day in Larkmere: its people, and what they will say without being asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.operations import CommunityDefined
from services.simulation.city.asks import draw_asks
from services.simulation.city.clock import DAY_START_MS
from services.simulation.city.offers import draw_offers
from services.simulation.city.people import Resident, draw_people
from services.simulation.city.places import CELL_M
from services.simulation.said import Said

COMMUNITY = "larkmere"
ASKS = 800
PEOPLE_PER_ASK, HELPERS_PER_ASK = 1.3, 0.9


@dataclass(frozen=True, slots=True)
class CityDay:
    """Everything about the day that does not depend on what is decided."""

    definition: CommunityDefined
    people: Mapping[str, Resident]
    """By member."""
    said: tuple[Said, ...]
    """Who joins, offers, asks and takes back, earliest first."""


def draw_day(seed: int, asks: int = ASKS, community: str = COMMUNITY) -> CityDay:
    """The day of this seed: the same day for the same seed, everywhere.

    Args:
        asks: how many there are; people and offers grow with them.
        community: under which name all of it happens.
    """
    people = draw_people(seed, community, max(2, round(asks * PEOPLE_PER_ASK)))
    helpers = people[: max(1, round(asks * HELPERS_PER_ASK))]
    joined = [Said(DAY_START_MS, one.joined) for one in people]
    said = [*joined, *draw_offers(seed, helpers), *draw_asks(seed, people, asks)]
    return CityDay(
        definition=CommunityDefined(community=community, cell_m=CELL_M),
        people={one.member: one for one in people},
        said=tuple(sorted(said, key=lambda one: one.at_ms)),  # stable: those of one moment stay as drawn
    )
