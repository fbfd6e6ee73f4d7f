"""Distances on the community's plane, in whole metres."""

from math import isqrt

from schemas.model import Place


def gap_m(one: Place, other: Place) -> int:
    """Metres between two places, rounded up, so that a limit in metres is never overstepped."""
    squared = (one.x_m - other.x_m) ** 2 + (one.y_m - other.y_m) ** 2
    root = isqrt(squared)
    return root if root * root == squared else root + 1
