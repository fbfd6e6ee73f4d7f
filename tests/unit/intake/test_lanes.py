from dataclasses import replace

import pytest

from schemas.acknowledgements import Acknowledged
from schemas.codes import Verb
from schemas.offers import OfferPaused
from services.intake.inbound import INBOUND_ORDER, read_event
from services.intake.lanes import Lane, LaneLimits, Ready
from services.runtime.log.records import Record
from tests.unit.intake.samples import record

OFFER = OfferPaused(community="north", offer="o1")
ANSWER = Acknowledged(community="north", match="x1", member="m1", verb=Verb.accept)
ALL = frozenset(INBOUND_ORDER)
LIMITS = LaneLimits(linger_s=0.05, order_wait_s=1, cut_records_max=3, waiting_records_max=5, waiting_bytes_max=1_000)


def lane(**offsets: int) -> Lane:
    return Lane(7, dict.fromkeys(INBOUND_ORDER, 0) | offsets, now_s=100.0, limits=LIMITS)


def answers(*offsets: int, stamp_ms: int = 1_000) -> list[Record]:
    return [record(ANSWER, offset, stamp_ms) for offset in offsets]


def cut(one: Lane, now_s: float = 100.0, drained: frozenset[str] = ALL, *, caught_up: bool = True) -> Ready | None:
    return one.cut(now_s, drained=drained, caught_up=caught_up, read=read_event)


def ids(ready: Ready | None) -> list[str]:
    assert ready is not None
    return [event.id for block in ready.cut.blocks for event in block.events]


def test_what_came_waits_a_little_for_others_to_share_its_block() -> None:
    one = lane()
    assert one.due_s is None

    one.add("acknowledgements", answers(0), now_s=100.0)
    one.add("acknowledgements", answers(1), now_s=100.03)

    assert one.due_s == pytest.approx(100.05)


def test_a_full_cut_is_due_at_once() -> None:
    one = lane()
    one.add("acknowledgements", answers(0, 1, 2), now_s=100.0)

    assert one.due_s == 100.0


def test_a_cut_takes_so_many_and_what_it_leaves_is_due_at_once() -> None:
    one = lane()
    one.add("acknowledgements", answers(*range(5)), now_s=100.0)

    first = cut(one, 100.0)
    assert (ids(first), one.due_s) == ([f"acknowledgements-{number}" for number in (0, 1, 2)], 100.0)
    assert first is not None
    assert not first.cut.blocks[-1].caught_up, "two were left"
    second = cut(one, 100.1)
    assert (ids(second), one.due_s) == ([f"acknowledgements-{number}" for number in (3, 4)], None)
    assert second is not None
    assert second.cut.blocks[-1].caught_up
    assert second.cut.blocks[-1].inbound == {"acknowledgements": 4}


def test_it_is_caught_up_only_where_that_was_heard_lately() -> None:
    one = lane()
    one.add("acknowledgements", answers(0), now_s=100.0)

    ready = cut(one, caught_up=False)

    assert ready is not None
    assert not ready.cut.blocks[-1].caught_up


def test_records_wait_for_earlier_ones_of_a_topic_that_is_behind_but_not_for_ever() -> None:
    one = lane()
    one.add("acknowledgements", answers(0), now_s=100.0)

    assert cut(one, 100.9, drained=ALL - {"asks"}) is None
    assert one.due_s == pytest.approx(100.95), "asked again after a while, not at once"
    ready = cut(one, 101.0, drained=ALL - {"asks"})

    assert ids(ready) == ["acknowledgements-0"]
    assert ready is not None
    assert not ready.cut.blocks[-1].caught_up, "asks may hold earlier ones"


def test_an_earlier_record_of_another_topic_goes_first() -> None:
    one = lane()
    one.add("acknowledgements", answers(0, stamp_ms=1_005), now_s=100.0)
    one.add("offers", [record(OFFER, 0, 1_004)], now_s=100.01)

    assert ids(cut(one, 100.1)) == ["offers-0", "acknowledgements-0"]


def test_stamps_of_a_topic_never_go_back_even_where_a_broker_s_clock_did() -> None:
    one = lane()
    one.add("acknowledgements", [record(ANSWER, 0, 1_500), record(ANSWER, 1, 900), record(ANSWER, 2, 1_600)], 100.0)

    ready = cut(one, 100.1)

    assert ready is not None
    assert [event.received_ms for block in ready.cut.blocks for event in block.events] == [1_500, 1_500, 1_600]


def test_a_gap_in_offsets_is_gone_over() -> None:
    one = lane(acknowledgements=3)
    one.add("acknowledgements", answers(3, 9), now_s=100.0)

    assert ids(cut(one, 100.1)) == ["acknowledgements-3", "acknowledgements-9"]
    assert one.next_offset("acknowledgements") == 10


def test_only_what_is_finished_is_done_and_a_rewind_goes_back_there() -> None:
    one = lane()
    one.add("acknowledgements", answers(0, 1, 2, 3), now_s=100.0)
    first = cut(one, 100.0)
    assert first is not None
    one.finish(first.last)
    assert cut(one, 100.1) is not None
    one.add("acknowledgements", answers(4), now_s=100.2)

    assert one.done["acknowledgements"] == 3
    assert one.rewind()["acknowledgements"] == 3
    assert (one.due_s, one.taken) == (None, {"acknowledgements": 2})
    one.add("acknowledgements", answers(3, 4), now_s=100.3)
    assert ids(cut(one, 101.0)) == ["acknowledgements-3", "acknowledgements-4"]


def test_a_topic_is_full_by_count_and_by_bytes_and_has_room_again_after_a_cut() -> None:
    one = lane()
    one.add("acknowledgements", answers(*range(5)), now_s=100.0)
    assert one.is_full("acknowledgements")
    assert not one.is_full("asks")
    cut(one, 100.0)
    assert not one.is_full("acknowledgements")

    one.add("offers", [replace(record(OFFER, 0), value=b" " * 1_000)], now_s=100.0)
    assert one.is_full("offers")


def test_going_on_elsewhere_forgets_what_waited_of_that_topic() -> None:
    one = lane()
    one.add("acknowledgements", answers(0), now_s=100.0)

    one.skip_to("acknowledgements", 50)

    assert (one.done["acknowledgements"], one.next_offset("acknowledgements")) == (50, 50)
    assert cut(one, 100.1) is None
    assert one.due_s is None
