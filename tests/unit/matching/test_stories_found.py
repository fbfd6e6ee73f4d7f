"""What somebody found by trying to break it. Each story stopped a community, or broke a promise, once."""

from schemas.events import Received
from schemas.journal import Block
from schemas.offers import OfferOpened, OfferWithdrawn
from schemas.operations import CommunityDefined
from services.matching.solver import Arc, solve
from tests.unit.matching.stories import NEEDS, begin, check
from tests.unit.matching.story_words import place


def test_a_dispute_settled_after_others_helped_takes_nothing_back() -> None:
    check("""
        ask      A1 food cell=0,0
        offer    O1 food cell=0,1
        tick     2s           -> proposed A1 O1
        accept   A1 O1        -> accepted A1 O1
        complete A1 O1        -> completed A1 O1
        dispute  A1 O1        -> disputed A1 O1
        offer    O2 food cell=0,2
        tick     2s           -> proposed A1 O2
        accept   A1 O2        -> accepted A1 O2
        confirm  A1 O1        -> refused units_taken
        cancel   A1 O2        -> cancelled A1 O2
        confirm  A1 O1        -> confirmed A1 O1, ended A1 fulfilled
    """)


def test_an_offer_taken_by_another_ask_after_a_dispute_is_not_given_twice() -> None:
    check("""
        ask      A1 food cell=0,0
        offer    O1 food cell=0,1
        tick     2s           -> proposed A1 O1
        accept   A1 O1        -> accepted A1 O1
        complete A1 O1        -> completed A1 O1
        dispute  A1 O1        -> disputed A1 O1
        ask      A2 food cell=0,1
        tick     2s           -> proposed A2 O1
        accept   A2 O1        -> accepted A2 O1
        confirm  A1 O1        -> refused units_taken
    """)


def test_a_need_that_is_named_twice_is_offered_once() -> None:
    story = begin()
    twice = OfferOpened(
        community="town", offer="O1", member="m-bo", needs=(NEEDS["food"],) * 2, place=place("0,0"), radius_m=500
    )
    assert story.send([twice]) == []
    assert story.engine.state.communities["town"].offers["O1"].spec.needs == (NEEDS["food"],)
    assert story.send([OfferWithdrawn(community="town", offer="O1")]) == ["ended O1 withdrawn"]


def test_large_numbers_are_solved_exactly_or_greedily_and_never_stop_the_engine() -> None:
    for points, solver in ((2**20, "min-cost-flow"), (2**45, "min-cost-flow"), (2**58, "greedy")):
        arcs = [
            Arc(f"a{ask}", f"h{helper}", f"o{helper}", points - ask * helper) for ask in range(9) for helper in range(9)
        ]
        names = {arc.ask: 1_000 for arc in arcs}, {arc.helper: 1 for arc in arcs}
        chosen, by = solve(arcs, *names, 1_000)
        assert by == solver
        assert len(chosen) == 9


def test_a_late_receipt_is_counted_once_as_local_supply() -> None:
    story = begin()
    naive = check("")
    for one in (story, naive):
        early = [one.event("ask", [name, "food"], {"cell": "0,0"}) for name in ("A1", "A2")]
        received = [
            Received(source="late", id=f"x{number}", received_ms=one.now_ms - number * 400_000, data=data)
            for number, data in enumerate(early)
        ]
        one.record(Block(events=tuple(received), caught_up=True))
        for line in ("tick 5m", "change A1 units=2", "offer O1 food cell=0,1", "tick 2s"):
            one.tell(line)
    assert story.engine.state_hash() == naive.engine.state_hash()
    restored = story.engine.index_factory(story.engine.state.communities["town"], story.engine.taxonomy)
    ask = story.engine.state.communities["town"].asks["A1"]
    told_ms = story.engine.state.clock.told_ms
    live = story.engine._index("town")
    assert live.ask_prospects(ask, told_ms) == restored.ask_prospects(ask, told_ms)


def test_an_escalated_ask_that_is_released_comes_back_only_after_another_wait() -> None:
    check("""
        ask     A1 food cell=0,0 urgency=critical
        tick    11m      -> escalated A1
        release A1       -> released A1
        tick    9m       -> nothing
        tick    2m       -> escalated A1
    """)


def test_many_who_sleep_nearby_do_not_hide_the_one_who_is_awake() -> None:
    check("""
        policy candidates_max=1
        offer  O1 food cell=0,1
        offer  O2 food cell=0,2
        offer  O3 food cell=0,3
        pause  O1
        pause  O2
        ask    A1 food cell=0,0
        tick   2s  -> proposed A1 O3
    """)


def test_two_asks_are_not_merged_into_each_other() -> None:
    check("""
        ask   A1 food cell=0,0
        ask   A2 food cell=0,0
        merge A1 A2  -> ended A1 duplicate
        merge A2 A1  -> refused other_has_ended
    """)


def test_nobody_loses_their_helper_for_somebody_who_cannot_come() -> None:
    check("""
        ask      A1 food cell=0,0
        offer    O1 food cell=0,1
        tick     2s         -> proposed A1 O1
        accept   A1 O1      -> accepted A1 O1
        member   m-O2 quiet=7-9
        offer    O2 food cell=0,2
        reassign A1 O1 O2   -> refused quiet_hours
        withdraw A1         -> ended A1 withdrawn
        reassign A1 O1 O2   -> refused already_ended
    """)


def test_the_plane_stays_while_anything_lies_on_it() -> None:
    story = check("ask A1 food cell=0,0")
    moved = CommunityDefined(community="town", cell_m=999)
    assert story.send([moved]) == ["refused plane_in_use"]
    same = CommunityDefined(community="town", cell_m=100, neighbours=("village", "north"))
    assert story.send([same]) == []
    story.tell("withdraw A1")
    assert story.send([moved]) == []


def test_whoever_leaves_calls_off_what_was_agreed_on_either_side() -> None:
    check("""
        ask    A1 food cell=0,0 by=m-ann
        offer  O1 food cell=0,1 by=m-bo
        tick   2s          -> proposed A1 O1
        accept A1 O1       -> accepted A1 O1
        member m-ann       -> nothing
        leave  m-ann       -> cancelled A1 O1, ended A1 withdrawn
        offer  O2 food cell=0,1 by=m-ann -> refused member_gone
        ask    A2 food cell=0,1 by=m-ann -> refused member_gone
        member m-ann       -> nothing
        ask    A2 food cell=0,1 by=m-ann -> nothing
    """)


def test_people_who_asked_once_are_forgotten_with_their_ask() -> None:
    story = check("""
        policy seen_horizon_ms=3600000
        ask    A1 food cell=0,0 by=m-once needed=5m
        member m-stays speaks=de
        tick   6m   -> ended A1 expired
        tick   2h   -> nothing
    """)
    assert sorted(story.engine.state.communities["town"].members) == ["m-stays"]


def test_an_offer_that_reaches_very_far_is_found_like_any_other() -> None:
    check("""
        offer O1 food cell=4000,0 radius=500000
        ask   A1 food cell=0,0
        tick  2s   -> proposed A1 O1
    """)


def test_two_proposals_by_hand_to_one_member_are_both_withdrawn() -> None:
    """Withdrawing the second one found nobody left to strike from those who were asked, and stopped the partition."""
    check("""
        ask      A1 food cell=0,0 units=2
        hold     A1                -> held A1
        offer    O1 food cell=0,1 by=m-bo
        offer    O2 food cell=0,2 by=m-bo
        release  A1                -> released A1
        by-hand  A1 O1             -> proposed A1 O1
        by-hand  A1 O2             -> proposed A1 O2
        withdraw A1                -> withdrawn A1 O1, withdrawn A1 O2, ended A1 withdrawn
    """)


def test_who_declined_stays_asked_although_a_later_proposal_by_hand_was_withdrawn() -> None:
    """The withdrawal struck them from those who were asked, and the next round asked them again."""
    check("""
        ask     A1 food cell=0,0
        offer   O1 food cell=0,1 by=m-bo
        tick    2s                -> proposed A1 O1
        decline A1 O1             -> declined A1 O1
        offer   O2 food cell=0,2 by=m-bo
        by-hand A1 O2             -> proposed A1 O2
        hold    A1                -> withdrawn A1 O2, held A1
        release A1                -> released A1
        tick    2s                -> nothing
    """)
