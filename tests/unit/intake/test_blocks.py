from dataclasses import replace
from typing import Any

import orjson
import pytest

from schemas.acknowledgements import Acknowledged
from schemas.codes import Urgency, Verb
from schemas.journal import BLOCK_EVENTS_MAX, JOURNAL_BODY, Block, Tick
from schemas.members import MemberChanged
from schemas.offers import OfferPaused
from schemas.operations import AskHeld
from schemas.partitions import partition_of
from services.intake.blocks import BLOCK_BYTES_MAX, FRAME_BYTES_MAX, Reading, cut, encode, settled
from services.intake.inbound import INBOUND_ORDER, read_event
from services.intake.refusals import Rejected, Why
from tests.unit.intake.samples import record

OFFER = OfferPaused(community="north", offer="o1")
ANSWER = Acknowledged(community="north", match="x1", member="m1", verb=Verb.accept)
HELD = AskHeld(community="north", operator="c1", ask="a1")
CHANGED = MemberChanged(community="north", member="m1", vetting=None)


def ids(blocks: tuple[Block, ...]) -> list[list[str]]:
    return [[event.id for event in block.events] for block in blocks]


class TestOrder:
    def test_earlier_stamps_come_first_and_of_one_stamp_what_others_speak_of(self) -> None:
        inbound = [record(ANSWER, 0, 5), record(OFFER, 0, 5), record(CHANGED, 0, 5), record(HELD, 0, 5)]
        inbound += [record(ANSWER, 1, 6), record(OFFER, 1, 6)]

        done = cut(inbound, caught_up=True, taken={})

        assert INBOUND_ORDER == ("operations", "members", "asks", "offers", "acknowledgements")
        assert ids(done.blocks) == [
            ["operations-0", "members-0", "offers-0", "acknowledgements-0", "offers-1", "acknowledgements-1"]
        ]

    def test_a_record_waits_while_an_earlier_one_may_still_be_unread(self) -> None:
        offers = Reading([record(OFFER, 0, 5), record(OFFER, 1, 7)], drained=False)
        answers = Reading([record(ANSWER, 0, 6), record(ANSWER, 1, 7), record(ANSWER, 2, 8)], drained=True)

        ready = settled([answers, offers])

        assert [(one.topic, one.offset) for one in ready] == [("offers", 0), ("acknowledgements", 0), ("offers", 1)]

    def test_where_all_is_drained_nothing_waits(self) -> None:
        answers = Reading([record(ANSWER, 0, 6)], drained=True)

        assert settled([answers, Reading([], drained=True)]) == list(answers.records)

    def test_the_least_of_several_open_ends_counts(self) -> None:
        offers = Reading([record(OFFER, 0, 5)], drained=False)
        answers = Reading([record(ANSWER, 0, 3), record(ANSWER, 1, 4)], drained=False)

        assert [one.stamp_ms for one in settled([offers, answers])] == [3, 4]


class TestBlocks:
    def test_the_stamp_is_copied_as_the_receipt(self) -> None:
        (block,) = cut([record(OFFER, 0, 1_234, "e7", "partner")], caught_up=False, taken={}).blocks

        (event,) = block.events
        assert (event.source, event.id, event.received_ms, event.data) == ("partner", "e7", 1_234, OFFER)

    def test_nothing_in_nothing_out(self) -> None:
        assert cut([], caught_up=True, taken={"asks": 3}).blocks == ()

    def test_only_the_last_block_is_caught_up_and_each_says_how_far_it_went(self) -> None:
        inbound = [record(OFFER, offset, offset) for offset in range(BLOCK_EVENTS_MAX + 1)]

        first, last = cut(inbound, caught_up=True, taken={"asks": 3}).blocks

        assert (len(first.events), len(last.events)) == (BLOCK_EVENTS_MAX, 1)
        assert (first.caught_up, last.caught_up) == (False, True)
        assert first.inbound == {"asks": 3, "offers": BLOCK_EVENTS_MAX - 1}
        assert last.inbound == {"asks": 3, "offers": BLOCK_EVENTS_MAX}

    def test_a_backlog_is_nowhere_caught_up(self) -> None:
        (block,) = cut([record(OFFER, 4)], caught_up=False, taken={"offers": 3}).blocks

        assert not block.caught_up

    def test_blocks_are_bounded_in_bytes_as_they_lie_in_the_log(self) -> None:
        heavy = MemberChanged(community="north", member="m1", blocked=tuple(f"m{'x' * 70}{n}" for n in range(1_000)))
        inbound = [record(heavy, offset, 2**43) for offset in range(40)]

        blocks = cut(inbound, caught_up=True, taken={}).blocks

        sizes = [len(encode(block)) for block in blocks]
        assert len(blocks) > 3
        assert max(sizes) <= BLOCK_BYTES_MAX
        assert min(sizes[:-1]) > BLOCK_BYTES_MAX - FRAME_BYTES_MAX - 100_000  # filled as far as one more would not fit

    def test_a_body_reads_back_as_it_was(self) -> None:
        (block,) = cut([record(OFFER, 0, 5), record(ANSWER, 0, 6)], caught_up=True, taken={}).blocks

        assert JOURNAL_BODY.validate_json(encode(block)) == block
        assert JOURNAL_BODY.validate_json(encode(Tick(inbound={"asks": 1}))) == Tick(inbound={"asks": 1})

    def test_a_record_that_was_taken_before_is_a_bug_of_the_caller(self) -> None:
        with pytest.raises(AssertionError, match="rise"):
            cut([record(OFFER, 3)], caught_up=True, taken={"offers": 3})


class TestReading:
    def test_fields_and_words_of_a_newer_version_are_read_as_far_as_possible(self) -> None:
        value = orjson.dumps(
            {"type": "ask.changed", "community": "north", "ask": "a1", "urgency": "frantic", "colour": "blue"}
        )
        newer = replace(record(OFFER, 0), topic="asks", value=value)

        event = read_event(replace(newer, headers=tuple(h for h in newer.headers if h[0] != "ce_type")))

        assert not isinstance(event, Rejected)
        assert event.data.type == "ask.changed"
        assert event.data.urgency is Urgency.unknown

    @pytest.mark.parametrize(
        ("changed", "why", "told"),
        [
            ({"value": None}, Why.unreadable, "its writer has to correct it"),
            ({"value": b"\xff"}, Why.unreadable, "its writer has to correct it"),
            ({"value": b"{}"}, Why.unreadable, "its writer has to correct it"),
            ({"value": b'{"type": "Ana"}'}, Why.unreadable, "$ does not fit the published schema"),
            ({"value": b'{"type": "offer.paused", "community": "north"}'}, Why.unreadable, "$.offer is missing"),
            ({"headers": ()}, Why.unreadable, "header ce_source or ce_id"),
            ({"headers": (("ce_source", b"s"), ("ce_id", b"\xff"))}, Why.unreadable, "header ce_source or ce_id"),
            (
                {"headers": (("ce_source", b"s"), ("ce_id", b"e"), ("ce_type", b"commonweal.offer.paused.v2"))},
                Why.unknown_version,
                "a version above 1",
            ),
            ({"topic": "operations"}, Why.wrong_topic, "`offer.paused` travels on topic offers"),
            (
                {"partition": (partition_of("north") + 1) % 64},
                Why.wrong_partition,
                f"partition {partition_of('north')};",
            ),
        ],
    )
    def test_what_is_no_event_is_refused(self, changed: dict[str, Any], why: Why, told: str) -> None:
        answer = read_event(replace(record(OFFER, 0), **changed))

        assert isinstance(answer, Rejected)
        assert answer.reason == why
        assert told in answer.detail

    def test_a_reject_stands_beside_the_blocks_and_is_taken_all_the_same(self) -> None:
        bad = replace(record(OFFER, 0), value=b"{}")

        done = cut([bad, record(OFFER, 1)], caught_up=True, taken={})

        assert ids(done.blocks) == [["offers-1"]]
        assert [reject.record for reject in done.rejects] == [bad]

    def test_rejects_alone_leave_an_empty_block_so_that_they_are_not_read_again(self) -> None:
        done = cut([replace(record(OFFER, 0), value=b"{}")], caught_up=True, taken={})

        assert done.blocks == (Block(events=(), caught_up=True, inbound={"offers": 0}),)
