"""The relay at its log: sent once in a run, remembered in a file that may be lost, and never stopped by the door."""

import json
from pathlib import Path

import pytest

from schemas.decisions import DecisionBlock
from schemas.topics import DECISIONS, TOPICS
from services.relay import Relay, RelayUnwritableError
from services.relay.agent import REMEMBER_AFTER
from services.relay.forwarding import event_id
from services.runtime.log import MemoryLog, NewRecord, VirtualClock
from tests.unit.relay.decided import CAUSE, HERE, START_MS, THERE, block, known, referred, taken_in, turned_away

EVENT = event_id("refer", HERE, CAUSE)


class Door:
    """Lets everything in, or refuses for one reason."""

    def __init__(self, refuses: str | None = None) -> None:
        self.refuses = refuses
        self.came: list[str] = []

    def __call__(self, raw: bytes, origin: str) -> str | None:
        document = json.loads(raw)
        assert origin == f"relay, {document['id']}"
        self.came.append(f"{document['data']['type']} {document['data']['community']}")
        return self.refuses if document["data"]["type"] == "ask.opened" else None


class World:
    """A log with decisions, a file, and relays that come and go."""

    def __init__(self, path: Path) -> None:
        self.path = path / "relay.json"
        self.log = MemoryLog(TOPICS, VirtualClock(START_MS))

    def decides(self, partition: int, *blocks: DecisionBlock) -> tuple[DecisionBlock, ...]:
        records = [NewRecord(one.model_dump_json().encode()) for one in blocks]
        self.log.append(DECISIONS.name, partition, records)
        return blocks

    def relay(self, door: Door) -> Relay:
        return Relay(self.log, self.path, door)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_what_was_decided_is_sent_once_and_remembered(world: World) -> None:
    door = Door()
    relay = world.relay(door)
    relay.follow(0, world.decides(0, block(0, known()), block(1, referred())))
    relay.send()
    relay.send()

    assert door.came == [f"ask.opened {THERE}"]
    assert relay.on_its_way() == 1
    relay.follow(1, world.decides(1, block(0, taken_in(EVENT))))
    relay.send()
    assert relay.on_its_way() == 0
    assert world.relay(door).on_its_way() == 0


@pytest.mark.parametrize("lost", [True, False])
def test_after_a_start_what_is_unanswered_is_sent_once_more_also_when_the_file_was_lost(
    lost: bool, world: World
) -> None:
    relay = world.relay(Door())
    relay.follow(0, world.decides(0, block(0, known()), block(1, referred())))
    relay.send()
    if lost:
        world.path.unlink()

    door = Door()
    world.relay(door).send()

    assert door.came == [f"ask.opened {THERE}"]


@pytest.mark.parametrize("first", [0, 1])
def test_what_was_decided_while_nobody_listened_is_read_whatever_partition_comes_first(
    first: int, world: World
) -> None:
    world.decides(first, block(0, known()), block(1, referred()))
    world.decides(1 - first, block(0, turned_away(EVENT)))
    door = Door()

    world.relay(door).send()

    assert door.came == [f"ask.returned {HERE}"]


def test_a_neighbour_the_door_does_not_know_sends_the_ask_back_at_once(world: World) -> None:
    door = Door(refuses="unknown_community")
    relay = world.relay(door)
    relay.follow(0, world.decides(0, block(0, known()), block(1, referred())))
    relay.send()

    assert door.came == [f"ask.opened {THERE}", f"ask.returned {HERE}"]


def test_a_door_that_is_busy_is_asked_again(world: World) -> None:
    door = Door(refuses="source_limited")
    relay = world.relay(door)
    relay.follow(0, world.decides(0, block(0, known()), block(1, referred())))
    relay.send()
    door.refuses = None
    relay.send()
    relay.send()

    assert door.came == [f"ask.opened {THERE}"] * 2


def test_blocks_that_were_not_heard_of_are_read_from_the_log(world: World) -> None:
    door = Door()
    relay = world.relay(door)
    *_, last = world.decides(0, block(0, known()), block(1, referred()), block(2))
    relay.follow(0, [last])
    relay.send()

    assert door.came == [f"ask.opened {THERE}"]


def test_a_file_of_another_log_is_not_believed(world: World, tmp_path: Path) -> None:
    relay = world.relay(Door())
    relay.follow(0, world.decides(0, block(0, known()), block(1, referred())))
    relay.send()
    other = World(tmp_path)

    assert other.relay(Door()).on_its_way() == 0


def test_a_file_that_cannot_be_read_is_made_anew(world: World) -> None:
    world.decides(0, block(0, known()), block(1, referred()))
    world.path.write_text("{")

    assert world.relay(Door()).on_its_way() == 1


def test_of_blocks_that_do_not_matter_the_file_is_told_now_and_then(world: World) -> None:
    relay = world.relay(Door())
    relay.follow(0, world.decides(0, *(block(source) for source in range(REMEMBER_AFTER - 1))))
    relay.send()
    assert not world.path.exists()

    relay.follow(0, world.decides(0, block(REMEMBER_AFTER - 1)))
    relay.send()
    assert json.loads(world.path.read_text())["next_source"] == {"0": REMEMBER_AFTER}


def test_a_disk_that_refuses_is_said_and_asked_again(world: World) -> None:
    relay = world.relay(Door())
    relay.follow(0, world.decides(0, block(0, known())))
    fresh = world.path.with_name("relay.json.fresh")
    fresh.mkdir()

    with pytest.raises(RelayUnwritableError, match="it is tried again"):
        relay.send()

    fresh.rmdir()
    relay.send()
    assert world.path.exists()
