"""State frozen and thawed: equal in everything, in order, in chunks within bounds."""

from collections.abc import Sequence
from dataclasses import make_dataclass, replace
from types import GenericAlias
from typing import Any

import orjson
import pytest
from hypothesis import given

from schemas.codes import EndedHow, Vetting
from schemas.events import Received
from schemas.journal import JournalRecord
from schemas.members import MemberFields
from schemas.model import Place
from schemas.operations import AskHeld, CommunityDefined
from schemas.policy import Policy
from services.matching import Engine, frozen
from services.matching.frozen import CHUNK_BYTES_MAX, CODEC, ROWS_PER_CHUNK, ThawError, codec_of, freeze, hashed, thaw
from services.matching.ids import FEW, ids_of
from services.matching.state import (
    Arrival,
    AskState,
    Clock,
    CommunityState,
    MemberState,
    OfferState,
    PartitionState,
    Waiting,
)
from tests.property.journals import TAXONOMY, journals
from tests.unit.matching.pairs import ASK, OFFER

TOWN, VILLAGE = "town", "village"


def state_of(*communities: CommunityState) -> PartitionState:
    return PartitionState(7, "c" * 64, Clock(1, 2, 3, is_held=True), {one.community: one for one in communities})


def town(**known: Any) -> CommunityState:
    return CommunityState(TOWN, CommunityDefined(community=TOWN), **known)


@given(journals())
def test_a_state_is_thawed_as_it_was_frozen_wherever_a_journal_stops(journal: Sequence[JournalRecord]) -> None:
    engine = Engine(TAXONOMY)
    for record in journal:
        engine.apply(record)
        again = thaw(freeze(engine.state))
        assert repr(again) == repr(engine.state)  # to the type: 0 is no False
        assert hashed(again) == engine.state_hash()
        assert list(freeze(again)) == list(freeze(engine.state))


def test_every_kind_of_value_comes_back() -> None:
    held = AskHeld(community=TOWN, operator="op", ask="A9")
    full = town(
        policy=Policy(version=4),
        asks={
            "A1": AskState(ASK, asked=("m-2", "m-1"), ended=EndedHow.expired, ended_ms=5),
            "A2": AskState(ASK),
        },
        offers={"O1": OfferState(OFFER, matches=("M2", "M1"))},
        members={
            "m-1": MemberState(MemberFields(languages=("de", "tr"), vetting=Vetting.trusted), asked_ms=(3, 1, 2)),
            "m-2": MemberState(helped={"m-9": 2, "m-1": 1}),
        },
        waiting={"s/2": Waiting(Received(source="s", id="2", received_ms=1, data=held), 9)},
        seen={"s/9": 3, "s/1": 3},
        arrivals=[Arrival(1, False, ("oe:102",), 4, 5, 6), Arrival(1, True, ("oe:102", "oe:1"), 4, 5, 6)],
    )
    state = state_of(full, CommunityState(VILLAGE, CommunityDefined(community=VILLAGE, cell_m=50)))

    again = thaw(freeze(state))

    assert repr(again) == repr(state)
    assert list(again.communities[TOWN].seen) == ["s/9", "s/1"]
    assert list(again.communities[TOWN].asks["A1"].asked) == ["m-2", "m-1"]
    assert again.communities[TOWN].asks["A1"].ended is EndedHow.expired


def test_what_may_change_is_held_by_nobody_else() -> None:
    many = {f"A{number}": None for number in range(FEW + 1)}
    again = thaw(freeze(state_of(town(members={"m-1": MemberState(asks=many), "m-2": MemberState(asks=many)}))))
    one, other = again.communities[TOWN].members.values()

    assert one.asks == other.asks == many
    assert one.asks is not other.asks


def test_texts_that_stand_in_many_places_are_held_once() -> None:
    asks = {name: AskState(ASK) for name in ("A1", "A2")}
    again = thaw(freeze(state_of(town(asks=asks, members={ASK.member: MemberState()}))))
    one, other = again.communities[TOWN].asks.values()

    assert one.spec.need is other.spec.need
    assert one.spec.member is next(iter(again.communities[TOWN].members))


def test_the_hash_knows_no_order_no_clock_and_no_offset() -> None:
    asks = {name: AskState(ASK, asked=("m-1", "m-2")) for name in ("A1", "A2")}
    turned = {name: AskState(ASK, asked=("m-2", "m-1")) for name in ("A2", "A1")}
    here, there = town(asks=asks), CommunityState(VILLAGE, CommunityDefined(community=VILLAGE))
    one, other = state_of(here, there), state_of(there, town(asks=turned))
    other.next_offset, other.clock = 99, Clock()

    assert hashed(one) == hashed(other)
    other.communities[TOWN].asks["A1"].attempts = 1
    assert hashed(one) != hashed(other)


@pytest.mark.parametrize(
    "change",
    [
        {"policy": Policy(version=9)},
        {"seen": {"s/1": 1}},
        {"arrivals": [Arrival(1, False, ("oe:102",), 4, 5, 6)]},
        {"members": {"m-1": MemberState()}},
    ],
)
def test_the_hash_knows_everything_else(change: dict[str, Any]) -> None:
    assert hashed(state_of(town(**change))) != hashed(state_of(town()))


def test_large_rows_fill_more_chunks_and_none_beyond_its_bound() -> None:
    path = tuple(f"{'x' * 70}{number}" for number in range(32))
    asks = {f"A{number}": AskState(ASK, asked=ids_of(list(path))) for number in range(3_000)}
    giant = MemberState(helped={f"{'m' * 70}{number}": number for number in range(60_000)})
    state = state_of(town(asks=asks, members={"m-1": MemberState(), "m-2": giant, "m-3": MemberState()}))

    chunks = list(freeze(state))

    over = [chunk for chunk in chunks if len(chunk) > CHUNK_BYTES_MAX]
    assert [orjson.loads(chunk)[:3] for chunk in over] == [["members", 1, ["m-2"]]]  # what cannot be cut is whole
    assert sum(orjson.loads(chunk)[0] == "asks" for chunk in chunks[2:]) > 1
    assert thaw(chunks) == state


def test_more_rows_than_a_chunk_takes_come_back_in_their_order() -> None:
    seen = {f"s/{number * 7 % 20_000}": number for number in range(2 * ROWS_PER_CHUNK + 1)}

    again = thaw(freeze(state_of(town(seen=seen))))

    assert list(again.communities[TOWN].seen.items()) == list(seen.items())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda chunks: chunks[:0],
        lambda chunks: [b"{", *chunks[1:]],
        lambda chunks: [b"{}", *chunks[1:], b'["painted",0,[],[]]'],
        lambda chunks: [chunks[0], *chunks[2:]],
        lambda chunks: [*chunks[:2], b'["seen",2,["s/1"],[1]]'],
        lambda chunks: [*chunks[:2], b'["seen",1,["s/1"],[1,2]]'],
        lambda chunks: [*chunks[:2], chunks[2].replace(b'"ended":{"all":null}', b'"ended":{"all":"vanished"}')],
        lambda chunks: [*chunks[:2], chunks[2].replace(b'"held":{"all":0}', b'"held":[0]')],
    ],
)
def test_chunks_that_are_no_state_are_refused(spoil: Any) -> None:
    asks = {name: AskState(ASK) for name in ("A1", "A2")}

    with pytest.raises(ThawError, match=f"the chunks are no state of codec {CODEC}"):
        thaw(spoil(list(freeze(state_of(town(asks=asks))))))


def shaped(**fields_: Any) -> type:
    return make_dataclass("Shaped", list(fields_.items()))


def test_a_field_that_comes_goes_or_changes_makes_another_codec() -> None:
    inner, inner_grown = shaped(one=int), shaped(one=int, two=dict[str, None])
    shapes = [
        shaped(count=int),
        shaped(count=int, more=int),
        shaped(count=str),
        shaped(counted=int),
        shaped(count=GenericAlias(dict, (str, inner))),
        shaped(count=GenericAlias(dict, (str, inner_grown))),
    ]

    assert len({codec_of(shape) for shape in shapes}) == len(shapes)
    assert codec_of(shaped(count=int)) == codec_of(shaped(count=int))
    assert codec_of(PartitionState) == CODEC


def test_another_format_is_another_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frozen, "FORMAT", frozen.FORMAT + 1)

    assert codec_of(PartitionState) != CODEC


def test_a_place_may_be_missing_anywhere() -> None:
    places = [None, Place(x_m=1, y_m=2), None, None, Place(x_m=3, y_m=4), None]
    asks = {f"A{number}": AskState(replace(ASK, place=place)) for number, place in enumerate(places)}
    nowhere = {f"A{number}": AskState(replace(ASK, place=None)) for number in range(3)}

    for some in (asks, nowhere):
        again = thaw(freeze(state_of(town(asks=some))))
        assert again.communities[TOWN].asks == some
