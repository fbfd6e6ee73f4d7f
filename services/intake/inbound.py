"""Inbound records: the event in each, or why there is none.

Records are checked again here, as a reader of topics checks: fields of newer versions are ignored and unknown words
fall back, since what an older intake cannot understand whole may still be good.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import orjson
from pydantic import ValidationError

from schemas.events import EVENT, EVENT_VERSION, Received
from schemas.model import ID_PATTERN
from schemas.partitions import partition_of
from schemas.topics import ACKNOWLEDGEMENTS, ASKS, MEMBERS, OFFERS, OPERATIONS, inbound_topic
from services.intake.envelope import EVENT_BYTES_MAX, TYPE_PATTERN
from services.intake.jsonl import moment_ms
from services.intake.refusals import Rejected, Why
from services.intake.schema_errors import sentences
from services.runtime.log.records import Record

INBOUND_ORDER: Final = tuple(topic.name for topic in (OPERATIONS, MEMBERS, ASKS, OFFERS, ACKNOWLEDGEMENTS))
"""Among records of one stamp: first what the others speak of."""

ReadEvent = Callable[[Record], Received | Rejected]
"""`read_event`, or what refuses more than it does."""

UNREADABLE: Final = (("unreadable", b""),)
"""The headers of a record that could not be read at all, not even its headers."""
WORDS_KEPT: Final = 4_096
_ID: Final = re.compile(ID_PATTERN)
_TYPE: Final = re.compile(TYPE_PATTERN)


def read_event(record: Record) -> Received | Rejected:
    """The event in an inbound record, stamped with its receipt; or why there is none."""
    headers = dict(record.headers)
    return read_sent(record, headers, source_in(headers.get("ce_source")))


def read_sent(record: Record, headers: Mapping[str, bytes], source: str | None) -> Received | Rejected:
    """The same, once its headers were looked at, and who sent it."""
    if record.headers is UNREADABLE:
        return Rejected(
            Why.unreadable, "the client cannot read the batch it came in; its bytes stay in the topic for now"
        )
    event_id = _text(headers, "ce_id")
    if source is None or not _ID.fullmatch(event_id):
        return Rejected(Why.unreadable, "header ce_source or ce_id is missing or no id; its writer has to send both")
    refused = _outside(record, headers)
    if refused is not None:
        return refused
    time_ms = _time_ms(headers)
    if isinstance(time_ms, Rejected):
        return time_ms
    try:
        event = EVENT.validate_json(record.value or b"")
    except ValidationError as error:
        return Rejected(Why.unreadable, f"{sentences(error, skip=1)}; its writer has to correct it")
    if (home := inbound_topic(event).name) != record.topic:
        return Rejected(Why.wrong_topic, f"`{event.type}` travels on topic {home}; send it there")
    if (lives_on := partition_of(event.community)) != record.partition:
        return Rejected(
            Why.wrong_partition,
            f"its community lives on partition {lives_on}; its writer has to compute it from that",
        )
    return Received.trusted(source=source, id=event_id, received_ms=record.stamp_ms, time_ms=time_ms, data=event)


def source_of(record: Record) -> str | None:
    """Who sent a record, where its header says so."""
    return source_in(dict(record.headers).get("ce_source"))


@lru_cache(maxsize=WORDS_KEPT)
def source_in(said: bytes | None) -> str | None:
    """The id in a header; few send, and many times."""
    source = (said or b"").decode("utf-8", errors="replace")
    return source if _ID.fullmatch(source) else None


def as_sent(record: Record) -> bytes:
    """A record in structured JSON, as the door takes it, with its value in it byte for byte: so it can be sent again.

    Where the value is no JSON, neither is this.
    """
    headers = {name: content.decode("utf-8", errors="replace") for name, content in record.headers}
    named = {name: headers[f"ce_{name}"] for name in ("specversion", "id", "source", "type") if f"ce_{name}" in headers}
    start = orjson.dumps(named).removesuffix(b"}")
    return start + (b"," if named else b"") + b'"data":' + (record.value or b"null") + b"}"


def _outside(record: Record, headers: Mapping[str, bytes]) -> Rejected | None:
    """What can be refused before the value is read."""
    if _version(headers.get("ce_type")) > EVENT_VERSION:
        return Rejected(
            Why.unknown_version, f"it is of a version above {EVENT_VERSION}; upgrade intake, then replay it"
        )
    if record.value is None:
        return Rejected(Why.unreadable, "it has no value, and an event always has one; its writer has to correct it")
    if len(record.value) > EVENT_BYTES_MAX:
        return Rejected(Why.too_large, f"it is longer than {EVENT_BYTES_MAX:,} bytes; send less in one event")
    if record.key is not None and not record.key.isascii() and not _is_utf8(record.key):
        return Rejected(Why.not_utf8, "its key is not UTF-8; its writer keys it by the id of what it is about")
    return None


def _time_ms(headers: Mapping[str, bytes]) -> int | Rejected | None:
    """When the sender says it happened, if it does: only ever used to refuse what is too old."""
    if "ce_time" not in headers:
        return None
    time_ms = moment_ms(_text(headers, "ce_time"))
    if time_ms is None:
        return Rejected(Why.unreadable, "header ce_time is no moment such as 2026-01-05T08:00:00Z; correct it")
    return time_ms


@lru_cache(maxsize=WORDS_KEPT)
def _version(event_type: bytes | None) -> int:
    """The version a header names; 0 where it names none, which is for the value to tell."""
    kind = _TYPE.fullmatch((event_type or b"").decode("utf-8", errors="replace"))
    return 0 if kind is None else int(kind["version"])


def _text(headers: Mapping[str, bytes], name: str) -> str:
    return (headers.get(name) or b"").decode("utf-8", errors="replace")


def _is_utf8(key: bytes) -> bool:
    try:
        key.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
