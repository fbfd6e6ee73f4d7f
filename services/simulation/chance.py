"""The one place where simulations draw chance: from a seed and the name of what is drawn, and from nothing else.

Each thing has a stream of its own, so that drawing more for one of them changes nothing for the others.
"""

from collections.abc import Mapping
from math import exp, log
from random import Random
from typing import TypeVar

T = TypeVar("T")


def chance(seed: int, *about: str) -> Random:
    """The stream of this name: the same numbers on every machine and in every process."""
    return Random("/".join((str(seed), *about)))  # noqa: S311 - a story is told, nothing is guarded


def pick(draw: Random, weights: Mapping[T, float]) -> T:
    """One of these, each as often as its weight says."""
    return draw.choices(list(weights), list(weights.values()))[0]


def around(draw: Random, median: float, spread: float) -> float:
    """A positive number: half are below the median, and two thirds within a factor of e to the `spread` of it."""
    return exp(draw.gauss(log(median), spread))
