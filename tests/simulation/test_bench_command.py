"""The bench, run small: its figures are there and come from asks that were really matched. How fast is not tested."""

from typing import Any

import pytest

from tests.unit.cli.commands import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> Any:
    said = run("bench", "engine", "--open", "300,1000", "--events", "600", "--fixed-area", "--json")
    assert said.exit_code == 0
    return said.document


def test_everything_that_was_promised_is_measured(found: Any) -> None:
    names = (
        "events_per_s",
        "cost_growth",
        "bytes_per_open_ask",
        "snapshot_s",
        "recovery_s",
        "recovery_peak_mb",
    )

    assert all(found[name] > 0 for name in names)
    assert found["events_per_s_open"] == 1_000
    assert 0 < found["latency"]["p50_ms"] <= found["latency"]["p99_ms"]
    assert found["latency"]["rate"] == pytest.approx(found["events_per_s"] / 2, abs=1)


def test_there_is_a_row_for_each_size_and_the_scanning_index_beside_it(found: Any) -> None:
    assert [row["open"] for row in found["rows"]] == [300, 1_000]
    assert [row["open"] for row in found["fixed_area"]] == [300, 1_000]
    assert len({row["side_m"] for row in found["fixed_area"]}) == 1
    assert found["rows"][0]["side_m"] < found["rows"][1]["side_m"]
    assert all(row["naive"]["events_per_s"] > 0 for row in found["rows"])
    assert all(row["reading_events_per_s"] > row["events_per_s"] for row in found["rows"])


def test_asks_were_really_matched_in_a_town_in_balance(found: Any) -> None:
    for row in found["rows"]:
        assert row["mix"]["ask"] * 5 == pytest.approx(row["mix"]["answer"] * 3, rel=0.05)
        assert row["proposed"] > row["mix"]["ask"]
        assert row["accepted"] > 0.4 * row["mix"]["ask"]
        assert row["declined"] > 0
        assert row["refused"] < 0.1 * row["mix"]["answer"]
        assert row["open_at_end"] == pytest.approx(row["open"], rel=0.1)


def test_a_size_that_is_none_is_refused() -> None:
    for sizes in ("many", "10", "1000,,2000", "99999999"):
        said = run("bench", "engine", "--open", sizes)

        assert said.exit_code == 2
        assert "give sizes from 100 to" in said.err


def test_people_read_a_table() -> None:
    said = run("bench", "engine", "--open", "150", "--events", "60", "--no-latency", "--no-naive", "--no-recovery")

    assert said.exit_code == 0
    assert "events/s" in said.out
    assert "density stays the same" in said.out
    assert "left out:" in said.out
