"""Cutting under arbitrary inbound topics: every record in one place, once, in order, within bounds."""

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskWithdrawn
from schemas.codes import Verb
from schemas.events import AnyEvent
from schemas.journal import BLOCK_EVENTS_MAX, Block
from schemas.members import MemberChanged
from schemas.offers import OfferPaused
from schemas.operations import AskHeld
from services.intake.blocks import BLOCK_BYTES_MAX, Reading, cut, encode, settled
from services.intake.inbound import INBOUND_ORDER
from services.runtime.log.records import Record
from tests.unit.intake.samples import record

SAID: dict[str, AnyEvent] = {
    "operations": AskHeld(community="north", operator="c1", ask="a1"),
    "members": MemberChanged(community="north", member="m1", blocked=tuple(f"{'b' * 74}{n:04}" for n in range(999))),
    "asks": AskWithdrawn(community="north", ask="a1"),
    "offers": OfferPaused(community="north", offer="o1"),
    "acknowledgements": Acknowledged(community="north", match="x1", member="m1", verb=Verb.accept),
}


@st.composite
def topics(draw: st.DrawFn) -> dict[str, list[Record]]:
    """Each inbound topic from some offset on: stamps never go back, some records are rubbish."""
    found = {}
    for topic in INBOUND_ORDER:
        start = draw(st.integers(0, 5))
        steps = draw(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=draw(st.sampled_from([0, 3, 30]))))
        stamp_ms, records = 1_000, []
        for offset, (step, good) in enumerate(steps, start):
            stamp_ms += step
            one = record(SAID[topic], offset, stamp_ms)
            records.append(one if good else replace(one, value=b'{"type": "?"}'))
        found[topic] = records
    return found


def before(inbound: dict[str, list[Record]]) -> dict[str, int]:
    return {topic: records[0].offset - 1 for topic, records in inbound.items() if records and records[0].offset}


@given(inbound=topics(), caught_up=st.booleans(), seed=st.randoms(use_true_random=False))
def test_every_record_is_in_one_block_or_one_reject(
    inbound: dict[str, list[Record]], caught_up: bool, seed: Random
) -> None:
    everything = [one for records in inbound.values() for one in records]
    shuffled = seed.sample(everything, len(everything))

    done = cut(shuffled, caught_up=caught_up, taken=before(inbound))

    events = [event.id for block in done.blocks for event in block.events]
    rejects = [f"{reject.record.topic}-{reject.record.offset}" for reject in done.rejects]
    assert Counter(events + rejects) == Counter(f"{one.topic}-{one.offset}" for one in everything)
    assert done == cut(everything, caught_up=caught_up, taken=before(inbound))


@given(inbound=topics(), caught_up=st.booleans())
def test_blocks_keep_the_order_the_bounds_and_the_count(inbound: dict[str, list[Record]], caught_up: bool) -> None:
    done = cut([one for records in inbound.values() for one in records], caught_up=caught_up, taken=before(inbound))

    receipts = [event.received_ms for block in done.blocks for event in block.events]
    assert receipts == sorted(receipts)
    for topic in INBOUND_ORDER:
        offsets = [int(event.id.split("-")[1]) for block in done.blocks for event in block.events if topic in event.id]
        assert offsets == sorted(offsets)
    for block in done.blocks:
        assert len(block.events) <= BLOCK_EVENTS_MAX
        assert len(encode(block)) <= BLOCK_BYTES_MAX
    assert done.written == tuple(encode(block) for block in done.blocks)
    assert [block.caught_up for block in done.blocks] == [False] * (len(done.blocks) - 1) + [caught_up] * bool(
        done.blocks
    )
    if done.blocks:
        assert done.blocks[-1].inbound == before(inbound) | {
            topic: records[-1].offset for topic, records in inbound.items() if records
        }


@given(inbound=topics(), sizes=st.lists(st.integers(1, 7), min_size=1, max_size=60))
def test_many_bounded_reads_give_the_events_of_one_long_read(
    inbound: dict[str, list[Record]], sizes: list[int]
) -> None:
    taken = before(inbound)
    whole = cut([one for records in inbound.values() for one in records], caught_up=True, taken=taken)
    blocks: list[Block] = []
    sizes = sizes * 200
    while any(records and taken.get(topic, -1) < records[-1].offset for topic, records in inbound.items()):
        most = sizes.pop()
        readings = []
        for topic in INBOUND_ORDER:
            waiting = [one for one in inbound[topic] if one.offset > taken.get(topic, -1)]
            readings.append(Reading(waiting[:most], drained=len(waiting) <= most))
        ready = settled(readings)
        assert ready, "something waits, so something can be taken"
        blocks += cut(ready, caught_up=all(one.drained for one in readings), taken=taken).blocks
        taken = blocks[-1].inbound

    assert [event for block in blocks for event in block.events] == [
        event for block in whole.blocks for event in block.events
    ]
    assert [block.caught_up for block in blocks] == [False] * (len(blocks) - 1) + [True] * bool(blocks)
