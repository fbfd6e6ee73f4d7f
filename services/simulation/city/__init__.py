"""A city that does not exist, drawn from a seed: Larkmere on a day in January."""

from services.simulation.city.answers import Neighbours
from services.simulation.city.day import COMMUNITY, CityDay, draw_day

__all__ = ["COMMUNITY", "CityDay", "Neighbours", "draw_day"]
