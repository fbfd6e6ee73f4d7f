"""Cutting: the records of one partition's inbound topics become journal blocks, in one order, each exactly once.

Records are checked again here, as a reader of topics checks: fields of newer versions are ignored and unknown words
fall back, since what an older intake cannot understand whole may still be good. What is no event at all comes out
beside the blocks, as a reject.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from pydantic import ValidationError

from schemas.events import EVENT, EVENT_VERSION, Received
from schemas.journal import BLOCK_EVENTS_MAX, Block, Tick
from schemas.model import ID_PATTERN
from schemas.partitions import partition_of
from schemas.topics import ACKNOWLEDGEMENTS, ASKS, MEMBERS, OFFERS, OPERATIONS, inbound_topic
from services.intake.envelope import TYPE_PATTERN
from services.intake.refusals import Rejected, Why
from services.intake.schema_errors import sentences
from services.runtime.log.records import Record

INBOUND_ORDER: Final = tuple(topic.name for topic in (OPERATIONS, MEMBERS, ASKS, OFFERS, ACKNOWLEDGEMENTS))
"""Among records of one stamp: first what the others speak of."""
BLOCK_BYTES_MAX: Final = 900_000  # of a record's value; brokers take a megabyte with headers and framing
FRAME_BYTES_MAX: Final = 1_000  # of a block around its events; the offsets of five topics take a fifth of it

_RANK: Final = {topic: rank for rank, topic in enumerate(INBOUND_ORDER)}
_ID: Final = re.compile(ID_PATTERN)
_TYPE: Final = re.compile(TYPE_PATTERN)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one bounded read of one topic found."""

    records: Sequence[Record]
    drained: bool
    """Nothing was left to read. Where something was, `records` is not empty."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that is no event; for the dead letters."""

    record: Record
    why: Rejected


@dataclass(frozen=True, slots=True)
class Cut:
    """Blocks for the journal, in order, and what could not go into any."""

    blocks: tuple[Block, ...]
    rejects: tuple[Unusable, ...]


def settled(readings: Sequence[Reading]) -> list[Record]:
    """The records that nothing still unread can come before, in the order of the journal.

    A topic that was not drained may hold earlier records than another topic's last: those wait for the next cut.
    Never empty where anything was read.
    """
    merged = sorted((record for reading in readings for record in reading.records), key=_order)
    open_ends = [_order(reading.records[-1]) for reading in readings if not reading.drained]
    return merged if not open_ends else [record for record in merged if _order(record) <= min(open_ends)]


def cut(inbound: Sequence[Record], *, caught_up: bool, taken: Mapping[str, int]) -> Cut:
    """Cut records into blocks of at most `BLOCK_EVENTS_MAX` events and `BLOCK_BYTES_MAX` bytes.

    Args:
        inbound: of one partition, dense per topic from `taken` on. Their order here does not matter.
        caught_up: nothing else was waiting; said of the last block alone.
        taken: last inbound offset taken before, by topic.

    Returns:
        Every record as an event of one block or as one reject, never both. Where anything came in there is a block,
        if only an empty one that says how far intake went: otherwise rejects would be read again for ever.
    """
    ordered = sorted(inbound, key=_order)
    _assert_dense(ordered, taken)
    blocks: list[Block] = []
    rejects: list[Unusable] = []
    open_block = _OpenBlock(dict(taken))
    for record in ordered:
        read = read_event(record)
        if isinstance(read, Rejected):
            rejects.append(Unusable(record, read))
        elif not open_block.takes(read):
            blocks.append(open_block.closed(caught_up=False))
            open_block = _OpenBlock(open_block.inbound)
            open_block.takes(read)
        open_block.inbound[record.topic] = record.offset
    if ordered:
        blocks.append(open_block.closed(caught_up=caught_up))
    return Cut(tuple(blocks), tuple(rejects))


def encode(body: Block | Tick) -> bytes:
    """A journal body as it lies in the log; what is left out is None."""
    return body.model_dump_json(exclude_none=True).encode()


def read_event(record: Record) -> Received | Rejected:
    """The event in an inbound record, stamped with its receipt; or why there is none."""
    headers = {name: content.decode("utf-8", errors="replace") for name, content in record.headers}
    source, event_id = headers.get("ce_source", ""), headers.get("ce_id", "")
    if not (_ID.fullmatch(source) and _ID.fullmatch(event_id)):
        return Rejected(Why.unreadable, "header ce_source or ce_id is missing or no id; its writer has to send both")
    kind = _TYPE.fullmatch(headers.get("ce_type", ""))
    if kind is not None and int(kind["version"]) > EVENT_VERSION:
        return Rejected(
            Why.unknown_version, f"it is of a version above {EVENT_VERSION}; upgrade intake, then replay it"
        )
    try:
        event = EVENT.validate_json(record.value or b"")
    except ValidationError as error:
        return Rejected(Why.unreadable, f"{sentences(error, skip=1)}; its writer has to correct it")
    if inbound_topic(event).name != record.topic:
        return Rejected(Why.wrong_topic, f"`{event.type}` travels on topic {inbound_topic(event).name}; send it there")
    if partition_of(event.community) != record.partition:
        return Rejected(
            Why.wrong_partition,
            f"its community lives on partition {partition_of(event.community)}; its writer has to compute it from that",
        )
    return Received(source=source, id=event_id, received_ms=record.stamp_ms, data=event)


def source_of(record: Record) -> str | None:
    """Who sent a record, where its header says so."""
    source = dict(record.headers).get("ce_source", b"").decode("utf-8", errors="replace")
    return source if _ID.fullmatch(source) else None


def as_sent(record: Record) -> bytes:
    """A record in structured JSON, as the door takes it, with its value in it byte for byte: so it can be sent again.

    Where the value is no JSON, neither is this.
    """
    headers = {name: content.decode("utf-8", errors="replace") for name, content in record.headers}
    named = {name: headers[f"ce_{name}"] for name in ("specversion", "id", "source", "type") if f"ce_{name}" in headers}
    start = orjson.dumps(named).removesuffix(b"}")
    return start + (b"," if named else b"") + b'"data":' + (record.value or b"null") + b"}"


def _order(record: Record) -> tuple[int, int, int]:
    return record.stamp_ms, _RANK[record.topic], record.offset


def _assert_dense(ordered: Sequence[Record], taken: Mapping[str, int]) -> None:
    """Offsets per topic go on from `taken` one by one, or something would be lost or come twice."""
    last = dict(taken)
    for record in ordered:
        assert record.offset == last.get(record.topic, -1) + 1, "records come dense from where intake stands"
        last[record.topic] = record.offset


class _OpenBlock:
    """The block that is being filled."""

    def __init__(self, inbound: Mapping[str, int]) -> None:
        self.inbound = dict(inbound)
        self.events: list[Received] = []
        self.room = BLOCK_BYTES_MAX - FRAME_BYTES_MAX

    def takes(self, event: Received) -> bool:
        """Take the event in; False, and nothing happens, where there is no room for it."""
        size = len(event.model_dump_json(exclude_none=True).encode()) + 1  # and its comma
        if self.events and (size > self.room or len(self.events) == BLOCK_EVENTS_MAX):
            return False
        assert size <= self.room, "every field is bounded: no event comes near the size of a block"
        self.events.append(event)
        self.room -= size
        return True

    def closed(self, *, caught_up: bool) -> Block:
        return Block(events=tuple(self.events), caught_up=caught_up, inbound=dict(self.inbound))
