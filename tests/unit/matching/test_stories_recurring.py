"""Stories of what recurs: one occurrence at a time, none doubled, and an end that ends all of it. Mondays begin at 8."""

import pytest

from schemas.asks import AskOpened
from schemas.facts import AskListed, OfferListed, Proposed
from schemas.schedules import Schedule
from tests.unit.matching.stories import MIDNIGHT_MS, begin, check

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


def test_a_recurring_ask_is_listed_two_days_before_and_ends_after_its_last_time() -> None:
    story = check("""
        ask    A1 food cell=0,0 every=week days=th hours=9-12 times=2  -> series A1
        tick   23h          -> nothing
        at     9:00         -> listed A1.1
        tick   1h           -> nothing
        at     12:30        -> nothing
        at     12:30        -> escalated A1.1
        at     12:30        -> ended A1.1 expired
        at     8:30         -> nothing
        at     8:30         -> nothing
        at     8:30         -> nothing
        at     8:30         -> nothing
        at     8:30         -> nothing
        at     9:30         -> listed A1.2
        at     8:00         -> nothing
        at     10:00        -> escalated A1.2
        at     12:30        -> nothing
        at     12:30        -> ended A1.2 expired, ended A1 expired
    """)
    listed = [fact.ask for block in story.blocks for fact in block.facts if isinstance(fact, AskListed)]
    assert [(ask.ask, ask.earliest_ms - MIDNIGHT_MS) for ask in listed] == [
        ("A1.1", 3 * DAY_MS + 9 * HOUR_MS),
        ("A1.2", 10 * DAY_MS + 9 * HOUR_MS),
    ]
    assert all(ask.deadline_ms - ask.earliest_ms == 3 * HOUR_MS for ask in listed)


def test_a_daily_ask_has_its_next_time_listed_once_the_one_before_has_begun() -> None:
    check("""
        ask    A1 food cell=0,0 every=day hours=9-12    -> series A1, listed A1.1
        tick   2s                                       -> nothing
        at     8:59         -> nothing
        at     9:00         -> listed A1.2
        at     12:30        -> ended A1.1 expired
        at     9:00         -> listed A1.3
    """)


def test_after_an_outage_what_was_missed_is_passed_by_and_nothing_is_doubled() -> None:
    check("""
        policy series_ahead_ms=3600000 leap_ms_max=864000000
        ask    A1 food cell=0,0 every=day hours=9-12    -> series A1, listed A1.1
        tick   73h          -> ended A1.1 expired, passed A1.2
        tick   2s           -> listed A1.4
        tick   2s           -> nothing
    """)


def test_a_recurring_ask_meets_a_recurring_offer_and_nobody_is_asked_twice_for_one_time() -> None:
    check("""
        ask    A1 food cell=0,0 every=week days=mo hours=9-12
        offer  O1 food cell=0,1 every=week days=mo hours=10-13 -> series O1, listed O1.1
        tick   2s           -> proposed A1.1 O1.1
        accept A1.1 O1.1    -> accepted A1.1 O1.1
        tick   2s           -> nothing
    """)


def test_withdrawing_a_series_ends_what_is_listed_of_it_and_everything_to_come() -> None:
    check("""
        ask      A1 food cell=0,0 every=day hours=9-12  -> series A1, listed A1.1
        offer    O1 food cell=0,1
        tick     2s         -> proposed A1.1 O1
        withdraw A1         -> withdrawn A1.1 O1, ended A1.1 withdrawn, ended A1 withdrawn
        withdraw A1         -> refused already_ended
        tick     23h        -> ended O1 expired
        tick     23h        -> nothing
    """)


def test_a_paused_series_rests_and_goes_on_with_what_is_still_to_come() -> None:
    check("""
        offer  O1 food cell=0,1 every=day hours=9-12    -> series O1, listed O1.1
        pause  O1           -> paused O1
        pause  O1           -> refused already_paused
        ask    A1 food cell=0,0 needed=80h
        at     10:00        -> nothing
        at     10:00        -> ended O1.1 expired, escalated A1
        at     13:00        -> nothing
        resume O1           -> resumed O1, passed O1.2
        tick   2s           -> listed O1.3, proposed A1 O1.3
    """)


def test_a_coordinator_holds_a_recurring_ask_and_gives_it_back() -> None:
    check("""
        ask     A1 food cell=0,0 every=day hours=9-12   -> series A1, listed A1.1
        offer   O1 food cell=0,1
        hold    A1          -> held A1.1, paused A1
        tick    2s          -> nothing
        release A1          -> released A1.1, resumed A1
        tick    2s          -> proposed A1.1 O1
        escalate A1         -> refused is_a_series
        refer   A1 village  -> refused is_a_series
    """)


def test_a_change_of_the_series_holds_from_the_next_time_on() -> None:
    story = check("""
        ask    A1 food cell=0,0 every=day hours=9-12    -> series A1, listed A1.1
        change A1 units=3   -> series A1
        at     9:00         -> listed A1.2
    """)
    listed = [fact.ask for block in story.blocks for fact in block.facts if isinstance(fact, AskListed)]
    assert [(ask.ask, ask.quantity) for ask in listed] == [("A1.1", 1), ("A1.2", 3)]


def test_a_member_who_leaves_takes_what_recurs_along() -> None:
    check("""
        member m-ann
        ask    A1 food cell=0,0 every=day hours=9-12 by=m-ann    -> series A1, listed A1.1
        leave  m-ann        -> ended A1.1 withdrawn, ended A1 withdrawn
        tick   23h          -> nothing
        tick   23h          -> nothing
    """)


def test_people_who_have_helped_each_other_well_meet_again_in_the_next_occurrence() -> None:
    story = check("""
        policy   score.points_per_m=1
        ask      A1 food cell=0,0 every=day hours=9-12 by=m-ann
        offer    O1 food cell=0,3 stays=90h units=9 by=m-bo
        tick     2s         -> proposed A1.1 O1
        accept   A1.1 O1
        complete A1.1 O1
        confirm  A1.1 O1    -> confirmed A1.1 O1, ended A1.1 fulfilled, listed A1.2
        offer    O2 food cell=0,1 stays=90h units=9 by=m-cy
        tick     2s         -> proposed A1.2 O1
    """)
    (*_, proposal) = [fact for block in story.blocks for fact in block.facts if isinstance(fact, Proposed)]
    assert proposal.explanation.parts["continuity"] == 300


def test_what_speaks_of_a_series_before_it_comes_waits_for_it() -> None:
    check("""
        withdraw A1         -> waiting
        ask      A1 food cell=0,0 every=day hours=9-12 from=2h  -> series A1, ended A1 withdrawn
    """)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("ask A1 food cell=0,0 every=moon hours=9-12", "schedule_unknown"),
        ("ask A1 food cell=0,0 every=day days=unknown hours=9-12", "schedule_unknown"),
        ("ask A1 food cell=0,0 every=week days=tu hours=9-12 until=3h", "schedule_empty"),
        (f"ask {'A' * 73} food cell=0,0 every=day hours=9-12", "id_too_long"),
        ("ask A9 food cell=0,0 every=day hours=9-12", "already_open"),
        ("ask A8 food cell=0,0", "already_open"),
        ("offer O8 food cell=0,0", "already_open"),
    ],
)
def test_a_series_that_cannot_be_is_refused_by_name(line: str, reason: str) -> None:
    check(f"""
        ask   A9 food cell=0,0
        ask   A8 food cell=0,0 every=day hours=9-12
        offer O8 food cell=0,0 every=day hours=9-12
        {line} -> refused {reason}
    """)


def test_an_occurrence_whose_id_somebody_took_is_passed_by() -> None:
    check("""
        ask    A1.1 food cell=0,0 needed=1h
        ask    A1 food cell=0,0 every=day hours=9-12    -> series A1, passed A1.1
        tick   2s                                       -> listed A1.2
    """)


def test_a_plane_stays_while_something_recurs_on_it() -> None:
    story = check("""
        ask    A1 food cell=0,0 every=week days=su hours=9-12   -> series A1
    """)
    town = story.engine.state.communities["town"].definition
    assert story.send([town.model_copy(update={"cell_m": 10})]) == ["refused plane_in_use"]


def test_a_need_nobody_knows_and_a_member_who_left_list_no_series() -> None:
    story = begin()
    opened = AskOpened(
        community="town", ask="A1", member="m-1", need="cw:no.such", remote=True, schedule=Schedule(dtstart_ms=1)
    )
    assert story.send([opened]) == ["refused unknown_need"]
    for line in ("member m-ann", "leave m-ann"):
        story.tell(line)
    assert story.tell("offer O1 food cell=0,0 every=day hours=9-12 by=m-ann") == ["refused member_gone"]
    assert not any(isinstance(fact, OfferListed) for block in story.blocks for fact in block.facts)
