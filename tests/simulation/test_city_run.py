"""A generated day through the whole product: what people were promised holds."""

from collections import Counter

import pytest

from schemas.members import QuietHours
from services.simulation.city.clock import DAY_END_MS, local_minute
from services.simulation.city_run import POLICY, CityRun, run_day

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> CityRun:
    return run_day(3, 200, tmp_path_factory.mktemp("city") / "data")


def is_quiet(quiet: QuietHours | None, at_ms: int) -> bool:
    """Worked out anew, from the wall clock of the city."""
    if quiet is None:
        return False
    minute = local_minute(at_ms) % 1_440
    over_midnight = quiet.from_minute > quiet.to_minute
    after, before = minute >= quiet.from_minute, minute < quiet.to_minute
    return (after or before) if over_midnight else (after and before)


def test_everything_that_was_said_was_let_in(day: CityRun) -> None:
    assert day.submitted.rejected_total == 0
    assert len(day.told.asks) == 200
    assert day.told.now_ms == DAY_END_MS


def test_nobody_is_asked_in_their_quiet_hours(day: CityRun) -> None:
    asked = [match.proposed for match in day.told.matches.values()]

    assert not [one.match for one in asked if is_quiet(day.told.members[one.offerer].quiet, one.proposed_ms)]


def test_nobody_is_asked_more_often_than_they_wish(day: CityRun) -> None:
    times = Counter(match.proposed.offerer for match in day.told.matches.values())
    wishes = {name: day.told.members[name].asked_per_day_max for name in times}
    caps = {name: POLICY.asked_per_day_max if wish is None else wish for name, wish in wishes.items()}

    assert {name: count for name, count in times.items() if count > caps[name]} == {}


def test_nobody_is_asked_for_whom_they_blocked(day: CityRun) -> None:
    members, asked = day.told.members, [match.proposed for match in day.told.matches.values()]

    assert not [one.match for one in asked if one.asker in members[one.offerer].blocked]


def test_most_people_who_ask_are_helped_and_some_say_thank_you(day: CityRun) -> None:
    helped = [ask for ask in day.told.asks.values() if ask.accepted is not None]

    assert len(helped) > len(day.told.asks) / 3
    assert any(match.thanks for match in day.told.matches.values())
