"""Stories of asks that neighbours could not take: open again, for a coordinator to look at, and never by accident."""

from schemas.facts import AskEnded
from tests.unit.matching.stories import check


def test_an_ask_that_comes_back_is_open_again_and_a_coordinator_is_asked_to_look() -> None:
    story = check("""
        ask    A1 food cell=0,0
        refer  A1 village   -> ended A1 referred
        offer  O1 food cell=0,1
        tick   2s           -> nothing
        return A1           -> returned A1
        tick   2s           -> proposed A1 O1
        return A1           -> refused not_referred
        release A1          -> released A1
    """)
    assert story.engine.state.communities["town"].asks["A1"].ended is None


def test_an_ask_that_comes_back_may_be_referred_once_more() -> None:
    check("""
        ask    A1 food cell=0,0
        refer  A1 village   -> ended A1 referred
        return A1           -> returned A1
        refer  A1 village   -> ended A1 referred
    """)


def test_only_the_neighbour_that_holds_an_ask_gives_it_back() -> None:
    check("""
        ask    A1 food cell=0,0
        refer  A1 village   -> ended A1 referred
        return A1 harbour   -> refused not_referred_there
        return A1 moon      -> refused not_referred_there
        return A1 village   -> returned A1
        refer  A1 harbour   -> ended A1 referred
        return A1 village   -> refused not_referred_there
        return A1 harbour   -> returned A1
    """)


def test_what_comes_back_after_its_deadline_stays_ended() -> None:
    check("""
        ask    A1 food cell=0,0 needed=1h
        refer  A1 village   -> ended A1 referred
        tick   2h           -> nothing
        return A1           -> refused too_late
    """)


def test_an_ask_that_was_not_referred_does_not_come_back() -> None:
    check("""
        ask      A1 food cell=0,0
        return   A1         -> refused not_referred
        withdraw A1         -> ended A1 withdrawn
        return   A1         -> refused not_referred
        return   A9         -> waiting
    """)


def test_only_what_is_unmet_is_handed_over_and_what_was_accepted_lives_on() -> None:
    story = check("""
        ask    A1 food cell=0,0 units=3
        offer  O1 food cell=0,1
        tick   2s           -> proposed A1 O1
        accept A1 O1        -> accepted A1 O1
        refer  A1 village   -> ended A1 referred
        return A1           -> returned A1
        complete A1 O1      -> completed A1 O1
    """)
    (ended,) = [fact for block in story.blocks for fact in block.facts if isinstance(fact, AskEnded)]
    assert ended.referred is not None
    assert (ended.referred.quantity, ended.to_community) == (2, "village")


def test_what_nobody_is_needed_for_any_more_is_not_referred() -> None:
    check("""
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        tick   2s           -> proposed A1 O1
        accept A1 O1        -> accepted A1 O1
        refer  A1 village   -> refused nothing_unmet
    """)


def test_an_ask_that_came_through_too_many_communities_or_through_this_one_is_not_opened() -> None:
    check("""
        ask    A1 food cell=0,0 path=harbour,hillside
        refer  A1 village                            -> refused referred_too_far
        ask    A2 food cell=0,0 path=a,b,c           -> refused referred_too_far
        ask    A3 food cell=0,0 path=town            -> refused referred_too_far
    """)
