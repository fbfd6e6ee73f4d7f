from statistics import fmean

import pytest

from schemas.codes import Verb
from services.simulation.acceptance.delays import MINUTE_MS, share
from services.simulation.acceptance.people import KNOWN_BEFORE, People

MANY = [f"helper-{number}" for number in range(4_000)]
PEOPLE = People(7, 0.2)


def test_people_are_as_willing_as_beta_says() -> None:
    willing = [PEOPLE.willing(member) for member in MANY]

    assert fmean(willing) == pytest.approx(0.2, abs=0.01)
    assert fmean((one - 0.2) ** 2 for one in willing) == pytest.approx(0.2 * 0.8 / 5, abs=0.003)


def test_they_come_with_ten_results_that_speak_of_them() -> None:
    joined = [PEOPLE.joined("riverside", member) for member in MANY]

    assert {one.asked_before for one in joined} == {KNOWN_BEFORE}
    assert fmean(one.accepted_before for one in joined) == pytest.approx(2, abs=0.1)
    willing = fmean(PEOPLE.willing(one.member) for one in joined if one.accepted_before >= 5)
    unwilling = fmean(PEOPLE.willing(one.member) for one in joined if one.accepted_before == 0)
    assert (willing > 0.4, unwilling < 0.1) == (True, True)


def test_shares_of_those_who_accept_decline_and_stay_silent_come_out() -> None:
    answers = [PEOPLE.answer(member, "A1") for member in MANY]
    verbs, come = [one.verb for one in answers if one is not None], share(45)

    assert verbs.count(Verb.accept) / len(MANY) == pytest.approx(0.2 * come, abs=0.02)
    assert verbs.count(Verb.decline) / len(MANY) == pytest.approx(0.8 * 0.3 * come, abs=0.02)


def test_half_of_those_who_answer_in_time_do_so_within_eight_minutes() -> None:
    answers = [PEOPLE.answer(member, "A1") for member in MANY]
    delays_ms = [one.after_ms for one in answers if one is not None]

    soon = sum(after_ms <= 8 * MINUTE_MS for after_ms in delays_ms) / len(delays_ms)
    assert soon == pytest.approx(share(8) / share(45), abs=0.03)


def test_an_answer_is_the_same_whenever_it_is_asked_for_and_another_for_another_ask() -> None:
    again = People(7, 0.2)

    assert [again.answer(member, "A1") for member in MANY[:50]] == [PEOPLE.answer(member, "A1") for member in MANY[:50]]
    assert [again.answer(member, "A2") for member in MANY[:50]] != [PEOPLE.answer(member, "A1") for member in MANY[:50]]


def test_another_seed_is_other_people() -> None:
    assert People(8, 0.2).willing("helper-1") != PEOPLE.willing("helper-1")
