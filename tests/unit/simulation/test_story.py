from schemas.codes import EndedHow, Reason, Role, Verb
from schemas.facts import Refused
from services.simulation.story import best_told, story_of
from services.simulation.telling import Paragraph, minutes, telling
from tests.unit.board.decided import MINUTE_MS, Decided
from tests.unit.simulation.test_chronicle import chronicled

LABELS = {"cw:errands.groceries": "Grocery Shopping"}


def a_day() -> Decided:
    """A1 helped and thanked for; A2 called off; A3 in vain; A4 never asked about; A5 taken back."""
    day = Decided()
    for number in range(1, 6):
        day.ask(f"A{number}").offer(f"O{number}")
    day.proposed("M1", "A1", "O1").proposed("M2", "A2", "O2").proposed("M3", "A3", "O3").proposed("M4", "A3", "O1")
    day.block(after_ms=4 * MINUTE_MS)
    day.moved("M1", "accept").moved("M2", "accept").moved("M3", "decline", reason=Reason.busy)
    day.moved("M4", "expire", by=Role.engine)
    day.moved("M1", "complete", "confirm").thanked("M1").moved("M2", "cancel", reason=Reason.illness)
    return day.escalated("A3").ended("A4").ended("A5", how=EndedHow.withdrawn)


def test_the_story_of_a_day_in_numbers() -> None:
    story = story_of(chronicled(a_day()))

    assert (story.asks, story.helped, story.taken_back, story.offers) == (5, 2, 1, 5)
    assert (story.waits.median_min, story.waits.within_10_min) == (4.0, 2)
    asking = story.asking
    assert (asking.messages, asking.per_helped, asking.members, asking.most) == (4, 2.0, 3, 2)
    assert (asking.said_yes, asking.said_no, asking.said_nothing, asking.let_go) == (2, 1, 1, 0)
    giving = story.giving
    assert (giving.given, giving.confirmed, giving.thanks, giving.fell_through, giving.under_way) == (1, 1, 1, 1, 0)
    waiting = story.waiting
    assert (waiting.open_now, waiting.too_late, waiting.never_asked, waiting.escalated) == (1, 1, 1, 1)
    assert waiting.needs == (("cw:errands.groceries", 2),)
    assert waiting.rules == (("of_the_future", 10), ("blocked_pair", 4), ("too_far", 2))


def test_a_yes_to_a_question_that_was_taken_back_is_in_vain_and_one_that_came_twice_is_not() -> None:
    day = Decided().ask("A1").offer("O1").offer("O2").proposed("M1", "A1", "O1").proposed("M2", "A1", "O2")
    day.moved("M1", "accept").moved("M2", "withdraw", by=Role.engine)
    for match in ("M1", "M2"):
        again = Refused(community=day.community, what="match.acknowledged", about=match, reason="x", verb=Verb.accept)
        day.fact(again)

    asking = story_of(chronicled(day)).asking

    assert asking.in_vain == 1
    assert (asking.up_to_3, asking.up_to_8, asking.over_8) == (2, 0, 0)


def test_the_story_in_words() -> None:
    helped, asked, waits = telling(story_of(chronicled(a_day())), LABELS)

    assert helped == Paragraph(
        "Who was helped, and how soon",
        (
            "2 of 4 asks found somebody (50 %).",
            "1 more was taken back: help had come another way.",
            "Half of them had a yes within 4 min, nineteen in twenty within 4 min.",
            "Help was given once: 1 confirmed by those helped, and 1 thank-you passed on.",
            "Once it was called off or somebody did not come; the ask went back to matching at once.",
        ),
    )
    assert asked.sentences[0].startswith("4 questions were sent, 2.0 for each ask helped: 2 got a yes, 1 a no")
    assert waits.sentences[:4] == (
        "1 is still looked for (1 has come to a coordinator), 1 ran out of time.",
        "Most often: Grocery Shopping 2.",
        "For 1 of these 2 nobody within reach could be asked at any time.",
        "For the others people were asked in vain. Others nearby were passed over, since they",
    )
    assert "- were blocked, by one side or the other (4 times)" in waits.sentences


def test_an_empty_day_has_a_story_too() -> None:
    story = story_of(chronicled(Decided()))

    helped, asked, waits = telling(story, {})
    assert helped.sentences[0] == "0 of 0 asks found somebody."
    assert asked.sentences == ("0 questions were sent, and nobody said yes.",)
    assert waits.sentences == ("Nobody: every ask found somebody.",)
    assert best_told(chronicled(Decided())) is None


def test_the_match_that_is_told_is_one_that_was_thanked_for() -> None:
    told = best_told(chronicled(a_day()))

    assert told is not None
    assert told.match == "M1"


def test_minutes_are_told_as_people_say_them() -> None:
    assert [minutes(wait) for wait in (0.2, 8.4, 60, 160.2)] == ["1 min", "8 min", "1 h", "2 h 40 min"]
