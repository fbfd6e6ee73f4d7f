"""Cutting: the records of one partition's inbound topics become journal blocks, in one order, each exactly once.

What is no event at all comes out beside the blocks, as a reject.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from schemas.events import Received
from schemas.journal import BLOCK_EVENTS_MAX, Block, Tick
from services.intake.inbound import INBOUND_ORDER, ReadEvent, read_event
from services.intake.refusals import Rejected
from services.runtime.log.records import Record

BLOCK_BYTES_MAX: Final = 900_000  # of a record's value; brokers take a megabyte with headers and framing
FRAME_BYTES_MAX: Final = 1_000  # of a block around its events; the offsets of five topics take a fifth of it

_RANK: Final = {topic: rank for rank, topic in enumerate(INBOUND_ORDER)}
_SERIALIZER: Final = Received.__pydantic_serializer__


@dataclass(frozen=True, slots=True)
class Reading:
    """What one bounded read of one topic found."""

    records: Sequence[Record]
    drained: bool
    """Nothing was left to read."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that is no event; for the dead letters."""

    record: Record
    why: Rejected


@dataclass(frozen=True, slots=True)
class Cut:
    """Blocks for the journal, in order, and what could not go into any."""

    blocks: tuple[Block, ...]
    written: tuple[bytes, ...]
    """The same blocks as `encode` writes them, put together from events that were written once."""
    rejects: tuple[Unusable, ...]


def settled(readings: Sequence[Reading]) -> list[Record]:
    """The records that nothing still unread can come before, in the order of the journal.

    A topic that was not drained may hold earlier records than another topic's last: those wait for the next cut.
    Empty where nothing was read, or one was not drained and nothing of it was read yet.
    """
    if any(not reading.drained and not reading.records for reading in readings):
        return []
    open_ends = [_order(reading.records[-1]) for reading in readings if not reading.drained]
    found: list[Record] = []
    for reading in readings:
        count = bisect_right(reading.records, min(open_ends), key=_order) if open_ends else len(reading.records)
        found += reading.records[:count]
    return sorted(found, key=_order)


def cut(inbound: Sequence[Record], *, caught_up: bool, taken: Mapping[str, int], read: ReadEvent = read_event) -> Cut:
    """Cut records into blocks of at most `BLOCK_EVENTS_MAX` events and `BLOCK_BYTES_MAX` bytes.

    Args:
        inbound: of one partition, rising per topic from `taken` on. Their order here does not matter.
        caught_up: nothing else was waiting; said of the last block alone.
        taken: last inbound offset taken before, by topic.
        read: finds the event in a record, or why there is none.

    Returns:
        Every record as an event of one block or as one reject, never both. Where anything came in there is a block,
        if only an empty one that says how far intake went: otherwise rejects would be read again for ever.
    """
    ordered = sorted(inbound, key=_order)
    _assert_rising(ordered, taken)
    blocks: list[_OpenBlock] = []
    rejects: list[Unusable] = []
    open_block = _OpenBlock(dict(taken))
    for record in ordered:
        event = read(record)
        if isinstance(event, Rejected):
            rejects.append(Unusable(record, event))
        elif not open_block.takes(event, written := _written(event)):
            blocks.append(open_block)
            open_block = _OpenBlock(dict(open_block.inbound))
            open_block.takes(event, written)
        open_block.inbound[record.topic] = record.offset
    if ordered:
        blocks.append(open_block)
    said = [caught_up and one is open_block for one in blocks]
    return Cut(
        blocks=tuple(one.closed(caught_up=last) for one, last in zip(blocks, said, strict=True)),
        written=tuple(one.written(caught_up=last) for one, last in zip(blocks, said, strict=True)),
        rejects=tuple(rejects),
    )


def encode(body: Block | Tick) -> bytes:
    """A journal body as it lies in the log; what is left out is None."""
    return body.model_dump_json(exclude_none=True).encode()


def _order(record: Record) -> tuple[int, int, int]:
    return record.stamp_ms, _RANK[record.topic], record.offset


def _assert_rising(ordered: Sequence[Record], taken: Mapping[str, int]) -> None:
    """Offsets per topic rise from `taken` on, or something would come twice.

    Not one by one: a Kafka topic has gaps where a transaction ended, or where records outlived their retention.
    """
    last = dict(taken)
    for record in ordered:
        assert record.offset > last.get(record.topic, -1), "records rise from where intake stands"
        last[record.topic] = record.offset


def _written(event: Received) -> bytes:
    """As `encode` writes it inside of its block."""
    return _SERIALIZER.to_json(event, exclude_none=True)


class _OpenBlock:
    """The block that is being filled."""

    def __init__(self, inbound: dict[str, int]) -> None:
        self.inbound = inbound
        self._events: list[Received] = []
        self._written: list[bytes] = []
        self._room = BLOCK_BYTES_MAX - FRAME_BYTES_MAX

    def takes(self, event: Received, written: bytes) -> bool:
        """Take the event in; False, and nothing happens, where there is no room for it."""
        size = len(written) + 1  # and its comma
        if self._events and (size > self._room or len(self._events) == BLOCK_EVENTS_MAX):
            return False
        assert size <= self._room, "every field is bounded: no event comes near the size of a block"
        self._events.append(event)
        self._written.append(written)
        self._room -= size
        return True

    def closed(self, *, caught_up: bool) -> Block:
        return Block.trusted(events=tuple(self._events), caught_up=caught_up, inbound=self.inbound)

    def written(self, *, caught_up: bool) -> bytes:
        end = orjson.dumps({"caught_up": caught_up, "inbound": self.inbound})[1:]
        return b'{"kind":"block","version":1,"events":[' + b",".join(self._written) + b"]," + end
