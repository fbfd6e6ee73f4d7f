"""Who is proposed to whom: acceptance, silence, units, caps, boundaries."""

import pytest

from services.matching.logtime import phase_ms
from tests.unit.matching.stories import check


def test_the_first_acceptance_wins() -> None:
    check("""
        policy proposals_open_per_unit=2
        ask    A1 food cell=12,40
        offer  O1 food cell=12,41
        offer  O2 food cell=13,40
        tick   2s          -> proposed A1 O1, proposed A1 O2
        accept A1 O2       -> accepted A1 O2, withdrawn A1 O1
        accept A1 O1       -> refused not_proposed
        accept A1 O2       -> refused not_proposed   # a second tap is refused, not repeated
    """)


def test_a_decline_is_offered_to_somebody_else_and_never_again_to_the_same() -> None:
    check("""
        ask     A1 food cell=0,0
        offer   O1 food cell=0,1
        offer   O2 food cell=0,5
        tick    2s                 -> proposed A1 O1
        decline A1 O1 why=too_far  -> declined A1 O1, proposed A1 O2
        decline A1 O2              -> declined A1 O2
        tick    2s                 -> nothing
    """)


def test_silence_ends_a_proposal_and_the_ask_goes_on() -> None:
    check("""
        policy proposal_life_ms=60000
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        offer  O2 food cell=0,5
        tick   2s   -> proposed A1 O1
        tick   60s  -> nothing
        tick   1s   -> expired A1 O1, proposed A1 O2
        accept A1 O1 -> refused not_proposed
    """)


def test_an_answer_counts_up_to_the_last_millisecond_and_before_the_expiry_of_the_same_record() -> None:
    story = check("""
        policy proposal_life_ms=60000
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        tick   2s   -> proposed A1 O1
    """)
    story.now_ms += 60_000
    assert story.tell("accept A1 O1") == ["accepted A1 O1"]


def test_an_answer_a_millisecond_late_does_not_count() -> None:
    story = check("""
        policy proposal_life_ms=60000
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        tick   2s   -> proposed A1 O1
    """)
    story.now_ms += 60_001
    assert story.tell("accept A1 O1") == ["refused too_late", "expired A1 O1"]


def test_a_critical_ask_does_not_wait_for_the_next_round() -> None:
    check("""
        policy tick_ms=3600000
        offer O1 food cell=0,1
        ask   A1 food cell=0,0              -> nothing
        ask   A2 food cell=0,0 urgency=critical -> proposed A2 O1
        decline A2 O1                       -> declined A2 O1
        offer O2 food cell=0,2              -> proposed A2 O2
    """)


def test_a_round_runs_once_when_log_time_crosses_a_multiple_of_the_tick_and_the_towns_own_phase() -> None:
    assert phase_ms("town", 60_000) == 12_804
    check("""
        policy tick_ms=60000
        ask   A1 food cell=0,0
        offer O1 food cell=0,1
        tick  12s -> nothing
        tick  1s  -> proposed A1 O1
        ask   A2 food cell=0,0
        offer O2 food cell=0,1
        tick  59s -> nothing
        tick  1s  -> proposed A2 O2
    """)


def test_units_are_shared_out_and_the_rest_stays_open() -> None:
    check("""
        ask    A1 food cell=0,0 units=5
        offer  O1 food cell=0,1 units=2
        offer  O2 food cell=0,2 units=9
        tick   2s        -> proposed A1 O1 x2, proposed A1 O2 x3
        accept A1 O1     -> accepted A1 O1
        decline A1 O2    -> declined A1 O2
        offer  O3 food cell=0,3 units=2
        tick   2s        -> proposed A1 O3 x2
        accept A1 O3     -> accepted A1 O3
        offer  O4 food cell=0,3 units=4
        tick   2s        -> proposed A1 O4
        accept A1 O4     -> accepted A1 O4
        tick   2s        -> nothing
    """)


def test_an_offer_with_room_helps_several_until_it_is_taken() -> None:
    check("""
        policy open_slots=2
        ask    A1 food cell=0,0
        ask    A2 food cell=0,1
        ask    A3 food cell=0,2
        offer  O1 food cell=0,0 units=2
        tick   2s      -> proposed A1 O1, proposed A2 O1
        accept A1 O1   -> accepted A1 O1
        tick   2s      -> proposed A3 O1
        accept A2 O1   -> accepted A2 O1, withdrawn A3 O1
        tick   2s      -> nothing
    """)


def test_a_member_has_only_so_many_open_slots() -> None:
    check("""
        policy open_slots=1
        ask    A1 food cell=0,0
        ask    A2 food cell=0,1
        offer  O1 food cell=0,0 units=5 by=m-bo
        offer  O2 food cell=0,1 units=5 by=m-bo
        tick   2s      -> proposed A1 O1
        accept A1 O1   -> accepted A1 O1
        tick   2s      -> proposed A2 O2
    """)


@pytest.mark.parametrize(
    ("told", "refuses"),
    [
        ("member m-bo blocks=m-ann", "blocked_pair"),
        ("member m-ann blocks=m-bo", "blocked_pair"),
        ("member m-bo quiet=7-9", "quiet_hours"),
        ("member m-bo quiet=22-9", "quiet_hours"),
        ("member m-bo paused=1h", "member_paused"),
        ("member m-bo day=0", "asked_per_day"),
        ("member m-bo week=0", "asked_per_week"),
        ("member m-bo active=0", "active_cap"),
    ],
)
def test_a_boundary_stands_against_every_proposal(told: str, refuses: str) -> None:
    story = check(f"""
        offer  O1 food cell=0,1 by=m-bo
        {told}
        ask    A1 food cell=0,0 by=m-ann
        tick   2s                 -> nothing
        by-hand A1 O1             -> refused {refuses}
    """)
    assert story.blocks


def test_what_is_asked_for_must_be_there() -> None:
    check("""
        member m-bo speaks=de,en skills=driving access=step-free vetting=checked
        offer  O1 food cell=0,1 by=m-bo
        ask    A1 food cell=0,0 speaks=fr
        ask    A2 food cell=0,0 skills=first-aid
        ask    A3 food cell=0,0 access=scent-free
        ask    A4 food cell=0,0 vetting=trusted
        tick   2s  -> nothing
        by-hand A1 O1 -> refused language
        by-hand A2 O1 -> refused skills
        by-hand A3 O1 -> refused accessibility
        by-hand A4 O1 -> refused vetting
        ask    A5 food cell=0,0 speaks=fr,en skills=driving access=step-free vetting=checked
        tick   2s  -> proposed A5 O1
    """)


def test_a_need_brings_its_own_vetting_floor() -> None:
    check("""
        offer  O1 childcare cell=0,1
        ask    A1 childcare cell=0,0
        tick   2s      -> nothing
        member m-O1 vetting=trusted
        tick   2s      -> proposed A1 O1
    """)


def test_a_kind_of_the_need_answers_it_and_not_the_other_way_round() -> None:
    check("""
        member m-O1 vetting=trusted
        member m-O2 vetting=trusted
        offer  O1 food cell=0,1
        ask    A1 delivery cell=0,0
        tick   2s      -> nothing
        offer  O2 delivery cell=0,5
        tick   2s      -> proposed A1 O2
        retract O1
        ask    A2 food cell=0,9
        tick   2s      -> proposed A2 O2
    """)


def test_distance_counts_within_both_reaches_and_up_to_the_metre() -> None:
    check("""
        ask    A1 food cell=0,0
        offer  O1 food cell=0,15 radius=1499
        tick   2s -> nothing
        by-hand A1 O1  -> proposed A1 O1   # a coordinator may overrule the way
        ask    A2 food cell=40,0 reach=900
        offer  O2 food cell=40,10
        tick   2s -> nothing
        offer  O3 food cell=40,9
        tick   2s -> proposed A2 O3
    """)


def test_remote_help_knows_no_way() -> None:
    check("""
        ask    A1 tools remote
        offer  O1 tools cell=0,0
        tick   2s -> nothing
        offer  O2 tools remote
        tick   2s -> proposed A1 O2
        accept A1 O2 -> accepted A1 O2
        ask    A2 tools remote cell=0,1
        tick   2s -> proposed A2 O1
    """)


def test_nobody_is_asked_for_their_own_ask_or_in_another_unit() -> None:
    check("""
        ask    A1 food cell=0,0 by=m-bo
        offer  O1 food cell=0,0 by=m-bo
        offer  O2 food cell=0,0 unit=box
        tick   2s     -> nothing
        by-hand A1 O1 -> refused own_offer
        by-hand A1 O2 -> refused unit
    """)


def test_windows_must_meet_and_leave_time_to_answer() -> None:
    check("""
        ask    A1 food cell=0,0 from=3h needed=5h
        offer  O1 food cell=0,0 stays=2h
        offer  O2 food cell=0,1 from=6h stays=9h
        tick   2s -> nothing
        offer  O3 food cell=0,2 from=4h stays=9h
        tick   2s -> proposed A1 O3
        ask    A2 food cell=9,9 needed=90s
        offer  O4 food cell=9,9
        tick   31s -> nothing            # a minute to answer is the least
    """)


def test_caps_count_what_was_asked_within_the_day_and_the_week() -> None:
    check("""
        member m-bo day=1 week=2
        offer  O1 food cell=0,0 by=m-bo stays=30d units=9
        ask    A1 food cell=0,0 needed=20d
        tick   2s     -> proposed A1 O1
        accept A1 O1  -> accepted A1 O1
        complete A1 O1 -> completed A1 O1
        ask    A2 food cell=0,0 needed=20d
        tick   23h    -> nothing
        tick   61m    -> escalated A2, proposed A2 O1
        accept A2 O1  -> accepted A2 O1
        complete A2 O1 -> completed A2 O1
        ask    A3 food cell=0,0 needed=20d
        tick   23h    -> nothing
        tick   2h     -> escalated A3
        tick   20h    -> nothing
    """)


def test_one_round_does_not_ask_a_member_beyond_their_caps() -> None:
    check("""
        member m-day day=2
        member m-week week=1
        offer  O1 food cell=0,0 by=m-day units=9
        offer  O2 food cell=50,0 by=m-week units=9
        ask    A1 food cell=0,0
        ask    A2 food cell=0,1
        ask    A3 food cell=0,2
        ask    A4 food cell=50,0
        ask    A5 food cell=50,1
        tick   2s -> proposed A1 O1, proposed A2 O1, proposed A4 O2
    """)


def test_a_member_who_carries_enough_is_not_asked_and_their_other_proposals_are_let_go() -> None:
    check("""
        member m-bo active=1
        offer  O1 food cell=0,0 by=m-bo units=5
        ask    A1 food cell=0,0
        ask    A2 food cell=0,1
        tick   2s       -> proposed A1 O1, proposed A2 O1
        accept A1 O1    -> accepted A1 O1, withdrawn A2 O1
        tick   2s       -> nothing
        complete A1 O1  -> completed A1 O1
        tick   2s       -> proposed A2 O1
    """)


def test_who_was_not_asked_lately_comes_first() -> None:
    check("""
        offer  O1 food cell=0,0 units=5
        offer  O2 food cell=0,0 units=5
        ask    A1 food cell=0,0
        tick   2s       -> proposed A1 O1
        accept A1 O1    -> accepted A1 O1
        ask    A2 food cell=0,0
        tick   2s       -> proposed A2 O2
    """)


def test_people_who_have_helped_each_other_well_meet_again() -> None:
    check("""
        offer  O1 food cell=0,5 units=5
        ask    A1 food cell=0,0 by=m-ann
        tick   2s       -> proposed A1 O1
        accept A1 O1    -> accepted A1 O1
        complete A1 O1  -> completed A1 O1
        confirm A1 O1   -> confirmed A1 O1, ended A1 fulfilled
        thank  A1 O1    -> thanked m-O1
        offer  O2 food cell=0,4 units=5
        ask    A2 food cell=0,0 by=m-ann
        tick   2s       -> proposed A2 O1
    """)
