"""What the auditor computes for itself comes out as the engine computes it: a test looks where neither side may."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Role, Verb
from schemas.members import QuietHours
from schemas.model import Place
from schemas.schedules import OffsetFrom
from services.audit.moves import MOVES, SAYS
from services.audit.places import agreed_m, sleeps, way_m
from services.audit.rules import RULES
from services.matching.lifecycles import MATCH, MAY_SAY
from services.matching.plane import gap_m
from services.matching.quiet import is_quiet
from tests.unit.matching.pairs import ASK, OFFER
from tests.unit.matching.stories import MIDNIGHT_MS

minutes = st.integers(0, 1_440)
coordinates = st.integers(-2_000_000, 2_000_000)


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


def test_every_rule_has_a_name_of_its_own_and_a_sentence() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES) > 40
    assert all(rule.sentence.endswith(".") for rule in RULES)
