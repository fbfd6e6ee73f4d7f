"""Where the real hour lies, and small tables to load."""

import os
from pathlib import Path

import pytest

CITY_HOUR = "city-hour.csv"
MAPPING = """
describes = "A village for tests: every need and every member is invented."
kind_column = "kind"
answers = "accept"
[community]
id = "village"
cell_m = 1
[time]
column = "at_s"
unit = "s"
origin = 2026-01-05T08:00:00Z
[policy]
open_slots = 1
answer_ms_min = 2000
[kinds.ask]
event = "ask.opened"
id = { column = "id", prefix = "ask-" }
[kinds.ask.fields]
ask = { column = "id" }
member = { column = "id", prefix = "asker-" }
need = { value = "oe:102" }
place.x_m = { column = "x_m", as = "whole" }
place.y_m = { column = "y_m", as = "whole" }
list_until_ms = { column = "patience_s", as = "after", unit = "s" }
[kinds.offer]
event = "offer.opened"
id = { column = "id", prefix = "offer-" }
[kinds.offer.fields]
offer = { column = "id" }
member = { column = "id", prefix = "helper-" }
needs = { value = ["oe:102"] }
place.x_m = { column = "x_m", as = "whole" }
place.y_m = { column = "y_m", as = "whole" }
radius_m = { column = "radius_m", as = "whole" }
list_until_ms = { column = "patience_s", as = "after", unit = "s" }
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """A mapping for tables with the city hour's columns, in which everybody may help everybody."""
    file = tmp_path / "village.toml"
    file.write_text(MAPPING)
    return file


@pytest.fixture(scope="session")
def city_hour() -> Path:
    """The real hour, from `COMMONWEAL_DATA` or the shared data beside the checkout; in CI it has to be there."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    file = Path(os.environ.get("COMMONWEAL_DATA", beside)) / CITY_HOUR
    if not file.exists():
        why = f"{CITY_HOUR} is not here; say where it is with COMMONWEAL_DATA=DIR"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return file
