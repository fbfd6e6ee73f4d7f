from collections import Counter

import pytest

from schemas.asks import AskOpened, AskWithdrawn
from schemas.codes import VETTING_RANK
from schemas.members import MemberJoined
from schemas.offers import OfferOpened
from schemas.personal import personal_fields_in
from schemas.taxonomy.load import load
from services.simulation.city import CityDay, draw_day
from services.simulation.city.clock import DAY_END_MS, DAY_START_MS, at_minute, clock_time, local_minute
from services.simulation.city.needs import WANTS
from services.simulation.city.people import PROVIDES, SKILLS
from services.simulation.city.places import DISTRICTS, HEIGHT_M, WIDTH_M

TAXONOMY = load()


@pytest.fixture(scope="module")
def day() -> CityDay:
    return draw_day(7, asks=400)


def of_kind(day: CityDay, kind: type) -> list[object]:
    return [said.event for said in day.said if isinstance(said.event, kind)]


def test_the_same_seed_is_the_same_day_and_another_is_not() -> None:
    one, again, other = (draw_day(seed, asks=50).said for seed in (3, 3, 4))

    assert one == again
    assert one != other


def test_everything_is_said_in_time_order_within_the_day(day: CityDay) -> None:
    moments = [said.at_ms for said in day.said if not isinstance(said.event, AskWithdrawn)]

    assert moments == sorted(moments)
    assert moments[0] == DAY_START_MS
    assert moments[-1] < DAY_END_MS


def test_there_are_as_many_asks_as_wanted_and_the_people_that_go_with_them(day: CityDay) -> None:
    assert len(of_kind(day, AskOpened)) == 400
    assert len(of_kind(day, MemberJoined)) == len(day.people) == 520
    assert len(of_kind(day, OfferOpened)) == 360


def test_every_need_is_in_the_taxonomy_and_somebody_may_meet_it(day: CityDay) -> None:
    best = max(VETTING_RANK[one.joined.vetting] for one in day.people.values())

    for want in WANTS:
        assert TAXONOMY.knows(want.need)
        assert VETTING_RANK[TAXONOMY.entry(want.need).vetting_floor] <= best


def test_skills_and_accessibility_are_of_the_house_vocabulary() -> None:
    from schemas.taxonomy.vocabulary import load_accessibility, load_skills

    assert SKILLS.keys() <= {term.code for term in load_skills()}
    assert PROVIDES.keys() <= {term.code for term in load_accessibility()}


def test_some_ask_for_others_some_are_anonymous_and_never_both(day: CityDay) -> None:
    asks = [said.event for said in day.said if isinstance(said.event, AskOpened)]
    kinds = Counter((ask.anonymous, ask.on_behalf_of is not None) for ask in asks)

    assert kinds[True, False] > 5
    assert kinds[False, True] > 5
    assert kinds[True, True] == 0
    assert all(ask.member.startswith("once-") for ask in asks if ask.anonymous)


def test_people_differ_in_languages_vetting_quiet_hours_caps_and_whom_they_block(day: CityDay) -> None:
    joined = [one.joined for one in day.people.values()]

    assert len({language for one in joined for language in one.languages}) >= 8
    assert len({one.vetting for one in joined}) == 4
    assert {one.quiet is None for one in joined} == {True, False}
    assert all(len(one.quiet.offsets) == 3 for one in joined if one.quiet is not None)
    assert {one.asked_per_day_max is None for one in joined} == {True, False}
    assert sum(bool(one.blocked) for one in joined) > 3
    assert not any(one.member in one.blocked for one in joined)


def test_everybody_lives_in_the_city(day: CityDay) -> None:
    for one in day.people.values():
        assert 0 <= one.place.x_m < WIDTH_M
        assert 0 <= one.place.y_m < HEIGHT_M
    assert {one.home.name for one in day.people.values()} == {district.name for district in DISTRICTS}


def test_nobodys_details_are_in_any_event(day: CityDay) -> None:
    found = {field for said in day.said for field in personal_fields_in(said.event.model_dump(mode="json"))}

    assert found == set()


def test_the_clock_on_the_wall_is_an_hour_ahead_of_utc() -> None:
    assert DAY_START_MS % 86_400_000 == 23 * 3_600_000
    assert clock_time(at_minute(8 * 60 + 5)) == "08:05"
    assert clock_time(at_minute(25 * 60)) == "01:00"
    assert local_minute(at_minute(1_500)) == 1_500


def test_a_city_of_one_ask_stands() -> None:
    assert len(of_kind(draw_day(1, asks=1), AskOpened)) == 1
