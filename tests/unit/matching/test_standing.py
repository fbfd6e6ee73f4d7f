"""Why an ask still waits, held against the rules of a round."""

from schemas.facts import Fell
from services.matching import why_waits
from tests.unit.matching.stories import check


def test_it_counts_who_fell_to_which_rule_and_changes_nothing() -> None:
    story = check("""
        member m-O1 quiet=7-9
        offer  O1 food cell=0,1
        offer  O2 food cell=0,2 unit=box
        offer  O3 food cell=99,0
        ask    A1 food cell=0,0
        tick   2s -> nothing
    """)
    before = story.engine.state_hash()
    why = why_waits(story.engine, "town", "A1")
    assert why is not None
    assert (why.considered, why.feasible, why.alternatives) == (2, 0, ())
    assert why.fell == (Fell(rule="quiet_hours", count=1), Fell(rule="unit", count=1))
    assert story.engine.state_hash() == before


def test_an_ask_held_for_a_nearer_helper_says_who_could_come() -> None:
    story = check("""
        policy
        offer  O1 food cell=0,9 units=2
        ask    A1 food cell=0,0
    """)
    why = why_waits(story.engine, "town", "A1")
    assert why is not None
    assert [one.offer for one in why.alternatives] == ["O1"]


def test_what_is_unknown_or_over_has_nothing_to_wait_for() -> None:
    story = check("""
        ask      A1 food cell=0,0
        withdraw A1
    """)
    assert why_waits(story.engine, "town", "A1") is None
    assert why_waits(story.engine, "town", "A9") is None
    assert why_waits(story.engine, "moon", "A1") is None
