import io

import pytest

from schemas.model import MS_MAX
from services.intake.jsonl import events_in_lines, moment_ms, time_in
from services.intake.lines import LINE_BYTES_MAX, lines_of
from services.intake.raw_events import RawEvent
from services.intake.refusals import Why


def read(raw: bytes) -> list[RawEvent]:
    return list(events_in_lines(lines_of(io.BytesIO(raw)), source="form", name="asks.jsonl"))


def test_every_line_is_an_event_and_blank_ones_are_skipped() -> None:
    events = read(b'\xef\xbb\xbf{"id":"e1","received_ms":5}\r\n\n  \n{"id":"e2"}')

    assert events == [
        RawEvent("form", b'{"id":"e1","received_ms":5}', "asks.jsonl, line 1", at_ms=5),
        RawEvent("form", b'{"id":"e2"}', "asks.jsonl, line 4"),
    ]


def test_a_line_that_is_no_json_is_left_for_the_door_to_judge() -> None:
    assert read(b"Ana\n") == [RawEvent("form", b"Ana", "asks.jsonl, line 1")]


def test_a_line_without_end_is_refused_and_the_next_one_read() -> None:
    bad, good = read(b"x" * (3 * LINE_BYTES_MAX) + b"\n{}\n")

    assert bad.refused is not None
    assert (bad.refused.reason, len(bad.raw)) == (Why.too_large, LINE_BYTES_MAX + 1)
    assert good.origin == "asks.jsonl, line 2"


def test_a_line_one_byte_too_long_ends_where_it_ends() -> None:
    bad, good = read(b"x" * LINE_BYTES_MAX + b"\n{}\n")

    assert bad.refused is not None
    assert good.raw == b"{}"


@pytest.mark.parametrize(
    ("raw", "at_ms"),
    [
        (b'{"received_ms": 7, "time": "2026-01-05T08:00:00Z"}', 7),
        (b'{"time": "2026-01-05T08:00:00.25Z"}', 1_767_600_000_250),
        (b'{"time": "2026-01-05T09:00:00+01:00"}', 1_767_600_000_000),
        (b'{"time": "2026-01-05T09:00:00"}', None),
        (b'{"time": "1767600000"}', None),
        (b'{"time": "1969-01-05T09:00:00Z"}', None),
        (b'{"time": 7}', None),
        (b'{"received_ms": -1}', None),
        (b'{"received_ms": true}', None),
        (b'{"received_ms": 1.5}', None),
        (f'{{"received_ms": {MS_MAX + 1}}}'.encode(), None),
        (b"[]", None),
        (b"{", None),
    ],
)
def test_an_event_says_when_it_came_or_nothing(raw: bytes, at_ms: int | None) -> None:
    assert time_in(raw) == at_ms


def test_a_moment_needs_a_date_and_an_offset() -> None:
    assert moment_ms("2026-01-05T08:00:00Z") == 1_767_600_000_000
    assert moment_ms("noon") is None


def test_a_source_that_is_no_id_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="the name under which the sender was authenticated"):
        RawEvent("Ana Example", b"", "x")
