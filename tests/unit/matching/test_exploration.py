"""The exploration share: who is drawn, how often, and that every proposal tells how probable it was."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import Proposed
from schemas.operations import CommunityDefined
from schemas.policy import AcceptanceDial, Policy
from services.matching.acceptance import MILLION
from services.matching.exploration import NO_LOT, Lot, draw
from services.matching.ranked import Scored
from services.matching.state import AskState, CommunityState, OfferState
from tests.unit.matching.pairs import ASK, OFFER
from tests.unit.matching.stories import Story, check

BEST = [Scored(OfferState(OFFER), f"O{place}", f"m-{place}", 100 - place) for place in range(9)]
"""Best first."""


def exploring(share_ppm: int) -> CommunityState:
    policy = Policy(acceptance=AcceptanceDial(exploration_ppm=share_ppm))
    return CommunityState("town", CommunityDefined(community="town"), policy)


def asks(count: int) -> list[AskState]:
    return [AskState(replace(ASK, ask=f"A{number}")) for number in range(count)]


def proposed(story: Story) -> list[Proposed]:
    return [fact for block in story.blocks for fact in block.facts if isinstance(fact, Proposed)]


@given(st.integers(1, MILLION), st.integers(1, 9), st.data())
def test_the_chances_of_all_add_up_to_how_many_are_asked(share_ppm: int, weighed: int, data: st.DataObject) -> None:
    wanted = data.draw(st.integers(1, weighed))
    kept = Lot(share_ppm, wanted, weighed, None)

    best = [kept.made_ppm(BEST, f"O{place}") for place in range(wanted)]
    others = [Lot(share_ppm, wanted, weighed, place).made_ppm(BEST, f"O{place}") for place in range(wanted, weighed)]
    assert wanted * MILLION - 2 * weighed <= sum(best) + sum(others) <= wanted * MILLION
    assert min(best + others, default=1) >= share_ppm // weighed


def test_whoever_was_drawn_goes_first_and_the_best_of_the_rest_fill_up() -> None:
    assert [one.name for one in Lot(MILLION, 3, 9, 7).ordered(BEST)] == ["O7", "O0", "O1"]
    assert Lot(MILLION, 3, 9, None).ordered(BEST) == BEST


def test_a_share_of_looks_draws_and_each_place_comes_up() -> None:
    lots = [draw(exploring(300_000), ask, 2, 5) for ask in asks(2_000)]
    drawn = [lot.drawn for lot in lots if lot.drawn is not None]

    assert 540 <= len(drawn) <= 660
    assert all(drawn.count(place) > 70 for place in range(5))
    assert [draw(exploring(300_000), ask, 2, 5) for ask in asks(2_000)] == lots, "by ids, and so the same everywhere"


def test_by_default_nobody_is_drawn() -> None:
    assert {draw(exploring(AcceptanceDial().exploration_ppm), ask, 2, 5) for ask in asks(50)} == {NO_LOT}
    assert NO_LOT.made_ppm(BEST, "O3") == MILLION


@pytest.mark.parametrize(("share_ppm", "chances_ppm"), [(0, {MILLION}), (MILLION, {200_000, 600_000, MILLION})])
def test_each_proposal_records_the_probability_with_which_it_was_made(share_ppm: int, chances_ppm: set[int]) -> None:
    lines = "\n".join(f"offer O{number} food cell=0,{number}" for number in range(1, 6))
    found = set()
    for name in range(1, 9):
        story = check(
            f"policy answers=uncertain acceptance.exploration_ppm={share_ppm}\nask A{name} food cell=0,0\n{lines}\ntick 2s"
        )
        assert len(proposed(story)) == 3
        found |= {proposal.chance_ppm for proposal in proposed(story)}
    assert found == chances_ppm
