"""Asks that go from one community to the next in one process: opened there, sent back, and once, whatever is killed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from schemas.asks import AskOpened
from schemas.events import AnyEvent
from schemas.model import Place
from schemas.operations import AskReferred, CommunityDefined
from schemas.partitions import partition_of
from schemas.topics import ASKS
from services.board import BoardReader, coordinator_queue
from services.embedded import Embedded
from services.matching.state import CommunityState
from services.runtime.log import VirtualClock, scan
from tests.unit.embedded.riverside import MINUTE_MS, START_MS, TOOLS, raw

CHAIN = ("riverside", "hillside", "harbour", "island")
ORIGINS_UDEG = {"riverside": 13_400_000, "hillside": 13_410_000, "harbour": 13_420_000, "island": 13_430_000}
DEGREE_M = 67_700
"""Of longitude at this latitude, about."""


def towns(names: Sequence[str] = CHAIN) -> list[AnyEvent]:
    """Communities in a row, each with the next one and the one before as its neighbours, and an unknown one."""
    found: list[AnyEvent] = []
    for number, name in enumerate(names):
        neighbours = (*CHAIN[max(number - 1, 0) : number], *CHAIN[number + 1 : number + 2], "nowhere")
        found.append(
            CommunityDefined(
                community=name,
                origin_lat_udeg=52_500_000,
                origin_lon_udeg=ORIGINS_UDEG[name],
                cell_m=10,
                neighbours=neighbours,
            )
        )
    return found


def ask(need: str = TOOLS, minutes: int = 60) -> AskOpened:
    return AskOpened(
        community="riverside",
        ask="ask-1",
        member="asker-1",
        need=need,
        place=Place(x_m=1_000, y_m=500),
        quantity=3,
        list_until_ms=START_MS + minutes * MINUTE_MS,
    )


def refer(community: str, name: str, to: str) -> AskReferred:
    return AskReferred(community=community, operator="op-1", ask=name, to_community=to)


def silent(_: str) -> None:
    """Nobody is told of steps."""


class World:
    """A data folder, its clock, and events with ids of their own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = VirtualClock(START_MS)
        self.number = 0

    def opened(self, after_step: Callable[[str], None] = silent) -> Embedded:
        return Embedded.open(self.path, self.clock, clock_kind="virtual", after_step=after_step)

    def say(self, embedded: Embedded, *said: AnyEvent) -> None:
        for event in said:
            self.number += 1
            embedded.submit([raw(event, f"e{self.number}")])
        embedded.settle()
        assert embedded.troubles == {}


def state(embedded: Embedded, community: str) -> CommunityState:
    return embedded.matching.at_end(partition_of(community)).state.communities[community]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "city")


def test_a_referred_ask_is_opened_on_the_neighbours_plane(world: World) -> None:
    with world.opened() as embedded:
        world.say(embedded, *towns(), ask(), refer("riverside", "ask-1", "hillside"))

        (there,) = state(embedded, "hillside").asks.values()
        assert (there.spec.root, there.spec.path, there.spec.quantity) == ("ask-1", ("riverside",), 3)
        assert there.spec.deadline_ms == START_MS + 60 * MINUTE_MS
        assert there.spec.place is not None
        assert abs(there.spec.place.x_m - (1_000 - DEGREE_M // 100)) < 30
        assert abs(there.spec.place.y_m - 500) <= 10


def test_after_two_hops_nobody_refers_it_further_and_nobody_back(world: World) -> None:
    with world.opened() as embedded:
        world.say(embedded, *towns(), ask(), refer("riverside", "ask-1", "hillside"))
        (second,) = state(embedded, "hillside").asks
        world.say(embedded, refer("hillside", second, "riverside"))
        assert state(embedded, "hillside").asks[second].ended is None

        world.say(embedded, refer("hillside", second, "harbour"))
        (third,) = state(embedded, "harbour").asks.values()
        assert (third.spec.root, third.spec.path) == ("ask-1", ("riverside", "hillside"))

        world.say(embedded, refer("harbour", third.spec.ask, "island"))
        assert third.ended is None or state(embedded, "harbour").asks[third.spec.ask].ended is None
        assert state(embedded, "island").asks == {}


def test_a_neighbour_nobody_defined_sends_the_ask_back_to_a_coordinator(world: World) -> None:
    with world.opened() as embedded:
        world.say(embedded, *towns(), ask(), refer("riverside", "ask-1", "nowhere"))

        back = state(embedded, "riverside").asks["ask-1"]
        assert (back.ended, back.escalated) == (None, True)
        with BoardReader(embedded.folder.board) as board:
            assert [item.ask for item in coordinator_queue(board).rows] == ["ask-1"]


def test_a_dead_end_at_the_last_hop_comes_to_that_communitys_coordinator(world: World) -> None:
    with world.opened() as embedded:
        world.say(embedded, *towns(CHAIN[:2]), ask(), refer("riverside", "ask-1", "hillside"))
        (second,) = state(embedded, "hillside").asks
        world.say(embedded, refer("hillside", second, "harbour"))

        back = state(embedded, "hillside").asks[second]
        assert (back.ended, back.escalated) == (None, True)
        assert state(embedded, "riverside").asks["ask-1"].ended is not None


@pytest.mark.parametrize("step", ["cut", "decide", "append decisions", "board", "relay", "snapshot"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_killed_after_any_step_the_ask_arrives_once(step: str, times: int, world: World) -> None:
    with world.opened() as embedded:
        world.say(embedded, *towns(), ask())
    with pytest.raises(KeyboardInterrupt):
        refers_until_killed(world, killed_after(step, times))

    with world.opened() as embedded:
        embedded.settle()
        (there,) = state(embedded, "hillside").asks.values()
        sent = list(scan(embedded.log, ASKS.name, partition_of("hillside")))
        assert len(sent) in (1, 2)
        assert there.spec.path == ("riverside",)
        assert embedded.troubles == {}


def refers_until_killed(world: World, killed: Callable[[str], None]) -> None:
    with world.opened(killed) as embedded:
        world.say(embedded, refer("riverside", "ask-1", "hillside"))
        world.say(embedded, *towns())  # where it was not killed by then
        world.say(embedded, *towns())


def killed_after(step: str, times: int) -> Callable[[str], None]:
    """Stops everything at once, as a signal does, after a step was done so often."""
    left = [times]

    def hear(done: str) -> None:
        if done == step:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt

    return hear


def test_when_the_file_is_lost_nothing_is_opened_twice(world: World) -> None:
    with world.opened() as embedded:
        world.say(embedded, *towns(), ask(), refer("riverside", "ask-1", "hillside"))
        embedded.folder.relay.unlink()
    with world.opened() as embedded:
        embedded.settle()
        assert len(state(embedded, "hillside").asks) == 1
        assert len(list(scan(embedded.log, ASKS.name, partition_of("hillside")))) == 1
