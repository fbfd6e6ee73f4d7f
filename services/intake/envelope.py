"""The envelope: bytes as they come, read as one CloudEvent in structured JSON or its bare form.

    {"specversion": "1.0", "id": "7f3a", "type": "commonweal.ask.opened.v1", "data": {"community": "north", …}}
    {"id": "7f3a", "data": {"type": "ask.opened", "community": "north", …}}

What the data says is none of its business, beyond the type.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, get_args

from schemas.events import EVENT_VERSION, AnyEvent
from schemas.model import ID_PATTERN
from services.intake.refusals import Rejected, Why, path_of, shown

EVENT_BYTES_MAX: Final = 256 * 1024
DEPTH_MAX: Final = 16
SPECVERSION: Final = "1.0"
TYPE_PATTERN: Final = r"commonweal\.(?P<name>[a-z_]+\.[a-z_]+)\.v(?P<version>[1-9][0-9]{0,3})"

ATTRIBUTES: Final = frozenset(
    "specversion id source type time subject datacontenttype dataschema traceparent tracestate received_ms data".split()
)
"""What an envelope may carry. Only id, type and data travel on; `time` and `received_ms` speak to a load under a
virtual clock, the rest is read and dropped."""

MODELS: Final = {model.model_fields["type"].default: model for model in get_args(AnyEvent)}
"""Event type → its model."""

_TYPE: Final = re.compile(TYPE_PATTERN)
_ID: Final = re.compile(ID_PATTERN)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event whose outside makes sense; its data has not been looked at."""

    type: str
    """One of `MODELS`."""
    attributes: dict[str, object]
    data: dict[str, object]


def event_type(name: str) -> str:
    """The CloudEvents type of an event: `ask.opened` travels as `commonweal.ask.opened.v1`."""
    return f"commonweal.{name}.v{EVENT_VERSION}"


def open_envelope(raw: bytes) -> Envelope | Rejected:
    """What kind of event this is, or the first reason why that cannot be said."""
    document = read_document(raw)
    if isinstance(document, Rejected):
        return document
    if document.get("specversion", SPECVERSION) != SPECVERSION:
        return Rejected(Why.unknown_version, f"$.specversion is not {SPECVERSION}; send CloudEvents {SPECVERSION}")
    data = document.get("data")
    if not isinstance(data, dict):
        return Rejected(Why.not_an_object, "$.data is missing or no object; put the event's fields there")
    name = _type_of(document, data)
    if isinstance(name, Rejected):
        return name
    return Envelope(name, document, {**data, "type": name})


def read_document(raw: bytes) -> dict[str, object] | Rejected:
    """The JSON object in these bytes: bounded in size and depth, and with every key once."""
    if len(raw) > EVENT_BYTES_MAX:
        return Rejected(Why.too_large, f"the event is longer than {EVENT_BYTES_MAX:,} bytes; send less in one event")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return Rejected(Why.not_utf8, f"byte {error.start} is not UTF-8; encode the event as UTF-8")
    try:
        document = json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_no_constants)
    except _DuplicateKeyError as error:
        return Rejected(Why.duplicate_key, f"the key {error} stands twice in one object; send it once")
    except json.JSONDecodeError as error:
        return Rejected(Why.not_json, f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}; correct it")
    except ValueError:
        return Rejected(
            Why.not_json, "a number is longer than any field takes, or NaN or infinite; send a plain number"
        )
    except RecursionError:
        return _too_deep()
    if not isinstance(document, dict):
        return Rejected(Why.not_an_object, "$ is no JSON object; send one event as one object")
    return _too_deep() if _deeper_than(DEPTH_MAX, document) else document


def outside_problems(attributes: dict[str, object]) -> list[str]:
    """What is wrong with the envelope itself, in sentences; empty when nothing is."""
    problems = []
    if "id" not in attributes:
        problems.append("$.id is missing; give each event an id of its own")
    elif not isinstance(attributes["id"], str) or not _ID.fullmatch(attributes["id"]):
        problems.append("$.id must be 1 to 80 letters, digits or . _ : - and begin with a letter or digit")
    if attributes.get("datacontenttype", "application/json") != "application/json":
        problems.append("$.datacontenttype must be application/json")
    unknown = [key for key in attributes if key not in ATTRIBUTES]
    return problems + [f"{path_of(key)} is no attribute this door knows; leave it out" for key in unknown]


def _type_of(document: dict[str, object], data: dict[str, object]) -> str | Rejected:
    """The event's type from the envelope, its data, or both where they agree."""
    claimed, inner = document.get("type"), data.get("type")
    outer: object = None
    if claimed is not None:
        match = _TYPE.fullmatch(claimed) if isinstance(claimed, str) else None
        if match is None:
            return _unknown_type("$.type")
        if int(match["version"]) != EVENT_VERSION:
            return Rejected(Why.unknown_version, f"$.type is not of version {EVENT_VERSION}; send `….v{EVENT_VERSION}`")
        outer = match["name"]
    if outer is not None and inner is not None and outer != inner:
        return Rejected(Why.type_mismatch, "$.type and $.data.type name two kinds of event; say one, or the same twice")
    name = inner if outer is None else outer
    if not isinstance(name, str) or name not in MODELS:
        return _unknown_type("$.data.type" if outer is None else "$.type")
    return name


def _unknown_type(path: str) -> Rejected:
    return Rejected(
        Why.unknown_type,
        f"{path} is missing or names no event this version knows; it looks like `{event_type('ask.opened')}`, "
        "and all of them are in the published schemas",
    )


def _too_deep() -> Rejected:
    return Rejected(Why.too_deep, f"objects and lists are nested deeper than {DEPTH_MAX}; no event needs that")


def _deeper_than(depth_max: int, document: object) -> bool:
    level: Sequence[object] = [document]
    for _ in range(depth_max):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


class _DuplicateKeyError(Exception):
    """A key that stands twice in one object: readers differ in which one they take."""


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _DuplicateKeyError(shown(key))
        found[key] = value
    return found


def _no_constants(_: str) -> NoReturn:
    raise ValueError
