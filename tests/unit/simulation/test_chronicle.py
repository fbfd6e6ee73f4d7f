from schemas.codes import EndedHow, MatchStatus, Reason
from schemas.states import AskStatus
from services.simulation.chronicle import Chronicle
from tests.unit.board.decided import DAY_MS, START_MS, Decided


def chronicled(decided: Decided) -> Chronicle:
    told = Chronicle()
    for block in decided.block().blocks:
        told.take(block)
    return told


def test_an_ask_is_open_until_somebody_accepts_it() -> None:
    asked = Decided().ask().offer().block().proposed()
    told = chronicled(asked)
    assert (told.asks["A1"].status, list(told.open_asks), list(told.open_offers)) == (
        AskStatus.proposed,
        ["A1"],
        ["O1"],
    )

    told = chronicled(asked.moved("M1", "accept"))
    assert (told.asks["A1"].status, told.open_asks, told.open_offers) == (AskStatus.matched, {}, {})
    assert told.asks["A1"].accepted is told.matches["M1"]


def test_what_is_called_off_is_open_again_and_still_was_accepted() -> None:
    told = chronicled(
        Decided().ask().offer().proposed().moved("M1", "accept").block().moved("M1", "cancel", reason=Reason.illness)
    )

    assert (list(told.open_asks), list(told.open_offers)) == (["A1"], ["O1"])
    assert told.asks["A1"].accepted is told.matches["M1"]


def test_the_first_of_two_acceptances_counts() -> None:
    asked = Decided().ask(quantity=2).offer("O1").offer("O2").proposed("M1", offer="O1").proposed("M2", offer="O2")

    told = chronicled(asked.moved("M2", "accept").block().moved("M1", "accept"))

    assert told.asks["A1"].accepted is told.matches["M2"]


def test_a_question_may_still_be_answered_where_nobody_else_offers() -> None:
    asked = Decided().ask(quantity=2).offer().proposed()
    assert chronicled(asked).may_match

    assert not chronicled(asked.moved("M1", "accept").offer_ended()).may_match


def test_deadlines_of_what_is_open_are_known() -> None:
    told = chronicled(Decided().ask("A1").ask("A2").ended("A2").offer())

    assert told.open_until_ms() == [START_MS + DAY_MS] * 2


def test_marks_ends_and_thanks_are_told() -> None:
    told = chronicled(
        Decided()
        .member("offerer-O1")
        .ask()
        .ask("A2")
        .offer()
        .proposed()
        .moved("M1", "accept", "complete", "confirm")
        .thanked("M1")
        .held("A2")
        .escalated("A2")
    )

    assert (told.matches["M1"].status, told.matches["M1"].thanks) == (MatchStatus.confirmed, 1)
    assert (told.asks["A2"].status, told.asks["A2"].escalated) == (AskStatus.held, True)
    assert list(told.members) == ["offerer-O1"]


def test_an_id_that_comes_again_after_its_end_is_a_new_ask() -> None:
    told = chronicled(Decided().ask().offer().ended().offer_ended().block().ask().offer())

    assert (told.asks["A1"].ended, told.offers["O1"].ended, list(told.open_asks)) == (None, None, ["A1"])


def test_a_change_keeps_what_came_of_an_ask() -> None:
    told = chronicled(Decided().ask().offer().proposed().block().ask(quantity=3).offer(capacity=2))

    assert (told.asks["A1"].spec.quantity, len(told.asks["A1"].matches)) == (3, 1)
    assert (told.offers["O1"].spec.capacity, len(told.offers["O1"].matches)) == (2, 1)


def test_an_expired_ask_is_over() -> None:
    told = chronicled(Decided().ask().ended(how=EndedHow.expired))

    assert (told.asks["A1"].is_open, told.may_match) == (False, False)
