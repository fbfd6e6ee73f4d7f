"""Bounds that would let nothing be decided are refused when they are read."""

from dataclasses import fields, replace

import pytest

from services.matching.settings import MatchingSettings


@pytest.mark.parametrize("name", [field.name for field in fields(MatchingSettings)])
def test_a_bound_below_one_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"`{name}` is 0; it is a bound, at least 1"):
        replace(MatchingSettings(), **{name: 0})
