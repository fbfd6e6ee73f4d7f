"""Tables under arbitrary bytes: every row comes out once, as an event or as a refusal with its bytes."""

import io

from hypothesis import given
from hypothesis import strategies as st

from services.intake.jsonl import events_in_lines
from services.intake.lines import LINE_BYTES_MAX, lines_of
from services.intake.mapping_files import find_mapping
from services.intake.table import events_in_table

CITY_HOUR = find_mapping("city-hour")
HEADER = b"kind,id,at_s,x_m,y_m,patience_s,radius_m\n"
CELL = st.sampled_from(["ask", "offer", "a1", "0", "1.5", "-3", "", " ", "x", '"', '"",', "9" * 20, "é", "\x00", "\r"])


@given(rows=st.lists(st.lists(CELL, max_size=9).map(",".join), max_size=12))
def test_any_rows_come_out_as_events_or_refusals_in_file_order(rows: list[str]) -> None:
    table = HEADER + "\n".join(rows).encode()

    events = list(events_in_table(CITY_HOUR, lines_of(io.BytesIO(table)), source="load", name="t"))

    places = [int(event.origin.rsplit(" ", 1)[1]) for event in events]
    assert places == sorted(places)
    for event in events:
        assert (event.at_ms is None) == (event.refused is not None)
        assert event.refused is None or event.raw in table


@given(raw=st.binary(max_size=300))
def test_any_bytes_below_a_header_are_survived(raw: bytes) -> None:
    events = list(events_in_table(CITY_HOUR, lines_of(io.BytesIO(HEADER + raw)), source="load", name="t"))

    assert len(events) <= raw.count(b"\n") + raw.count(b"\r") + 1


@given(lines=st.lists(st.binary(max_size=30), max_size=10))
def test_json_lines_come_out_one_by_one(lines: list[bytes]) -> None:
    raw = b"\n".join(line.replace(b"\n", b"") for line in lines)

    events = list(events_in_lines(lines_of(io.BytesIO(raw)), source="form", name="f"))

    texts = [line.strip() for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    assert [event.raw for event in events] == [text for text in texts if text]


@given(lengths=st.lists(st.integers(0, 3 * LINE_BYTES_MAX), max_size=4))
def test_lines_are_bounded_and_counted_whatever_their_length(lengths: list[int]) -> None:
    file = io.BytesIO(b"".join(b"x" * length + b"\n" for length in lengths))

    lines = list(lines_of(file))

    assert [line.number for line in lines] == list(range(1, len(lengths) + 1))
    assert [line.whole for line in lines] == [length + 1 <= LINE_BYTES_MAX for length in lengths]
    assert all(len(line.raw) <= LINE_BYTES_MAX + 1 for line in lines)
