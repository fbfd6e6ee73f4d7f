"""What is refused, by name, and leaves everything as it was."""

import pytest

from schemas.asks import AskChanged, AskOpened
from schemas.events import AnyEvent
from schemas.model import Place
from schemas.offers import OfferChanged, OfferOpened
from schemas.operations import AskReferred, PolicySet, ProposedByHand, Reassigned
from schemas.policy import Policy
from schemas.schedules import Schedule
from tests.unit.matching.stories import Story, check

HERE = Place(x_m=0, y_m=0)
OVER = Schedule(dtstart_ms=0, count=2_000)  # weekly, thirty-eight years long


def town() -> Story:
    """A town with an ask and an offer that are still open, and a pair that was accepted."""
    return check("""
        ask    A1 food cell=0,0 by=m-ann
        offer  O1 food cell=0,1 by=m-bo
        tick   2s           -> proposed A1 O1
        accept A1 O1        -> accepted A1 O1
        ask    A2 food cell=5,5
        offer  O2 food cell=90,90
    """)


def asked(story: Story, **changes: object) -> AskOpened:
    """An ask that would be listed, with something changed."""
    fields = {"community": "town", "ask": "A9", "member": "m-x", "need": "oe:102", "place": HERE}
    return AskOpened.model_validate(fields | changes)


def offered(story: Story, **changes: object) -> OfferOpened:
    """An offer that would be listed, with something changed."""
    fields = {"community": "town", "offer": "O9", "member": "m-x", "needs": ("oe:102",), "place": HERE}
    return OfferOpened.model_validate(fields | changes)


def refusals(story: Story) -> list[tuple[AnyEvent, str]]:
    """Events, and why each is refused."""
    now_ms, match = story.now_ms, story.matches["A1 O1"]
    return [
        (asked(story, need="oe:999"), "unknown_need"),
        (asked(story, schedule=OVER), "schedule_empty"),
        (asked(story, needed_by_ms=now_ms - 1), "too_late"),
        (asked(story, earliest_ms=now_ms + 2, needed_by_ms=now_ms + 1), "window_empty"),
        (offered(story, needs=("oe:102", "oe:999")), "unknown_need"),
        (offered(story, schedule=OVER), "schedule_empty"),
        (offered(story, list_until_ms=now_ms - 1), "too_late"),
        (offered(story, from_ms=now_ms + 2, list_until_ms=now_ms + 1), "window_empty"),
        (AskChanged(community="town", ask="A2", needed_by_ms=now_ms - 1), "too_late"),
        (OfferChanged(community="town", offer="O2", needs=("oe:999",)), "unknown_need"),
        (OfferChanged(community="town", offer="O2", list_until_ms=now_ms - 1), "too_late"),
        (ProposedByHand(community="town", operator="op-1", ask="A2", offer="O99"), "unknown_offer"),
        (Reassigned(community="town", operator="op-1", match=match, offer="O99"), "unknown_offer"),
        (AskReferred(community="town", operator="op-1", ask="A2", to_community="moon"), "not_a_neighbour"),
        (PolicySet(community="town", policy=Policy(version=1)), "older_policy"),
    ]


@pytest.mark.parametrize("place", range(15))
def test_a_refusal_names_its_reason_and_changes_nothing_but_what_was_seen(place: int) -> None:
    story = town()
    story.send(
        [
            PolicySet(
                community="town", policy=story.engine.state.communities["town"].policy.model_copy(update={"version": 2})
            )
        ]
    )
    known = story.engine.state.communities["town"]
    before = [repr(known.asks), repr(known.offers), repr(known.matches), repr(known.members), known.policy]
    event, why = refusals(story)[place]
    assert story.send([event]) == [f"refused {why}"]
    assert [repr(known.asks), repr(known.offers), repr(known.matches), repr(known.members), known.policy] == before


def test_an_ask_is_referred_at_most_twice_and_never_back() -> None:
    story = town()
    story.send([asked(story, ask="A8", path=("north", "south"))])
    story.send([asked(story, ask="A7", path=("village",))])
    refer = [AskReferred(community="town", operator="op-1", ask=ask, to_community="village") for ask in ("A8", "A7")]
    assert story.send(list(refer)) == ["refused referred_too_far", "refused referred_too_far"]


def test_a_coordinator_does_not_propose_the_same_pair_twice() -> None:
    check("""
        ask     A1 food cell=0,0 units=2
        offer   O1 food cell=0,1 units=1
        by-hand A1 O1   -> proposed A1 O1
        by-hand A1 O1   -> refused already_proposed
    """)


def test_a_match_that_is_over_is_not_reassigned() -> None:
    check("""
        ask      A1 food cell=0,0
        offer    O1 food cell=0,1
        offer    O2 food cell=0,2
        tick     2s         -> proposed A1 O1
        reassign A1 O1 O2   -> refused not_accepted
    """)


def test_silence_about_an_ask_a_coordinator_has_already_is_not_escalated_again() -> None:
    check("""
        policy accept_silence_ms=3600000
        ask      A1 food cell=0,0 needed=2h
        offer    O1 food cell=0,1
        tick     2s         -> proposed A1 O1
        accept   A1 O1      -> accepted A1 O1
        escalate A1         -> escalated A1
        tick     2h         -> nothing
        tick     61m        -> unconfirmed A1 O1, ended A1 expired
    """)
