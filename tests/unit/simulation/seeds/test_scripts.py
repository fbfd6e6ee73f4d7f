from random import Random

import pytest

from schemas.operations import CommunityDefined
from schemas.partitions import partition_of
from schemas.taxonomy.load import load
from services.intake.door import admit
from services.intake.raw_events import RawEvent
from services.intake.refusals import Rejected
from services.simulation.seeds.rubbish import PARTNER, draw_rubbish
from services.simulation.seeds.scripts import START_MS, draw_script

SEEDS = range(1, 41)
TAXONOMY = load()


def test_a_seed_is_one_script_and_another_seed_is_another() -> None:
    assert draw_script(7) == draw_script(7)
    assert draw_script(7) != draw_script(8)


def test_some_scripts_have_several_towns_and_some_of_these_share_a_partition() -> None:
    partitions = [[partition_of(town.community) for town in draw_script(seed).towns] for seed in SEEDS]

    assert {len(towns) for towns in partitions} == {1, 2, 3}
    assert any(len(set(towns)) < len(towns) for towns in partitions)
    assert any(len(set(towns)) > 1 for towns in partitions)


def test_what_founds_a_town_comes_before_everything_that_speaks_of_it() -> None:
    for seed in SEEDS:
        script = draw_script(seed)
        founding = [one for one in script.sent if one.at_ms == START_MS]
        assert founding == list(script.sent[: len(founding)])
        assert len(founding) == sum(2 + len(town.members) for town in script.towns)


def test_time_goes_on_with_every_turn_and_intake_is_stalled_in_some() -> None:
    scripts = [draw_script(seed) for seed in SEEDS]

    for script in scripts:
        moments = [START_MS, *(turn.until_ms for turn in script.turns)]
        assert moments == sorted(set(moments))
    assert any(not turn.decides for script in scripts for turn in script.turns)


@pytest.mark.parametrize("seed", range(60))
def test_rubbish_is_refused_for_the_reason_that_was_drawn_with_it(seed: int) -> None:
    value, why = draw_rubbish(Random(seed), "town", "e1")

    answer = admit(
        value, source=PARTNER, communities={"town": CommunityDefined(community="town")}, knows_need=TAXONOMY.knows
    )

    assert isinstance(answer, Rejected)
    assert answer.reason is why


def test_everything_people_and_coordinators_send_comes_in_by_the_door() -> None:
    for seed in SEEDS:
        script = draw_script(seed)
        known = {town.community: town.definition for town in script.towns}
        for one in script.sent:
            if isinstance(one.what, RawEvent) and one.why is None:
                answer = admit(one.what.raw, source=one.what.source, communities=known, knows_need=TAXONOMY.knows)
                assert not isinstance(answer, Rejected), answer
