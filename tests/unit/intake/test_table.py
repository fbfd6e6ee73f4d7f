import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from services.intake.door import Admitted, admit
from services.intake.lines import LINE_BYTES_MAX, Line, lines_of
from services.intake.mapping import CsvMapping, MappingError, parse
from services.intake.mapping_files import find_mapping
from services.intake.raw_events import RawEvent, sorted_by_time
from services.intake.table import events_in_table

ORIGIN_MS = 1_767_600_000_000  # 2026-01-05T08:00:00Z
SMALL: dict[str, Any] = {
    "describes": "Two columns.",
    "community": {"id": "plain", "cell_m": 1},
    "time": {"column": "at", "unit": "min", "origin": "2026-01-05T08:00:00Z"},
    "kinds": {"row": {"event": "offer.paused", "id": {"column": "id"}, "fields": {"offer": {"column": "id"}}}},
}


def small(**fields: Any) -> CsvMapping:
    """A mapping of ask changes, with these fields beside the ask."""
    kind = {"event": "ask.changed", "id": {"column": "id"}, "fields": {"ask": {"column": "id"}, **fields}}
    return parse({**SMALL, "kinds": {"row": kind}}, "small")


def read(mapping: CsvMapping, table: str | bytes) -> list[RawEvent]:
    raw = table.encode() if isinstance(table, str) else table
    return list(events_in_table(mapping, lines_of(io.BytesIO(raw)), source="load", name="t.csv"))


def data_of(event: RawEvent) -> dict[str, Any]:
    assert event.refused is None, event.refused
    data: dict[str, Any] = json.loads(event.raw)["data"]
    return data


def told(event: RawEvent) -> str:
    assert event.refused is not None
    return f"{event.refused.reason}: {event.refused.detail}"


class TestRows:
    def test_a_row_becomes_an_event_at_its_time(self) -> None:
        (event,) = read(parse(SMALL, "small"), "id,at\no1,2\n")

        assert (event.source, event.origin, event.at_ms) == ("load", "t.csv, line 2", ORIGIN_MS + 120_000)
        assert json.loads(event.raw) == {
            "specversion": "1.0",
            "id": "o1",
            "type": "commonweal.offer.paused.v1",
            "data": {"community": "plain", "offer": "o1"},
        }

    def test_columns_nobody_reads_may_stand_anywhere(self) -> None:
        (event,) = read(parse(SMALL, "small"), "extra,at, id ,more\nx,2,o1,y\n")

        assert data_of(event)["offer"] == "o1"

    def test_a_byte_order_mark_carriage_returns_blank_lines_and_blank_rows_are_borne(self) -> None:
        events = read(parse(SMALL, "small"), b"\xef\xbb\xbfid,at\r\n\r\no1,0\r\n , \r\no2,1")

        assert [data_of(event)["offer"] for event in events] == ["o1", "o2"]
        assert [event.origin for event in events] == ["t.csv, line 3", "t.csv, line 5"]

    def test_a_quoted_cell_may_hold_delimiters_and_line_breaks(self) -> None:
        first, second = read(parse(SMALL, "small"), 'note,id,at\n"a,\nb",o1,0\nc,o2,0\n')

        assert (first.origin, second.origin) == ("t.csv, line 2", "t.csv, line 4")

    def test_rows_keep_the_order_of_the_file_until_they_are_sorted(self) -> None:
        events = read(parse(SMALL, "small"), "id,at\nb,2\na,1\nbad,?\nc,1\n")

        assert [event.at_ms for event in events] == [ORIGIN_MS + 120_000, ORIGIN_MS + 60_000, None, ORIGIN_MS + 60_000]
        assert [event.origin[-1] for event in sorted_by_time(events)] == ["4", "3", "5", "2"]

    def test_a_table_is_read_as_it_is_asked_for(self) -> None:
        taken = []

        def endless() -> Iterator[Line]:
            yield Line(1, b"id,at\n", whole=True)
            while True:
                taken.append(1)
                yield Line(len(taken) + 1, b"o1,1\n", whole=True)

        events = events_in_table(parse(SMALL, "small"), endless(), source="load", name="t.csv")

        assert next(events).at_ms == next(events).at_ms == ORIGIN_MS + 60_000
        assert len(taken) == 2


class TestFields:
    @pytest.mark.parametrize(
        ("field", "source", "cell", "value"),
        [
            ("urgency", {"column": "c"}, "high", "high"),
            ("urgency", {"value": "low"}, "", "low"),
            ("quantity", {"column": "c", "as": "whole"}, "2.5", 2),
            ("quantity", {"column": "c", "as": "whole"}, "3.5", 4),
            ("quantity", {"column": "c", "as": "whole"}, " 7 ", 7),
            ("place.x_m", {"column": "c", "as": "number"}, "-2.25", {"x_m": -2.25}),
            ("urgency", {"column": "c", "as": "flag"}, "Yes", True),
            ("languages", {"column": "c", "as": "list"}, "de; ;uk", ["de", "uk"]),
            ("skills", {"column": "c", "as": "list", "separator": "|", "prefix": "s-"}, "a|b", ["s-a", "s-b"]),
            ("urgency", {"column": "c", "words": {"!": "critical"}}, "!", "critical"),
            ("needed_by_ms", {"column": "c", "as": "time"}, "1.5", ORIGIN_MS + 90_000),
            ("needed_by_ms", {"column": "c", "as": "after", "unit": "h"}, "0.5", ORIGIN_MS + 15_000 + 1_800_000),
            ("needed_by_ms", {"column": "c", "as": "after"}, "-1", ORIGIN_MS + 14_000),
        ],
    )
    def test_a_cell_is_read_as_the_mapping_says(self, field: str, source: Any, cell: str, value: object) -> None:
        (event,) = read(small(**{field: source}), f"id,at,c\na1,0.25,{cell}\n")

        assert data_of(event)[field.split(".", maxsplit=1)[0]] == value

    def test_an_optional_field_is_left_out_where_its_cell_is_empty(self) -> None:
        (event,) = read(small(urgency={"column": "c", "optional": True}), "id,at,c\na1,0, \n")

        assert "urgency" not in data_of(event)

    def test_sums_of_times_are_rounded_once_and_halves_go_to_even(self) -> None:
        mapping = small(needed_by_ms={"column": "c", "as": "after", "unit": "ms"})
        seconds = mapping.model_copy(update={"time": mapping.time.model_copy(update={"unit": "ms"})})

        (event,) = read(seconds, "id,at,c\na1,0.3,0.2\n")
        (even,) = read(seconds, "id,at,c\na1,1.5,1.0\n")

        assert (event.at_ms, data_of(event)["needed_by_ms"]) == (ORIGIN_MS, ORIGIN_MS)
        assert (even.at_ms, data_of(even)["needed_by_ms"]) == (ORIGIN_MS + 2, ORIGIN_MS + 2)

    def test_moments_may_stand_for_themselves(self) -> None:
        mapping = parse({**SMALL, "time": {"column": "at", "unit": "rfc3339"}}, "small")

        good, naive, number = read(
            mapping, "id,at\na,2026-01-05T09:00:00.5+01:00\nb,2026-01-05T08:00:00\nc,1767600000\n"
        )

        assert good.at_ms == ORIGIN_MS + 500
        for event in (naive, number):
            assert "column at: a moment such as 2026-01-05T08:00:00Z is wanted here" in told(event)


class TestBadRows:
    @pytest.mark.parametrize(
        ("source", "cell", "sentence"),
        [
            ({"as": "whole"}, "Ana", "a plain number such as 12"),
            ({"as": "number"}, "1e9", "a plain number such as 12"),
            ({"as": "number"}, "nan", "a plain number such as 12"),
            ({"as": "number"}, "1_0", "a plain number such as 12"),
            ({"as": "number"}, "٣", "a plain number such as 12"),
            ({"as": "whole"}, "9" * 16, "a plain number such as 12"),
            ({"as": "flag"}, "Ana", "one of true, yes, 1, false, no, 0"),
            ({"as": "time"}, "Ana", "a plain number such as 12"),
            ({"as": "time"}, "-99999999999", "before 1970 or beyond 2248"),
            ({"as": "time"}, "99999999999", "before 1970 or beyond 2248"),
            ({"as": "after"}, "Ana", "a plain number such as 12"),
            ({"words": {"x": "y"}}, "Ana", "one of x is wanted here"),
            ({"as": "list", "words": {"x": "y"}}, "x;Ana", "one of x is wanted here"),
            ({}, "", "it is empty, and the mapping does not call it optional"),
        ],
    )
    def test_a_cell_that_cannot_be_read_names_row_and_column_and_not_itself(
        self, source: Any, cell: str, sentence: str
    ) -> None:
        bad, worse = read(small(urgency={"column": "c", **source}), f"id,at,c\na1,0,{cell}\na2,?,x\n")

        assert told(bad).startswith("bad_row: line 2, column c: ")
        assert sentence in told(bad)
        assert "Ana" not in told(bad)
        assert bad.raw == f"a1,0,{cell}\n".encode()
        assert told(worse).startswith("bad_row: line 3, column at: ")

    def test_a_row_of_an_unknown_kind_is_told_the_kinds_there_are(self) -> None:
        mapping = parse({**SMALL, "kind_column": "kind"}, "small")

        (event,) = read(mapping, "kind,id,at\nAna,o1,0\n")

        assert told(event) == "bad_row: line 2, column kind: one of row is wanted here"

    def test_a_row_that_ends_early_is_refused(self) -> None:
        short, whole = read(parse(SMALL, "small"), "id,at\no1\no2,3\n")

        assert told(short) == "bad_row: line 2: cells are missing at its end; give each column one"
        assert whole.refused is None

    def test_a_row_that_is_not_utf8_is_refused_with_its_own_bytes(self) -> None:
        bad, good = read(parse(SMALL, "small"), b"id,at\no\xff1,0\no2,0\n")

        assert (told(bad), bad.raw) == ("not_utf8: line 2 is not UTF-8; save the table as UTF-8", b"o\xff1,0\n")
        assert good.refused is None

    def test_quotes_gone_wrong_cost_one_row(self) -> None:
        bad, good = read(parse(SMALL, "small"), 'id,at\n"o1"x,0\no2,0\n')

        assert told(bad) == "bad_row: line 2: quotes do not close, or a cell is too long; correct the quotes"
        assert good.refused is None

    def test_a_quote_that_never_closes_ends_with_the_file(self) -> None:
        (bad,) = read(parse(SMALL, "small"), 'id,at\n"o1,0\no2,0\n')

        assert told(bad).startswith("bad_row: line 2: quotes do not close")
        assert bad.raw == b'"o1,0\no2,0\n'

    def test_a_line_without_end_is_cut_and_refused_and_the_next_one_read(self) -> None:
        bad, good = read(parse(SMALL, "small"), b"id,at\n" + b"x" * 2 * LINE_BYTES_MAX + b",0\no2,0\n")

        assert told(bad).startswith(f"too_large: line 2 is longer than {LINE_BYTES_MAX:,} bytes")
        assert len(bad.raw) == LINE_BYTES_MAX + 1
        assert (good.refused, good.origin) == (None, "t.csv, line 3")


class TestBadTables:
    @pytest.mark.parametrize(
        ("table", "told"),
        [
            (b"", "t.csv has no readable header"),
            (b"i\xffd,at\n", "t.csv has no readable header"),
            (b"id,when\no1,0\n", "at is missing or stands twice"),
            (b"id,at,id\no1,0,1\n", "id is missing or stands twice"),
            (b"Ana,0170\n", "at, id is missing"),
        ],
    )
    def test_a_table_without_its_columns_is_refused_before_the_first_row(self, table: bytes, told: str) -> None:
        with pytest.raises(MappingError, match=re.escape(told)) as refused:
            read(parse(SMALL, "small"), table)

        assert "Ana" not in str(refused.value)


class TestShippedCityHour:
    def test_rows_come_in_at_the_door_as_they_were(self) -> None:
        mapping = find_mapping("city-hour")
        table = (
            "kind,id,at_s,x_m,y_m,patience_s,radius_m\n"
            "ask,ask-0001,13.0004,4131.5,5220,600,\n"
            "offer,offer-0001,291,5407,6458,300.5,1500\n"
        )

        first, second = read(mapping, table)

        assert (first.at_ms, second.at_ms) == (ORIGIN_MS + 13_000, ORIGIN_MS + 291_000)
        assert data_of(first) == {
            "community": "city-hour",
            "ask": "ask-0001",
            "member": "asker-ask-0001",
            "need": "oe:102",
            "place": {"x_m": 4132, "y_m": 5220},
            "quantity": 1,
            "list_until_ms": ORIGIN_MS + 613_000,
        }
        assert data_of(second) == {
            "community": "city-hour",
            "offer": "offer-0001",
            "member": "helper-offer-0001",
            "needs": ["oe:102"],
            "place": {"x_m": 5407, "y_m": 6458},
            "radius_m": 1500,
            "capacity": 1,
            "list_until_ms": ORIGIN_MS + 591_500,
        }
        known = {"city-hour": mapping.definition}
        for raw in (mapping.first_event(), first.raw, second.raw):
            answer = admit(raw, source="load", communities=known, knows_need=lambda code: code == "oe:102")
            assert isinstance(answer, Admitted), answer
