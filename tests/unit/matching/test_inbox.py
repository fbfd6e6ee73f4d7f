"""What was handed out of a partition and not taken yet: bounded, and nothing is forgotten for want of room."""

import asyncio

from services.matching.partitions.inbox import Inbox
from services.runtime.log import Record


def record(offset: int, value: bytes = b"x") -> Record:
    return Record("journal", 0, offset, 0, None, value, ())


def test_an_inbox_keeps_what_it_has_room_for_and_knows_of_all() -> None:
    inbox = Inbox(records_max=3, bytes_max=1_000)
    for offset in range(5):
        inbox.put(record(offset))

    assert inbox.is_full
    assert inbox.end == 5
    assert [inbox.take(offset) is not None for offset in (1, 2, 3)] == [True, True, False]
    assert inbox.has_room
    assert inbox.take(4) is None


def test_it_is_full_by_bytes_as_well() -> None:
    inbox = Inbox(records_max=100, bytes_max=10)
    inbox.put(record(0, b"0123456789"))
    inbox.put(record(1))

    assert inbox.is_full
    assert inbox.take(0) == record(0, b"0123456789")
    assert inbox.take(1) is None
    assert inbox.end == 2


def test_whoever_waits_for_a_record_is_woken_when_it_is_known_to_be_there() -> None:
    async def waited() -> int:
        inbox = Inbox()
        waiting = asyncio.create_task(inbox.grows_beyond(2))
        inbox.reaches(2)
        await asyncio.wait({waiting}, timeout=0.01)
        assert not waiting.done()
        inbox.put(record(2))
        await asyncio.wait_for(waiting, 10)
        return inbox.end

    assert asyncio.run(waited()) == 3


def test_nobody_waits_for_the_journal_of_a_partition_that_is_given_up() -> None:
    async def given_up() -> int:
        inbox = Inbox()
        waiting = asyncio.create_task(inbox.grows_beyond(0))
        await asyncio.wait({waiting}, timeout=0.01)
        inbox.give_up()
        await waiting
        await inbox.grows_beyond(0)
        return inbox.end

    assert asyncio.run(given_up()) == 0


def test_whoever_hands_out_is_held_back_once_it_is_full_and_let_go_once_half_of_it_is_free() -> None:
    told = list[bool]()
    inbox = Inbox(told.append, records_max=4)
    for offset in range(6):
        inbox.put(record(offset))
    assert told == [False]

    inbox.take(0)
    assert told == [False]
    inbox.take(1)
    assert told == [False, True]


def test_what_was_decided_already_takes_no_room() -> None:
    told = list[bool]()
    inbox = Inbox(told.append, records_max=2)
    assert inbox.take(7) is None
    for offset in range(9):
        inbox.put(record(offset))

    assert inbox.heard == 9
    assert told == [False]
    assert [inbox.take(offset) for offset in (7, 8)] == [record(7), record(8)]
