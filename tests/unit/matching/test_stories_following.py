"""Stories of what comes after an acceptance: a reminder before help is due, and a question when nobody said anything."""

from tests.unit.matching.stories import check


def test_whoever_promised_help_early_is_reminded_once_before_it_is_due() -> None:
    check("""
        ask    A1 food cell=0,0 from=8h needed=10h
        offer  O1 food cell=0,1 stays=12h
        tick   2s            -> proposed A1 O1
        accept A1 O1         -> accepted A1 O1
        tick   5h            -> nothing
        tick   1h            -> reminder A1 O1
        tick   1h            -> nothing
    """)


def test_where_help_may_begin_at_once_the_reminder_looks_to_the_deadline() -> None:
    check("""
        ask    A1 food cell=0,0 needed=9h
        offer  O1 food cell=0,1 stays=12h
        tick   2s            -> proposed A1 O1
        accept A1 O1         -> accepted A1 O1
        tick   6h            -> nothing
        tick   1h            -> reminder A1 O1
    """)


def test_whoever_promised_shortly_before_needs_no_reminder() -> None:
    check("""
        ask    A1 food cell=0,0 needed=3h
        offer  O1 food cell=0,1
        tick   2s            -> proposed A1 O1
        accept A1 O1         -> accepted A1 O1
        tick   2h            -> nothing
    """)


def test_once_help_has_begun_nobody_is_reminded_of_it() -> None:
    check("""
        ask    A1 food cell=0,0 needed=9h
        offer  O1 food cell=0,1 stays=12h
        tick   2s            -> proposed A1 O1
        accept A1 O1         -> accepted A1 O1
        start  A1 O1         -> started A1 O1
        tick   8h            -> nothing
    """)


def test_after_the_deadline_both_sides_are_asked_once_whether_it_happened_and_then_silence_ends_it() -> None:
    check("""
        policy follow_up.remind_before_ms=14400000
        ask    A1 food cell=0,0 needed=6h
        offer  O1 food cell=0,1 stays=90h
        tick   2s            -> proposed A1 O1
        accept A1 O1         -> accepted A1 O1
        tick   8h            -> happened A1 O1
        tick   8h            -> nothing
        tick   20h           -> nothing
        tick   20h           -> unconfirmed A1 O1, escalated A1, ended A1 expired
    """)


def test_where_the_deadline_is_far_off_the_question_comes_two_days_after_help_could_begin() -> None:
    check("""
        policy follow_up.happens_within_ms=3600000
        ask    A1 food cell=0,0 needed=200h
        offer  O1 food cell=0,1 stays=300h
        tick   2s            -> proposed A1 O1
        accept A1 O1         -> accepted A1 O1
        tick   2h            -> nothing
        tick   2h            -> happened A1 O1
    """)


def test_help_that_was_reported_as_given_is_not_asked_about() -> None:
    check("""
        ask    A1 food cell=0,0 needed=3h
        offer  O1 food cell=0,1
        tick   2s            -> proposed A1 O1
        accept A1 O1         -> accepted A1 O1
        complete A1 O1       -> completed A1 O1
        tick   10h           -> ended O1 expired
    """)


def test_a_deadline_that_is_moved_moves_the_reminder() -> None:
    check("""
        ask    A1 food cell=0,0 needed=9h
        offer  O1 food cell=0,1 stays=20h
        tick   2s            -> proposed A1 O1
        accept A1 O1         -> accepted A1 O1
        change A1 needed=15h
        tick   8h            -> nothing
        tick   6h            -> reminder A1 O1
    """)


def test_a_reminder_that_would_be_heard_after_help_was_due_is_not_sent() -> None:
    check("""
        ask    A1 food cell=0,0 needed=9h
        offer  O1 food cell=0,1 stays=20h
        tick   2s            -> proposed A1 O1
        accept A1 O1         -> accepted A1 O1
        tick   10h           -> nothing
        tick   2h            -> happened A1 O1
    """)
