import orjson
import pytest

from schemas.examples import EXAMPLES
from services.intake.envelope import (
    DEPTH_MAX,
    EVENT_BYTES_MAX,
    MODELS,
    Envelope,
    event_type,
    open_envelope,
    outside_problems,
    read_document,
)
from services.intake.refusals import Rejected, Why
from tests.unit.intake.samples import ask, cloud_event


def reason(raw: bytes) -> Why | None:
    opened = open_envelope(raw)
    return opened.reason if isinstance(opened, Rejected) else None


def detail(raw: bytes) -> str:
    opened = open_envelope(raw)
    assert isinstance(opened, Rejected)
    return opened.detail


def test_every_event_of_the_schemas_is_known_by_its_type() -> None:
    assert set(MODELS) == {event.type for event in EXAMPLES}
    assert event_type("ask.opened") == "commonweal.ask.opened.v1"


@pytest.mark.parametrize(
    "raw",
    [
        cloud_event(ask()),
        cloud_event(ask(), type=...),
        cloud_event(ask(), specversion=..., type=...),
        orjson.dumps({"id": "e1", "type": "commonweal.ask.opened.v1", "data": {"community": "north"}}),
        cloud_event(ask(), time="2026-01-05T08:00:00Z", subject="a1", traceparent="00-1-1-00", received_ms=5),
    ],
)
def test_the_type_is_taken_from_the_envelope_or_the_data(raw: bytes) -> None:
    opened = open_envelope(raw)

    assert isinstance(opened, Envelope)
    assert opened.type == opened.data["type"] == "ask.opened"


@pytest.mark.parametrize(
    ("raw", "why", "told"),
    [
        (b" " * (EVENT_BYTES_MAX + 1), Why.too_large, "262,144 bytes"),
        (b'{"id": "\xff"}', Why.not_utf8, "byte 8 is not UTF-8"),
        (b"", Why.not_json, "line 1, column 1"),
        (b'{"id": 1,\n"data" 2}', Why.not_json, "line 2, column 8"),
        (b'{"id": NaN}', Why.not_json, "send a plain number"),
        (b'{"id": -Infinity}', Why.not_json, "send a plain number"),
        (b'{"id": ' + b"9" * 5_000 + b"}", Why.not_json, "send a plain number"),
        (b"[" * 100_000, Why.too_deep, f"deeper than {DEPTH_MAX}"),
        (b'{"id": ' + b"[" * 16 + b"]" * 16 + b"}", Why.too_deep, f"deeper than {DEPTH_MAX}"),
        (b'{"id": "e1", "id": "e2"}', Why.duplicate_key, "the key id stands twice"),
        (b'{"id": "e1", "data": {"+49 1": 1, "+49 1": 2}}', Why.duplicate_key, "the key (a name not shown) stands"),
        (b"[]", Why.not_an_object, "$ is no JSON object"),
        (b'"text"', Why.not_an_object, "$ is no JSON object"),
        (cloud_event(ask(), specversion="2.0"), Why.unknown_version, "$.specversion is not 1.0"),
        (cloud_event(ask(), specversion=None), Why.unknown_version, "$.specversion is not 1.0"),
        (cloud_event(ask(), data=...), Why.not_an_object, "$.data is missing or no object"),
        (cloud_event(ask(), data="x"), Why.not_an_object, "$.data is missing or no object"),
        (cloud_event(ask(), type="commonweal.ask.opened.v2"), Why.unknown_version, "$.type is not of version 1"),
        (cloud_event(ask(), type="com.example.ask"), Why.unknown_type, "$.type is missing or names no event"),
        (cloud_event(ask(), type=7), Why.unknown_type, "$.type is missing or names no event"),
        (cloud_event(ask(), type="commonweal.ask.closed.v1"), Why.type_mismatch, "$.type and $.data.type"),
        (cloud_event({"type": "x"}, type="commonweal.x.y.v1"), Why.type_mismatch, "name two kinds"),
        (cloud_event({"type": "ask.closed"}, type=...), Why.unknown_type, "$.data.type is missing"),
        (cloud_event({"type": 5}, type=...), Why.unknown_type, "$.data.type is missing"),
        (orjson.dumps({"id": "e1", "data": {}}), Why.unknown_type, "$.data.type is missing"),
        (orjson.dumps({"id": "e1", "type": "commonweal.ask.closed.v1", "data": {}}), Why.unknown_type, "$.type is"),
    ],
)
def test_bytes_that_are_no_event_are_refused_with_reason_and_place(raw: bytes, why: Why, told: str) -> None:
    assert reason(raw) == why
    assert told in detail(raw)


def test_objects_may_be_nested_as_deep_as_the_limit() -> None:
    deepest = b"[" * (DEPTH_MAX - 1) + b"]" * (DEPTH_MAX - 1)

    assert read_document(b'{"x": ' + deepest + b"}") == {"x": orjson.loads(deepest)}


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({}, "$.id is missing"),
        ({"id": 5}, "$.id must be 1 to 80 letters"),
        ({"id": "ana@example.org"}, "$.id must be 1 to 80 letters"),
        ({"id": "e" * 81}, "$.id must be 1 to 80 letters"),
        ({"id": "e1\n"}, "$.id must be 1 to 80 letters"),
        ({"id": "e1", "datacontenttype": "text/xml"}, "$.datacontenttype must be application/json"),
        ({"id": "e1", "extension": 1}, "$.extension is no attribute this door knows"),
        ({"id": "e1", "0170 1234": 1}, "$.(a name not shown) is no attribute"),
    ],
)
def test_an_envelope_with_a_fault_says_which(attributes: dict[str, object], told: str) -> None:
    problems = outside_problems(attributes)

    assert len(problems) == 1
    assert told in problems[0]


def test_an_envelope_without_fault_says_nothing() -> None:
    assert outside_problems({"id": "e1", "datacontenttype": "application/json", "data": {}}) == []
