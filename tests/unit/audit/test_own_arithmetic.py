"""What the auditor computes for itself comes out as the engine computes it: a test looks where neither side may."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Role, Verb
from schemas.members import QuietHours
from schemas.model import Place
from schemas.schedules import Freq, OffsetFrom, Schedule, Weekday
from services.audit.auditor import LOGIC
from services.audit.moves import MOVES, SAYS
from services.audit.places import agreed_m, sleeps, way_m
from services.audit.rules import RULES
from services.audit.schedules import NotJudgedError, following
from services.matching import Engine
from services.matching.lifecycles import MATCH, MAY_SAY
from services.matching.plane import gap_m
from services.matching.quiet import is_quiet
from services.matching.recurrence import next_occurrence
from tests.unit.matching.pairs import ASK, OFFER
from tests.unit.matching.stories import MIDNIGHT_MS, TAXONOMY

minutes = st.integers(0, 1_440)
coordinates = st.integers(-2_000_000, 2_000_000)
DAY_MS = 86_400_000
moments = st.integers(0, 400 * 24).map(lambda hour: MIDNIGHT_MS + hour * 3_600_000)
some_minutes = st.none() | st.sampled_from([0, 90, 540, 1_439, 1_440])
schedules = st.builds(
    Schedule,
    dtstart_ms=moments,
    until_ms=st.none() | moments,
    count=st.none() | st.integers(1, 9),
    freq=st.sampled_from([Freq.daily, Freq.weekly, Freq.monthly]),
    interval=st.sampled_from([1, 1, 2, 3, 13]),
    byday=st.lists(st.sampled_from([day for day in Weekday if day is not Weekday.unknown]), max_size=3).map(tuple),
    opens_at_minute=some_minutes,
    closes_at_minute=some_minutes,
    offsets=st.lists(
        st.builds(OffsetFrom, from_ms=moments, minutes=st.sampled_from([-720, 0, 60, 120, 840])), max_size=3
    ).map(tuple),
)


@given(minutes, minutes, st.integers(-1_440, 1_440), st.integers(0, 1_440))
def test_quiet_hours_are_read_alike(begins: int, ends: int, offset: int, minute: int) -> None:
    at_ms = MIDNIGHT_MS + minute * 60_000
    offsets = (
        OffsetFrom(from_ms=0, minutes=7),
        OffsetFrom(from_ms=at_ms, minutes=offset),
        OffsetFrom(from_ms=at_ms + 1, minutes=9),
    )
    quiet = QuietHours(from_minute=begins, to_minute=ends, offsets=offsets)

    assert sleeps(quiet, at_ms) == is_quiet(quiet, at_ms)


def test_nobody_without_quiet_hours_sleeps() -> None:
    assert not sleeps(None, MIDNIGHT_MS)


@given(coordinates, coordinates)
def test_distances_are_measured_alike(x_m: int, y_m: int) -> None:
    there = Place(x_m=x_m, y_m=y_m)
    here = Place(x_m=0, y_m=0)

    assert way_m(replace(ASK, place=here), replace(OFFER, place=there)) == gap_m(here, there)


@given(schedules, moments, moments)
def test_what_recurs_is_counted_alike(schedule: Schedule, begins_from_ms: int, ends_from_ms: int) -> None:
    after = None
    for _ in range(5):
        bounds = {"begins_from_ms": begins_from_ms, "ends_from_ms": ends_from_ms}
        engines = next_occurrence(schedule, after, **bounds)
        assert following(schedule, schedule.until_ms, after, **bounds) == engines
        if engines is None:
            break
        after = engines


def test_what_lies_too_far_ahead_is_not_judged() -> None:
    with pytest.raises(NotJudgedError):
        following(Schedule(dtstart_ms=MIDNIGHT_MS), None, None, MIDNIGHT_MS + 11_000 * DAY_MS, 0)


def test_both_sides_agree_to_the_shorter_way() -> None:
    assert agreed_m(ASK, OFFER) == 500
    assert agreed_m(replace(ASK, reach_m=300), OFFER) == 300
    assert agreed_m(replace(ASK, reach_m=900), OFFER) == 500


def test_the_copied_table_of_moves_has_every_move_and_no_other() -> None:
    engines = {f"{status} {move}": to for status, moves in MATCH.moves.items() for move, to in moves.items()}

    assert engines == MOVES


def test_the_copied_table_of_who_says_what_is_the_same() -> None:
    for verb, roles in MAY_SAY.items():
        if verb is not Verb.thank:
            assert [role for role in (Role.offerer, Role.asker) if verb.value in SAYS[role]] == list(roles), verb


def test_the_auditor_knows_the_points_of_the_version_that_decides() -> None:
    assert Engine(TAXONOMY).logic.startswith(f"{LOGIC}+"), (
        "look at services/audit/points.py and following_up.py, then raise LOGIC"
    )


def test_every_rule_has_a_name_of_its_own_and_a_sentence() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES) > 40
    assert all(rule.sentence.endswith(".") for rule in RULES)
