"""Duplicates, strays and the clock: what the logs do to people, and what the engine makes of it."""

from schemas.events import Received
from schemas.journal import Block, Tick
from schemas.members import MemberChanged
from services.matching import Engine
from tests.unit.matching.stories import MIDNIGHT_MS, TAXONOMY, Story, begin, check


def test_an_event_sent_twice_counts_once() -> None:
    check("""
        offer  O1 food cell=0,1 id=x1   -> nothing
        offer  O1 food cell=0,1 id=x1   -> refused duplicate
        offer  O1 food cell=0,1 id=x2   -> refused already_open
        retract O1                      -> ended O1 withdrawn
        offer  O1 food cell=0,1         -> refused already_ended
        ask    A1 food cell=9,9         -> nothing
        ask    A1 food cell=9,9         -> refused already_open
    """)


def test_what_arrives_before_what_it_speaks_of_waits_for_it() -> None:
    check("""
        change   A1 units=3        -> waiting
        pause    O1                -> waiting
        ask      A1 food cell=0,0  -> nothing
        offer    O1 food cell=0,0 units=9 -> nothing
        tick     2s                -> nothing
        resume   O1                -> nothing
        tick     2s                -> proposed A1 O1 x3
    """)


def test_a_thousand_events_that_wait_for_the_same_thing_are_decided_in_the_order_they_came() -> None:
    story = begin()
    early = [MemberChanged(community="town", member="m-bo", active_max=number) for number in range(1_000)]
    assert story.send(list(early)) == ["waiting"] * 1_000
    assert story.tell("member m-bo") == []
    town = story.engine.state.communities["town"]
    assert town.members["m-bo"].fields.active_max == 999
    assert town.waiting == {}


def test_the_waiting_room_is_left_after_a_while() -> None:
    check("""
        policy waiting_room_ms=60000
        withdraw A1      -> waiting
        retract  O1      -> waiting
        accept   A1 O1   -> waiting
        leave    m-x     -> waiting
        tick     60s     -> nothing
        tick     1s      -> refused unknown_ask, refused unknown_offer, refused unknown_match, refused unknown_member
    """)


def test_the_waiting_room_is_bounded() -> None:
    check("""
        policy waiting_room_max=1
        withdraw A1      -> waiting
        withdraw A2      -> refused unknown_ask
    """)


def test_what_is_older_than_the_horizon_is_refused_so_nothing_finished_is_opened_again() -> None:
    story = check("""
        policy seen_horizon_ms=3600000
        ask    A1 food cell=0,0 needed=10m id=old
        tick   11m     -> ended A1 expired
        tick   3h      -> nothing
    """)
    known = story.engine.state.communities["town"]
    assert known.asks == {}
    assert "story/old" not in known.seen
    story.now_ms -= 2 * 3_600_000
    assert story.tell("ask A1 food cell=0,0 needed=9h id=old") == ["refused too_late"]


def test_a_match_that_goes_on_is_not_forgotten_with_its_ask() -> None:
    check("""
        policy seen_horizon_ms=120000 accept_silence_ms=10800000
        ask      A1 food cell=0,0 by=m-ann
        offer    O1 food cell=0,1 by=m-bo
        tick     2s     -> proposed A1 O1
        accept   A1 O1  -> accepted A1 O1
        withdraw A1     -> ended A1 withdrawn
        tick     20m    -> nothing
        leave    m-bo   -> cancelled A1 O1, ended O1 withdrawn
        tick     20m    -> nothing
    """)


def test_a_community_nobody_defined_is_refused_and_leaves_no_trace() -> None:
    story = Story(Engine(TAXONOMY))
    before = story.engine.state_hash()
    assert story.tell("ask A1 food cell=0,0") == ["refused unknown_community"]
    assert story.engine.state_hash() == before


def test_after_an_outage_answers_in_time_count_and_nobody_is_woken() -> None:
    story = begin(now_ms=MIDNIGHT_MS + 25 * 60_000)
    story.tell("policy proposal_life_ms=1800000")
    for line in (
        "member m-O3 quiet=1-7",
        "offer O1 food cell=0,0 stays=9h",
        "offer O2 food cell=20,0 stays=9h",
        "ask A1 food cell=0,0 needed=20h",
        "ask A2 food cell=20,0 needed=20h",
    ):
        story.tell(line)
    assert story.tell("tick 2s") == ["proposed A1 O1", "proposed A2 O2"]

    restart_ms = MIDNIGHT_MS + 150 * 60_000  # 02:30
    waited = [
        (MIDNIGHT_MS + 31 * 60_000, "accept A1 O1"),
        (MIDNIGHT_MS + 40 * 60_000, "offer O3 food cell=0,1 stays=9h"),
        (MIDNIGHT_MS + 41 * 60_000, "ask A3 food cell=0,1 needed=20h"),
        (MIDNIGHT_MS + 50 * 60_000, "accept A2 O2"),
    ]
    received = []
    for at_ms, line in waited:
        story.now_ms = at_ms
        command, *words = line.split()
        given = dict(word.split("=", 1) for word in words if "=" in word)
        data = story.event(command, [word for word in words if "=" not in word], given)
        received.append(Received(source="late", id=f"late-{at_ms}", received_ms=at_ms, data=data))
    first, second = (
        Block(events=tuple(received[:2]), caught_up=False),
        Block(events=tuple(received[2:]), caught_up=True),
    )
    assert story.record(first, stamp_ms=restart_ms) == ["accepted A1 O1"]
    assert story.blocks[-1].now_ms == MIDNIGHT_MS + 40 * 60_000
    assert story.record(second, stamp_ms=restart_ms) == ["accepted A2 O2"]  # nobody new: O3's quiet hours are at 02:30
    assert story.blocks[-1].now_ms == restart_ms
    story.now_ms = restart_ms
    assert story.tell("at 07:00") == ["proposed A3 O3"]


def test_proposals_made_while_catching_up_live_from_when_people_hear_of_them() -> None:
    story = begin()
    story.tell("policy proposal_life_ms=600000")
    story.tell("offer O1 food cell=0,0 stays=9h")
    first_ms, restart_ms = story.now_ms + 60_000, story.now_ms + 7_200_000
    story.now_ms = first_ms
    said = story.event("ask", ["A1", "food"], {"cell": "0,0", "needed": "9h"})
    asked = Received(source="late", id="1", received_ms=first_ms, data=said)
    noticed = story.record(Block(events=(asked,), caught_up=False), stamp_ms=restart_ms)
    assert noticed == ["proposed A1 O1"]
    assert story.record(Tick(), stamp_ms=restart_ms + 600_000) == []  # not expired: they heard of it ten minutes ago
    story.now_ms = restart_ms + 600_000
    assert story.tell("accept A1 O1") == ["accepted A1 O1"]


def test_log_time_never_goes_back() -> None:
    story = check("""
        ask  A1 food cell=0,0 needed=10m
        tick 5m
    """)
    before_ms = story.blocks[-1].now_ms
    story.now_ms -= 240_000
    story.tell("offer O9 food cell=99,99")
    assert story.blocks[-1].now_ms == before_ms


def test_log_time_leaps_only_on_an_operators_word() -> None:
    story = check("""
        ask   A1 food cell=0,0 needed=2d
        tick  3d            -> clock held
        tick  2s            -> nothing
    """)
    held_ms = story.blocks[-1].now_ms
    assert held_ms < story.now_ms - 2 * 86_400_000
    assert story.tell("offer O1 food cell=0,0 stays=9d") == []  # answers go on, time stands
    assert story.tell("allow-leap") == []
    assert story.tell("tick 2s") == ["ended A1 expired"]
    assert story.blocks[-1].now_ms == story.now_ms


def test_a_word_that_does_not_reach_is_answered_and_so_is_a_clock_held_anew() -> None:
    story = check("""
        ask   A1 food cell=0,0 needed=2d
        tick  3d            -> clock held
        allow-leap 1h       -> nothing
        tick  2h            -> clock held
        tick  2s            -> nothing
        allow-leap -2h      -> clock held
        tick  2s            -> nothing
        allow-leap 1h       -> nothing
        tick  2s            -> ended A1 expired
    """)
    assert story.blocks[-1].now_ms == story.now_ms
