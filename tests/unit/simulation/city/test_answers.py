from collections import Counter

import pytest

from schemas.acknowledgements import Acknowledged
from schemas.codes import MatchStatus, Verb
from schemas.decisions import DecisionBlock
from schemas.facts import MatchMoved, Proposed
from services.simulation.city import Neighbours, draw_day
from services.simulation.city.clock import at_minute
from services.simulation.said import Said
from tests.unit.board.decided import Decided

DAY = draw_day(7, asks=60)
HELPER, ASKER = list(DAY.people)[:2]
NOON_MS, NIGHT_MS = at_minute(12 * 60), at_minute(2 * 60)


def block_of(*facts: Proposed | MatchMoved, now_ms: int = NOON_MS) -> DecisionBlock:
    made = Decided(now_ms=now_ms)
    for fact in facts:
        made.fact(fact)
    return made.block().blocks[0]


def proposed(match: str) -> Proposed:
    made = Decided(now_ms=NOON_MS).proposed(match, asker=ASKER, offerer=HELPER).facts[0]
    assert isinstance(made, Proposed)
    return made


def answers(seed: int = 1, *, count: int = 400, heard_ms: int = NOON_MS) -> list[Said]:
    """What one helper answers to many questions."""
    people = Neighbours(seed, DAY.people)
    return people.answers_to(block_of(*(proposed(f"m{number}") for number in range(count))), heard_ms)


def verbs(said: list[Said]) -> Counter[Verb]:
    return Counter(one.event.verb for one in said if isinstance(one.event, Acknowledged))


def test_some_say_yes_some_say_no_and_some_say_nothing() -> None:
    told = verbs(answers())

    assert told[Verb.accept] > 50
    assert told[Verb.decline] > 20
    assert told.total() < 400


def test_nobody_answers_before_they_heard_and_all_answers_are_the_helpers() -> None:
    for one in answers():
        assert one.at_ms > NOON_MS
        assert isinstance(one.event, Acknowledged)
        assert one.event.member == HELPER


def test_at_night_hardly_anybody_says_yes() -> None:
    assert verbs(answers(heard_ms=NIGHT_MS))[Verb.accept] < verbs(answers())[Verb.accept] / 4


def test_answers_depend_on_the_match_and_not_on_what_was_asked_before() -> None:
    alone = Neighbours(1, DAY.people).answers_to(block_of(proposed("m7")), NOON_MS)
    among = [one for one in answers() if isinstance(one.event, Acknowledged) and one.event.match == "m7"]

    assert alone == among


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (MatchStatus.accepted, {Verb.start, Verb.complete, Verb.cancel, Verb.miss, Verb.fail}),
        (MatchStatus.completed, {Verb.confirm, Verb.thank}),
    ],
)
def test_what_was_agreed_takes_its_course(status: MatchStatus, expected: set[Verb]) -> None:
    people, said = Neighbours(1, DAY.people), list[Said]()
    for number in range(600):
        made = Decided(now_ms=NOON_MS).proposed(f"m{number}", asker=ASKER, offerer=HELPER)
        people.answers_to(made.block().blocks[0], NOON_MS)
        made.moved(f"m{number}", "accept", *(["complete"] if status is MatchStatus.completed else []))
        last = made.facts[-1]
        assert isinstance(last, MatchMoved)
        said += people.answers_to(block_of(last), NOON_MS)

    assert set(verbs(said)) == expected
