from collections import Counter
from statistics import mean, median

import pytest

from schemas.codes import MatchStatus
from schemas.policy import Policy
from schemas.taxonomy.load import load
from services.matching import Engine
from services.simulation.bench.standing import fold_town, timeline_of
from services.simulation.bench.town import CELL_M, COMMUNITY, FIXED_SIDE_M, LIFE_MS, START_MS, Town

TAXONOMY = load()
TOWN = Town.of(400, is_fixed=False)


def stood(where: Town, seed: int = 1) -> Engine:
    engine = Engine(TAXONOMY)
    fold_town(engine, timeline_of(where, TAXONOMY, seed, helpers_to_come=10))
    return engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    return stood(TOWN)


def test_as_many_asks_and_offers_are_open_as_were_wanted(engine: Engine) -> None:
    known = engine.state.communities[COMMUNITY]

    assert sum(ask.is_open for ask in known.asks.values()) == TOWN.open_asks == 400
    assert sum(offer.is_open for offer in known.offers.values()) == TOWN.open_offers == 600
    assert engine.state.clock.now_ms == START_MS


def test_asks_are_as_old_as_asks_are_where_they_live_ten_minutes(engine: Engine) -> None:
    ages_ms = [START_MS - ask.spec.opened_ms for ask in engine.state.communities[COMMUNITY].asks.values()]

    assert mean(ages_ms) == pytest.approx(LIFE_MS, rel=0.02)
    assert median(ages_ms) == pytest.approx(0.693 * LIFE_MS, rel=0.02)


def test_most_asks_have_been_asked_about_and_nobody_beyond_their_slots(engine: Engine) -> None:
    known = engine.state.communities[COMMUNITY]
    asked = Counter(match.ask for match in known.matches.values())
    slots = Counter(match.offerer for match in known.matches.values())

    assert len(asked) > 0.9 * TOWN.open_asks
    assert max(slots.values()) <= Policy().open_slots
    assert {match.status for match in known.matches.values()} == {MatchStatus.proposed}
    assert all(match.proposed_ms <= START_MS < match.expires_ms for match in known.matches.values())


def test_a_few_dozen_offers_are_within_category_and_reach_of_an_ask(engine: Engine) -> None:
    known = engine.state.communities[COMMUNITY]
    index = engine.index_factory(known, TAXONOMY)
    near = [len(index.candidates(ask, START_MS)) for ask in known.asks.values()]

    assert 12 <= median(near) <= 60


def test_places_are_centres_of_cells(engine: Engine) -> None:
    places = [ask.spec.place for ask in engine.state.communities[COMMUNITY].asks.values()]

    assert all(place is not None for place in places)
    assert {place.x_m % CELL_M for place in places if place} == {CELL_M // 2}


def test_density_stays_the_same_unless_the_area_is_fixed() -> None:
    small, large = Town.of(1_000, is_fixed=False), Town.of(100_000, is_fixed=False)

    assert small.open_asks / small.side_m**2 == pytest.approx(large.open_asks / large.side_m**2, rel=0.05)
    assert {Town.of(size, is_fixed=True).side_m for size in (1_000, 100_000)} == {FIXED_SIDE_M}


def test_the_same_seed_is_the_same_town_and_another_is_not() -> None:
    where = Town.of(100, is_fixed=False)
    one, again, other = (stood(where, seed).state.chain for seed in (1, 1, 2))

    assert one == again != other
