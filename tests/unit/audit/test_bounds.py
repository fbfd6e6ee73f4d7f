"""What a block may leave to the next, and what it may not: blocks that are full, and liars who hide behind that."""

import pytest

from schemas.facts import Proposed
from services.audit import Bounds
from services.matching.limits import Limits
from tests.unit.audit.liars import Recorded, told

ONE, ONE_OF_EACH = Limits(due_facts_max=1), Bounds(due_facts_max=1)
FOUR = Bounds(due_facts_max=4)
ENDINGS = "\n".join(("policy", *(f"ask A{number} food cell=0,0 needed={number}h" for number in (1, 2, 3)), "tick 4h"))
SERIES = "policy\noffer O1 food cell=0,0 every=day hours=9-12\noffer O2 food cell=0,0 every=day hours=9-12\ntick 1s"
SILENT = """
    policy answers=uncertain proposal_life_ms=60000
    ask    A1 food cell=0,0
    offer  O1 food cell=0,1
    tick   2s
    ask    A2 food cell=30,0
    offer  O2 food cell=30,1
    tick   2s
    tick   5m
"""
PROMISED = """
    policy
    ask    A1 food cell=0,0 needed=9h
    offer  O1 food cell=0,1 stays=20h
    ask    A2 food cell=30,0 needed=9h
    offer  O2 food cell=30,1 stays=20h
    tick   2s
    accept A1 O1
    accept A2 O2
    tick   7h
"""
WAITING = "policy waiting_room_ms=60000\nwithdraw A1\nwithdraw A2\ntick 2m"
UNSEEN = "policy\nask A1 food cell=0,0 needed=40h\nask A2 food cell=0,0 needed=40h\ntick 20h\ntick 5h"


@pytest.mark.parametrize("story", [ENDINGS, SERIES, SILENT, PROMISED, WAITING, UNSEEN])
def test_a_full_block_may_leave_the_rest_to_the_next(story: str) -> None:
    log = told(f"{story}\ntick 1s\ntick 1s\ntick 1s", ONE)

    assert log.audited(ONE_OF_EACH) is None


@pytest.mark.parametrize("story", [ENDINGS, SILENT, PROMISED, WAITING, UNSEEN])
def test_a_block_that_is_not_full_may_not(story: str) -> None:
    log = told(f"{story}\ntick 1s\ntick 1s\ntick 1s", ONE)

    assert log.audited(FOUR) is not None


def test_nothing_is_decided_beyond_the_bound() -> None:
    breach = told(ENDINGS).audited(ONE_OF_EACH)

    assert breach is not None
    assert breach.rule.name == "bounded"


def test_what_is_due_longest_may_not_be_left_behind_what_fell_due_later() -> None:
    log = told(ENDINGS, Limits(due_facts_max=2))
    place = log.last("ask.ended")
    wrong = told(ENDINGS).fact(*told(ENDINGS).last("ask.ended"))
    assert wrong.ask == "A3"

    breach = log.with_fact(place, ask=wrong.ask).audited(Bounds(due_facts_max=2))

    assert breach is not None
    assert breach.rule.name == "accounted_for"
    assert "A2" in breach.stands


def test_what_was_left_may_not_be_forgotten() -> None:
    log = told(f"{ENDINGS}\ntick 1s", ONE)
    place = log.last("ask.ended")

    breach = log.without(place).with_block(place[0], policies={}).audited(ONE_OF_EACH)

    assert breach is not None
    assert (breach.rule.name, breach.offset) == ("accounted_for", place[0])


def test_a_history_of_before_there_were_bounds_had_none() -> None:
    log = told(ENDINGS)
    earlier = [
        log.with_block(offset, logic=f"3+{block.logic.split('+', 1)[1]}") for offset, block in enumerate(log.blocks)
    ]
    blocks = [one.blocks[offset] for offset, one in enumerate(earlier)]

    assert Recorded(log.records, blocks).audited(ONE_OF_EACH) is None


CROWD = "\n".join(
    (
        "policy answers=uncertain",
        *(f"ask A{number} food cell={30 * number},0" for number in (1, 2, 3)),
        *(f"offer O{number} food cell={30 * number},1" for number in (1, 2, 3)),
        "tick 2s",
    )
)
ONE_LOOK = Limits(looks_max=1)


def test_a_round_that_was_cut_goes_on_with_the_next() -> None:
    log = told(f"{CROWD}\ntick 2s\ntick 2s\ntick 2s", ONE_LOOK)

    asked = [fact.ask for block in log.blocks for fact in block.facts if isinstance(fact, Proposed)]
    assert sorted(asked) == ["A1", "A2", "A3"]
    assert sum(len(block.cuts) for block in log.blocks) >= 2
    assert log.audited(Bounds(looks_max=1)) is None


@pytest.mark.parametrize(
    ("asks", "bounds", "rule"),
    [
        (("A9",), Bounds(), "known"),
        (("A1", "A2", "A3"), Bounds(looks_max=2), "bounded"),
        ((), Bounds(), "bounded"),
    ],
)
def test_a_round_names_those_it_came_to_and_no_others(asks: tuple[str, ...], bounds: Bounds, rule: str) -> None:
    log = told(CROWD, ONE_LOOK)
    block = log.blocks[-1]
    assert any(isinstance(fact, Proposed) for fact in block.facts)

    breach = log.with_block(block.source, cuts=(block.cuts[0].model_copy(update={"asks": asks}),)).audited(bounds)

    assert breach is not None
    assert (breach.rule.name, breach.offset) == (rule, block.source)


def test_no_block_asks_more_people_than_are_enough_for_one() -> None:
    breach = told(CROWD).audited(Bounds(proposals_max=2))

    assert breach is not None
    assert breach.rule.name == "bounded"
    assert told(CROWD, Limits(proposals_max=2)).audited(Bounds(proposals_max=2)) is None
