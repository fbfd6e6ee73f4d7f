"""What happens to asks, offers and matches from beginning to end, and the ways back."""

from tests.unit.matching.stories import check

ACCEPTED = """
        ask    A1 food cell=0,0 by=m-ann
        offer  O1 food cell=0,1 by=m-bo
        tick   2s           -> proposed A1 O1
        accept A1 O1        -> accepted A1 O1
"""


def test_help_is_given_confirmed_and_thanked_for() -> None:
    check(f"""
        {ACCEPTED}
        start    A1 O1      -> started A1 O1
        complete A1 O1      -> completed A1 O1
        confirm  A1 O1      -> confirmed A1 O1, ended A1 fulfilled
        thank    A1 O1      -> thanked m-bo
        confirm  A1 O1      -> refused not_completed
    """)


def test_everybody_says_only_what_is_theirs_to_say() -> None:
    check(f"""
        ask    A9 food cell=9,9
        offer  O9 food cell=9,9
        {ACCEPTED.replace("-> proposed A1 O1", "-> proposed A1 O1, proposed A9 O9")}
        accept   A9 O9 by=asker    -> refused not_yours_to_say
        accept   A9 O9 by=m-eve    -> refused not_yours_to_say
        confirm  A1 O1 by=m-bo     -> refused not_yours_to_say
        thank    A9 O9             -> refused not_accepted
        decline  A1 O1             -> refused not_proposed
        complete A1 O1 by=asker    -> completed A1 O1
    """)


def test_a_helper_who_falls_ill_is_replaced() -> None:
    check(f"""
        {ACCEPTED}
        offer  O2 food cell=0,2
        cancel A1 O1 why=illness   -> cancelled A1 O1
        tick   2s                  -> proposed A1 O2
    """)


def test_an_asker_whom_nobody_visited_is_not_stranded() -> None:
    check(f"""
        {ACCEPTED}
        offer  O2 food cell=0,2
        miss   A1 O1               -> no_show A1 O1
        tick   2s                  -> proposed A1 O2
        accept A1 O2               -> accepted A1 O2
        fail   A1 O2 why=nobody_there -> failed A1 O2
    """)


def test_silence_after_acceptance_frees_the_helper_and_asks_a_coordinator() -> None:
    check(f"""
        policy accept_silence_ms=3600000
        {ACCEPTED}
        tick   6h                  -> ended O1 expired
        tick   61m                 -> unconfirmed A1 O1, escalated A1, ended A1 expired
        confirm A1 O1              -> confirmed A1 O1
    """)


def test_two_helpers_who_fall_silent_together_bring_an_ask_to_a_coordinator_once() -> None:
    check("""
        policy accept_silence_ms=3600000
        ask    A1 food cell=0,0 units=2
        offer  O1 food cell=0,1
        offer  O2 food cell=0,1
        tick   2s                  -> proposed A1 O1, proposed A1 O2
        accept A1 O1               -> accepted A1 O1
        accept A1 O2               -> accepted A1 O2
        tick   6h                  -> ended O1 expired, ended O2 expired
        tick   61m                 -> unconfirmed A1 O2, escalated A1, unconfirmed A1 O1, ended A1 expired
    """)


def test_silence_after_completion_counts_as_help_given() -> None:
    check(f"""
        policy confirm_silence_ms=3600000
        {ACCEPTED}
        complete A1 O1             -> completed A1 O1
        tick   61m                 -> unconfirmed A1 O1, ended A1 fulfilled
    """)


def test_a_dispute_opens_the_units_again() -> None:
    check(f"""
        {ACCEPTED}
        offer    O2 food cell=0,2
        complete A1 O1             -> completed A1 O1
        dispute  A1 O1 why=not_done -> disputed A1 O1
        tick     2s                -> proposed A1 O2
    """)


def test_a_report_suspends_both_sides_until_a_coordinator_lifts_it() -> None:
    check(f"""
        {ACCEPTED}
        ask    A2 food cell=0,0 by=m-ann
        offer  O2 food cell=0,2
        ask    A3 food cell=9,9
        offer  O3 food cell=9,9 by=m-bo
        tick   2s                  -> proposed A2 O2, proposed A3 O3
        report A1 O1 why=misconduct -> reported A1 O1, suspended m-ann, suspended m-bo, withdrawn A2 O2, withdrawn A3 O3
        tick   2s                  -> proposed A3 O2
        reinstate m-bo             -> reinstated m-bo
        reinstate m-bo             -> refused not_suspended
    """)


def test_an_ask_nobody_took_expires_and_one_that_waits_long_is_escalated() -> None:
    check("""
        ask   A1 food cell=0,0 urgency=high needed=2h
        tick  60m  -> nothing
        tick  1s   -> escalated A1
        tick  59m
        tick  59s  -> nothing
        tick  1s   -> ended A1 expired
        withdraw A1 -> refused already_ended
    """)


def test_an_offer_ends_at_its_deadline_and_its_proposals_with_it() -> None:
    check("""
        offer O1 food cell=0,0 stays=10m
        ask   A1 food cell=0,0
        tick  2s    -> proposed A1 O1
        tick  10m   -> expired A1 O1, ended O1 expired
        retract O1  -> refused already_ended
    """)


def test_withdrawing_lets_go_of_everybody_who_was_asked() -> None:
    check("""
        policy proposals_open_per_unit=2
        ask   A1 food cell=0,0
        offer O1 food cell=0,1
        offer O2 food cell=0,2
        tick  2s     -> proposed A1 O1, proposed A1 O2
        retract O1   -> withdrawn A1 O1, ended O1 withdrawn
        withdraw A1  -> withdrawn A1 O2, ended A1 withdrawn
        accept A1 O2 -> refused not_proposed
    """)


def test_a_changed_ask_lets_go_of_those_asked_under_other_conditions() -> None:
    check("""
        ask    A1 food cell=0,0 units=2
        offer  O1 food cell=0,1 units=2
        tick   2s             -> proposed A1 O1 x2
        change A1 urgency=high -> nothing
        change A1 units=1     -> withdrawn A1 O1
        tick   2s             -> proposed A1 O1
        accept A1 O1          -> accepted A1 O1
        change A1 units=3     -> nothing
        change A1 needed=0s from=1h -> refused window_empty
        tick   2s             -> nothing               # nobody is asked twice for the same ask
        offer  O2 food cell=0,1 units=9
        tick   2s             -> proposed A1 O2 x2
    """)


def test_an_ask_never_shrinks_below_what_was_accepted() -> None:
    check("""
        ask    A1 food cell=0,0 units=2
        offer  O1 food cell=0,1 units=2
        tick   2s          -> proposed A1 O1 x2
        accept A1 O1       -> accepted A1 O1
        change A1 units=1  -> refused below_accepted
        change O1 units=1  -> refused below_accepted
        change O1 units=3  -> nothing
        change O1 from=9h stays=1h -> refused window_empty
    """)


def test_pausing_keeps_what_was_proposed_and_proposes_nothing_new() -> None:
    check("""
        offer  O1 food cell=0,0 units=3
        ask    A1 food cell=0,0
        tick   2s         -> proposed A1 O1
        pause  O1         -> nothing
        pause  O1         -> refused already_paused
        ask    A2 food cell=0,0
        tick   2s         -> nothing
        accept A1 O1      -> accepted A1 O1
        resume O1         -> nothing
        resume O1         -> refused not_paused
        tick   2s         -> proposed A2 O1
    """)


def test_a_member_who_leaves_strands_nobody() -> None:
    check(f"""
        {ACCEPTED}
        ask    A2 food cell=5,5 by=m-bo
        offer  O3 food cell=5,5
        tick   2s    -> proposed A2 O3
        offer  O2 food cell=0,2
        leave  m-bo  -> cancelled A1 O1, withdrawn A2 O3, ended A2 withdrawn, ended O1 withdrawn
        tick   2s    -> proposed A1 O2
    """)


def test_blocking_somebody_ends_what_was_proposed_between_the_two() -> None:
    check("""
        ask    A1 food cell=0,0 by=m-ann
        offer  O1 food cell=0,1 by=m-bo
        tick   2s                  -> proposed A1 O1
        change m-ann blocks=m-bo   -> withdrawn A1 O1
        tick   2s                  -> nothing
        change m-ann               -> nothing
    """)


def test_coordinators_step_in() -> None:
    check("""
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        tick   2s        -> proposed A1 O1
        hold   A1        -> withdrawn A1 O1, held A1
        hold   A1        -> refused already_held
        tick   2s        -> nothing
        by-hand A1 O1    -> refused ask_held
        release A1       -> released A1
        release A1       -> refused not_held
        escalate A1      -> escalated A1
        escalate A1      -> refused already_escalated
        tick   2s        -> proposed A1 O1
        by-hand A1 O1    -> refused nothing_unmet
        accept A1 O1     -> accepted A1 O1
        offer  O2 food cell=99,99
        reassign A1 O1 O2 -> cancelled A1 O1, proposed A1 O2
        release A1       -> released A1
        ask    A2 food cell=0,0
        merge  A2 A2     -> refused unknown_ask
        merge  A2 A1     -> ended A2 duplicate
        merge  A2 A1     -> refused already_ended
        ask    A3 food cell=0,0
        refer  A3 moon   -> refused not_a_neighbour
        refer  A3 village -> ended A3 referred
        refer  A3 village -> refused already_ended
        hold   A3        -> refused already_ended
    """)
