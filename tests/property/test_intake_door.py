"""The door under arbitrary input: it always answers, forgets the exact place, and never repeats what was sent."""

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.events import EVENT
from schemas.examples import EXAMPLES
from schemas.model import Place
from schemas.operations import CommunityDefined
from services.intake.door import Admitted, admit
from services.intake.location import PlaceError, locate, project
from services.intake.refusals import DETAIL_CHARS_MAX, Rejected

CELLS = st.sampled_from([1, 2, 3, 100, 250, 999, 10_000])
METRES = st.integers(-1_000_000, 1_000_000) | st.floats(-1_000_000, 1_000_000)
HOMES = {name: CommunityDefined(community=name) for name in ("riverside", "hillside")}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


def at_the_door(raw: bytes) -> Admitted | Rejected:
    return admit(raw, source="form", communities=HOMES, knows_need=lambda _: True)


@given(cell_m=CELLS, x_m=METRES, y_m=METRES)
def test_a_widened_place_is_the_centre_of_the_cell_it_lies_in(cell_m: int, x_m: float, y_m: float) -> None:
    home = CommunityDefined(community="c", cell_m=cell_m)

    place = locate({"x_m": x_m, "y_m": y_m}, home)

    assert locate({"x_m": place.x_m, "y_m": place.y_m}, home) == place
    assert math.hypot(place.x_m - x_m, place.y_m - y_m) <= (cell_m / 2 + 0.5) * math.sqrt(2) + 1e-6


@given(cell_m=CELLS, column=st.integers(-99, 99), row=st.integers(-99, 99), within=st.data())
def test_two_places_in_one_cell_become_equal(cell_m: int, column: int, row: int, within: st.DataObject) -> None:
    home = CommunityDefined(community="c", cell_m=cell_m)
    inside = st.integers(0, cell_m - 1)
    one, other = (
        locate({"x_m": column * cell_m + within.draw(inside), "y_m": row * cell_m + within.draw(inside)}, home)
        for _ in range(2)
    )

    assert one == other


@given(
    lat0=st.floats(-60, 60), lon0=st.floats(-180, 180), lat=st.floats(-0.2, 0.2), lon=st.floats(-0.2, 0.2), cell_m=CELLS
)
def test_degrees_near_the_origin_come_out_within_a_cell_and_three_percent(
    lat0: float, lon0: float, lat: float, lon: float, cell_m: int
) -> None:
    home = CommunityDefined(
        community="c", origin_lat_udeg=round(lat0 * 1e6), origin_lon_udeg=round(lon0 * 1e6), cell_m=cell_m
    )
    sent = {"lat": lat0 + lat, "lon": (lon0 + lon + 180) % 360 - 180}

    place = locate(sent, home)

    x_m, y_m = project(sent["lat"], sent["lon"], home)
    true_m = great_circle_m(home.origin_lat_udeg / 1e6, home.origin_lon_udeg / 1e6, sent["lat"], sent["lon"])
    assert math.hypot(x_m, y_m) == pytest.approx(true_m, rel=0.03, abs=1)
    assert math.hypot(place.x_m - x_m, place.y_m - y_m) <= (cell_m / 2 + 0.5) * math.sqrt(2) + 1e-6


@given(place=JSON, cell_m=CELLS)
def test_anything_else_as_a_place_is_refused_and_nothing_breaks(place: object, cell_m: int) -> None:
    with contextlib.suppress(PlaceError):
        assert isinstance(locate(place, CommunityDefined(community="c", cell_m=cell_m)), Place)


@given(raw=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_the_door_answers_whatever_comes(raw: bytes) -> None:
    answer = at_the_door(raw)

    assert isinstance(answer, Rejected)
    assert 0 < len(answer.detail) <= DETAIL_CHARS_MAX


@given(example=st.sampled_from(EXAMPLES), changes=st.data())
def test_an_event_with_one_thing_changed_is_let_in_whole_or_refused_without_being_repeated(
    example: Any, changes: st.DataObject
) -> None:
    data = example.model_dump(mode="json")
    path = changes.draw(st.sampled_from(list(paths(data))))
    canary = changes.draw(st.sampled_from(["Canary", ["Canary"], {"Canary 1": "Canary"}, -1, 10**30, 1.5, None, True]))
    put(data, path, canary)
    raw = json.dumps({"id": "e1", "data": data}).encode()

    answer = at_the_door(raw)

    if isinstance(answer, Admitted):
        assert EVENT.validate_json(answer.value, extra="forbid") == answer.event
    else:
        assert "canary" not in str(answer).lower()


@given(example=st.sampled_from(EXAMPLES), key=st.text(max_size=12))
def test_an_unknown_field_never_gets_in(example: Any, key: str) -> None:
    data = example.model_dump(mode="json")
    assume(key not in data)

    assert isinstance(at_the_door(json.dumps({"id": "e1", "data": {**data, key: 1}}).encode()), Rejected)


def paths(value: object, before: tuple[str | int, ...] = ()) -> Any:
    if before:
        yield before
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield from paths(child, (*before, key))


def put(data: Any, path: tuple[str | int, ...], value: object) -> None:
    *outer, last = path
    for step in outer:
        data = data[step]
    data[last] = value


def great_circle_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """The haversine distance on a sphere of WGS84's mean radius."""
    one, other = math.radians(lat1), math.radians(lat2)
    half = math.sin((other - one) / 2) ** 2
    half += math.cos(one) * math.cos(other) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(half)))
