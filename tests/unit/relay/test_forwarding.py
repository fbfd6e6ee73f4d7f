"""What the relay passes on, as a fold of decisions: each once, answered or sent back, whatever was read first."""

from itertools import permutations
from typing import Any

from schemas.facts import AnyFact, EventQuarantined
from services.relay.forwarding import Forwarding, event_id
from tests.unit.relay.decided import (
    CAUSE,
    HERE,
    START_MS,
    THERE,
    block,
    came_back,
    known,
    referred,
    taken_in,
    turned_away,
)

EVENT = event_id("refer", HERE, CAUSE)
BACK = event_id("return", THERE, EVENT)


def outgoing(state: Forwarding) -> list[dict[str, Any]]:
    return [dict(event.document) for event in state.outgoing()]


def after(*blocks: tuple[int, Any]) -> Forwarding:
    """The fold of facts, each in a block of its own partition."""
    state = Forwarding()
    for number, (partition, fact) in enumerate(blocks):
        state.take(partition, block(number, fact))
    return state


def test_a_referred_ask_is_opened_at_the_neighbours_with_its_root_and_the_way_it_came() -> None:
    (event,) = outgoing(after((0, known()), (0, referred())))

    assert event["id"] == EVENT
    data = event["data"]
    assert (data["type"], data["community"], data["ask"]) == ("ask.opened", THERE, EVENT)
    assert (data["root"], data["path"], data["quantity"]) == ("ask-1", [HERE], 2)
    assert data["list_until_ms"] == START_MS + 3_600_000
    assert set(data["place"]) == {"lat", "lon"}


def test_once_the_neighbour_took_it_nothing_is_on_its_way() -> None:
    assert outgoing(after((0, known()), (0, referred()), (1, taken_in(EVENT)))) == []


def test_what_the_neighbour_refuses_goes_back_and_is_done_once_it_is_open_again() -> None:
    state = after((0, known()), (0, referred()), (1, turned_away(EVENT)))

    assert outgoing(state) == [
        {
            "id": BACK,
            "data": {
                "type": "ask.returned",
                "community": HERE,
                "ask": "ask-1",
                "from_community": THERE,
                "reason": "unknown_need",
            },
        }
    ]
    state.take(0, block(9, came_back(BACK)))
    assert outgoing(state) == []


def test_a_duplicate_says_nothing_about_the_first_one() -> None:
    state = after((0, known()), (0, referred()), (1, turned_away(EVENT, "duplicate")))

    assert [event["id"] for event in outgoing(state)] == [EVENT]


def test_an_event_of_the_relay_that_is_stepped_over_goes_back() -> None:
    fact = EventQuarantined(
        community=THERE, cause=f"relay/{EVENT}", place="1/2/3", operator="op-1", reason="engine-stopped", at_ms=START_MS
    )

    (event,) = outgoing(after((0, known()), (0, referred()), (1, fact)))

    assert event["data"]["reason"] == "stepped_over"


def test_what_the_door_refuses_goes_back_and_what_it_refuses_on_its_way_back_is_given_up() -> None:
    state = after((0, known()), (0, referred()))

    state.refused_at_the_door(EVENT, "unknown_community")
    (event,) = outgoing(state)
    assert (event["id"], event["data"]["reason"]) == (BACK, "unknown_community")

    state.refused_at_the_door(BACK, "invalid")
    assert outgoing(state) == []


def test_an_ask_that_is_referred_a_second_time_is_another_event() -> None:
    state = after((0, known()), (0, referred()), (1, taken_in(EVENT)), (0, referred("cli/refer-2")))

    assert [event["id"] for event in outgoing(state)] == [event_id("refer", HERE, "cli/refer-2")]


def test_in_whatever_order_partitions_are_read_the_same_is_on_its_way() -> None:
    partitions: dict[int, list[AnyFact]] = {0: [known(), referred(), came_back(BACK)], 1: [turned_away(EVENT)]}
    for order in permutations(partitions):
        state, early = Forwarding(), dict[str, str | None]()
        for partition in order:
            for source, fact in enumerate(partitions[partition]):
                state.take(partition, block(source, fact), early)
        assert outgoing(state) == []
        assert state.next_source == {0: 3, 1: 1}
