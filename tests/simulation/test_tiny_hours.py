"""Any tiny hour at all, by the whole way: what is decided can be done, and hindsight is never beaten."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from services.simulation.report import hour_of, pairs_of
from services.simulation.yardstick.hindsight import optimum
from services.simulation.yardstick.hour import Hour, fits
from tests.simulation.conftest import MAPPING
from tests.simulation.test_load import HEADER, loaded
from tests.unit.simulation.hours import HOURS


def table_of(hour: Hour) -> str:
    asks = [
        f"ask,{one.ask},{one.at_ms // 1000},{one.x_m},{one.y_m},{(one.deadline_ms - one.at_ms) // 1000},"
        for one in hour.asks
    ]
    offers = [
        f"offer,{one.offer},{one.at_ms // 1000},{one.x_m},{one.y_m},{(one.deadline_ms - one.at_ms) // 1000},{one.radius_m}"
        for one in hour.offers
    ]
    return HEADER + "".join(f"{row}\n" for row in (*asks, *offers))


@pytest.mark.slow
@settings(max_examples=25)
@given(HOURS)
def test_every_pair_fits_and_no_more_are_made_than_hindsight_allows(hour: Hour) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "village.toml"
        mapping.write_text(MAPPING)
        came = loaded(table_of(hour), Path(folder) / "data", mapping)

    found, pairs = hour_of(came.told, came.rows), pairs_of(came.told)
    assert (len(found.asks), len(found.offers)) == (len(hour.asks), len(hour.offers))
    assert len(pairs) <= optimum(hour)
    asks, offers = {ask.ask: ask for ask in hour.asks}, {offer.offer: offer for offer in hour.offers}
    assert len({pair.offer for pair in pairs}) == len(pairs)
    assert all(fits(asks[pair.ask], offers[pair.offer]) for pair in pairs)
