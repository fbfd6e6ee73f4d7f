from dataclasses import replace

from services.simulation.comparison import Row, compared, in_short
from services.simulation.story import story_of
from tests.unit.board.decided import MINUTE_MS, Decided
from tests.unit.simulation.test_chronicle import chronicled


def day(answers_after_min: int) -> Decided:
    """One ask, two who are asked, one yes after so many minutes."""
    decided = Decided().ask("A1").offer("O1").offer("O2").proposed("M1", "A1", "O1").proposed("M2", "A1", "O2")
    return decided.block(after_ms=answers_after_min * MINUTE_MS).moved("M1", "accept").moved("M2", "withdraw")


def test_two_days_stand_beside_each_other_row_by_row() -> None:
    rows = compared(story_of(chronicled(day(8))), story_of(chronicled(day(75))))

    assert rows == [
        Row("asks that found somebody", "1", "1"),
        Row("within 10 minutes", "1", "0"),
        Row("within an hour", "1", "0"),
        Row("half of them had a yes within", "8 min", "1 h 15 min"),
        Row("nineteen in twenty within", "8 min", "1 h 15 min"),
        Row("questions sent for each ask helped", "2.0", "2.0"),
        Row("said yes in vain", "0", "0"),
        Row("people asked more than 3 times", "0", "0"),
        Row("people asked more than 8 times", "0", "0"),
    ]


def test_what_was_gained_and_what_it_took_is_said_in_words() -> None:
    sooner, later = story_of(chronicled(day(8))), story_of(chronicled(day(75)))
    asking = replace(sooner.asking, per_helped=3.2, in_vain=1_002)

    assert in_short(replace(sooner, helped=55, asking=asking), later) == (
        "So 54 more asks found somebody, and half of those helped had a yes within 8 min, not 1 h 15 min. "
        "That took 1.2 questions more for each, and 1,002 more times somebody said yes in vain."
    )
    assert in_short(later, replace(sooner, helped=2, asking=asking)) == (
        "So 1 fewer ask found somebody, and half of those helped had a yes within 1 h 15 min, not 8 min. "
        "That took 1.2 questions fewer for each, and 1,002 fewer times somebody said yes in vain."
    )
    assert in_short(sooner, sooner).startswith("So no more asks found somebody")


def test_a_day_on_which_nobody_is_helped_has_no_waits_to_compare() -> None:
    empty = story_of(chronicled(Decided()))

    assert {row.ours for row in compared(empty, empty)} == {"0", "-"}
    assert in_short(empty, story_of(chronicled(day(8)))) == ""
