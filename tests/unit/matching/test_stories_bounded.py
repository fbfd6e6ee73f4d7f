"""Stories of records that decide as much as a record may: what is left over comes with the next ones, longest due first."""

from dataclasses import asdict

import pytest

from schemas.operations import CommunityDefined
from services.audit import Auditor, Bounds, bounds
from services.matching.engine import Engine
from services.matching.limits import LIMITS, Limits, in_turn
from services.matching.metrics import Took, count
from services.runtime.metrics import build_metrics, exposed
from tests.unit.matching.stories import TAXONOMY, begin, check
from tests.unit.matching.story_words import CELL_M

ONE = Limits(due_facts_max=1)
TWO = Limits(due_facts_max=2)


def test_silence_about_many_proposals_ends_them_one_record_after_the_other() -> None:
    check(
        """
        policy proposal_life_ms=60000
        ask    A3 food cell=0,0
        ask    A2 food cell=30,0
        ask    A1 food cell=60,0
        offer  O3 food cell=0,1
        tick   2s            -> proposed A3 O3
        offer  O2 food cell=30,1
        tick   2s            -> proposed A2 O2
        offer  O1 food cell=60,1
        tick   2s            -> proposed A1 O1
        tick   5m            -> expired A3 O3
        tick   1s            -> expired A2 O2
        tick   1s            -> expired A1 O1
        tick   1s            -> nothing
        """,
        ONE,
    )


def test_an_answer_that_came_too_late_is_too_late_although_its_silence_is_not_ended_yet() -> None:
    check(
        """
        policy proposal_life_ms=60000
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        tick   2s            -> proposed A1 O1
        ask    A2 food cell=30,0
        offer  O2 food cell=30,1
        tick   2s            -> proposed A2 O2
        ask    A3 food cell=60,0
        offer  O3 food cell=60,1
        tick   2s            -> proposed A3 O3
        tick   61s           -> expired A1 O1
        accept A3 O3         -> refused too_late, expired A2 O2
        """,
        ONE,
    )


def test_an_ask_is_ended_whole_and_takes_its_proposals_along() -> None:
    check(
        """
        policy answers=uncertain
        ask    A1 food cell=0,0 needed=30m urgency=critical
        offer  O1 food cell=0,1 stays=20h
        offer  O2 food cell=0,2 stays=20h
        tick   2s
        ask    A2 food cell=90,9 needed=28m
        ask    A3 food cell=90,9 needed=32m
        tick   40m           -> expired A1 O2, expired A1 O1, ended A2 expired, ended A1 expired
        tick   1s            -> ended A3 expired
        """,
        TWO,
    )


def test_each_question_has_room_of_its_own() -> None:
    check(
        """
        ask    A1 food cell=0,0 needed=1h
        ask    A2 food cell=0,0 needed=1h
        offer  O1 tools cell=0,1 stays=1h
        offer  O2 tools cell=0,1 stays=1h
        tick   2h            -> ended A1 expired, ended O1 expired
        tick   1s            -> ended A2 expired, ended O2 expired
        """,
        ONE,
    )


def test_what_recurs_is_listed_a_few_in_each_record() -> None:
    check(
        """
        offer  O1 food cell=0,0 every=day hours=9-12   -> series O1, listed O1.1
        offer  O2 food cell=0,0 every=day hours=9-12   -> series O2, listed O2.1
        at     13:00                                   -> ended O1.1 expired, listed O1.2
        tick   1s                                      -> ended O2.1 expired, listed O2.2
        """,
        ONE,
    )


def test_an_operator_sees_how_many_records_reached_which_limit() -> None:
    story = begin(Engine(TAXONOMY, limits=ONE))
    for line in ("ask A1 food cell=0,0 needed=1h", "ask A2 food cell=0,0 needed=1h", "tick 2h", "tick 1s", "tick 1s"):
        story.tell(line)

    metrics = build_metrics(version="1")
    for block in story.blocks:
        count(metrics, story.engine, block, Took(0.001, block.now_ms))
    told = exposed(metrics).decode()
    assert 'commonweal_records_full_total{limit="asks"} 2.0' in told
    assert not story.engine.filled


def test_towns_of_a_partition_take_turns() -> None:
    towns = ["a", "b", "c"]

    turns = [in_turn(towns, offset) for offset in range(6)]

    assert sorted({turn[0] for turn in turns}) == towns
    for first, second in zip(turns[::2], turns[1::2], strict=True):
        assert all(sorted(turn) == towns for turn in (first, second))
        assert list(first) == list(reversed(second))


def test_a_small_town_does_not_stand_behind_its_large_neighbour() -> None:
    story = begin(Engine(TAXONOMY, limits=ONE))
    story.send([CommunityDefined(community="village", cell_m=CELL_M)])
    for number in range(20):
        story.tell(f"ask A{number} food cell=0,0 needed=1h")
    story.send([story.ask(["B1", "food"], {"needed": "1h", "cell": "0,0"}).model_copy(update={"community": "village"})])
    before = len(story.blocks)

    for line in ("tick 2h", "tick 1s"):
        story.tell(line)

    ended = [(fact.community, fact.fact) for block in story.blocks[before:] for fact in block.facts]
    assert ("village", "ask.ended") in ended
    assert ("town", "ask.ended") in ended
    for _ in range(20):
        story.tell("tick 1s")
    auditor = Auditor(0, TAXONOMY, Bounds(**asdict(ONE)))
    found = [auditor.check(record, block) for record, block in zip(story.records, story.blocks, strict=True)]
    assert found == [None] * len(story.blocks)
    assert auditor.ended["expired"] == 21


@pytest.mark.parametrize("towns", range(6))
def test_engine_and_auditor_know_the_same_turns(towns: int) -> None:
    names = [f"town-{number}" for number in range(towns)]

    for offset in range(4 * towns + 2):
        assert list(in_turn(names, offset)) == bounds.in_turn(names, offset)


def test_engine_and_auditor_know_the_same_limits() -> None:
    assert {name: getattr(LIMITS, name) for name in Limits.__dataclass_fields__} == {
        name: getattr(Bounds(), name) for name in Bounds.__dataclass_fields__
    }
