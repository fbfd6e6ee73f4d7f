"""A table (CSV) under a mapping: its rows as events, lazily and in file order.

A row that cannot be read becomes a refused event with the row's own bytes; the rest go on. A table that cannot be read
at all (no header, a column that is missing) is refused whole.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, assert_never

import orjson

from schemas.model import MS_MAX
from services.intake.cells import CellError, flag, number, rfc3339_ms, span_ms, whole
from services.intake.envelope import event_type
from services.intake.lines import Line, too_long
from services.intake.mapping import CsvMapping, Kind, MappingError, Source
from services.intake.raw_events import RawEvent
from services.intake.refusals import Rejected, Why

BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: more than one line where a quoted cell holds line breaks."""

    line: int
    """Where it begins; the header is line 1."""
    raw: bytes
    cells: list[str] | Rejected


def events_in_table(mapping: CsvMapping, lines: Iterable[Line], *, source: str, name: str) -> Iterator[RawEvent]:
    """The rows of a table as events; memory holds one row at a time.

    Args:
        source: who sends, as authenticated.
        name: what reports and dead letters call the table.

    Yields:
        Events with `at_ms`, when the row came on the mapping's clock. Rows may be out of time order, and so are these.

    Raises:
        MappingError: the table is empty or lacks a column that the mapping reads; before the first event.
    """
    rows = _rows(lines, mapping.delimiter)
    header = _header(next(rows, None), mapping, name)
    for row in rows:
        yield _event(mapping, header, row, source, f"{name}, line {row.line}")


def _header(row: Row | None, mapping: CsvMapping, name: str) -> dict[str, int]:
    """Column → its place in a row."""
    if row is None or isinstance(row.cells, Rejected):
        raise MappingError(f"{name} has no readable header; its first line names the columns, in UTF-8")
    named = [cell.removeprefix(BOM).strip() for cell in row.cells]
    wrong = sorted(column for column in mapping.columns() if named.count(column) != 1)
    if wrong:
        raise MappingError(
            f"{name}: the header must name each column that the mapping reads exactly once, and {', '.join(wrong)} "
            "is missing or stands twice; correct the header, or the mapping's `column`s"
        )
    return {column: named.index(column) for column in sorted(mapping.columns())}


def _event(mapping: CsvMapping, header: dict[str, int], row: Row, source: str, origin: str) -> RawEvent:
    if isinstance(row.cells, Rejected):
        return RawEvent(source, row.raw, origin, refused=row.cells)
    if len(row.cells) <= max(header.values()):
        refused = Rejected(Why.bad_row, f"line {row.line}: cells are missing at its end; give each column one")
        return RawEvent(source, row.raw, origin, refused=refused)
    reading = _Reading(mapping, {column: row.cells[index].strip() for column, index in header.items()})
    try:
        return RawEvent(source, reading.event(), origin, at_ms=reading.at_ms)
    except CellError as error:
        refused = Rejected(Why.bad_row, f"line {row.line}, column {reading.column}: {error}")
        return RawEvent(source, row.raw, origin, refused=refused)


class _Reading:
    """One row while it is read; `column` is the one under the finger, for the refusal."""

    def __init__(self, mapping: CsvMapping, cells: dict[str, str]) -> None:
        self.mapping = mapping
        self.cells = cells
        self.column = ""
        self.came_ms = Decimal(0)

    @property
    def at_ms(self) -> int:
        return whole(self.came_ms)

    def event(self) -> bytes:
        """The row's event in structured JSON.

        Raises:
            CellError: at `column`.
        """
        kind = self._kind()
        self.came_ms = self._moment(self.mapping.time.column)
        data: dict[str, object] = {"community": self.mapping.community.id}
        for path, source in kind.fields.items():
            value = self._value(source)
            if value is not None:
                _put(data, path, value)
        return orjson.dumps(
            {"specversion": "1.0", "id": self._value(kind.id), "type": event_type(kind.event), "data": data}
        )

    def _kind(self) -> Kind:
        kinds = self.mapping.kinds
        if self.mapping.kind_column is None:
            return next(iter(kinds.values()))
        kind = kinds.get(self._cell(self.mapping.kind_column))
        if kind is None:
            raise CellError(f"one of {', '.join(kinds)} is wanted here")
        return kind

    def _cell(self, column: str) -> str:
        self.column = column
        return self.cells[column]

    def _moment(self, column: str) -> Decimal:
        """On the table's clock, in milliseconds since 1970, not rounded yet."""
        text, time = self._cell(column), self.mapping.time
        moment_ms = rfc3339_ms(text) if time.unit == "rfc3339" else time.origin_ms + span_ms(text, time.unit)
        if not 0 <= moment_ms <= MS_MAX:
            raise CellError("this moment lies before 1970 or beyond 2248; correct it, or the mapping's `origin`")
        return moment_ms

    def _value(self, source: Source) -> object:
        if source.column is None:
            return source.value
        text = self._cell(source.column)
        if not text:
            if source.optional:
                return None
            raise CellError("it is empty, and the mapping does not call it optional")
        match source.as_:
            case "whole":
                return whole(number(text))
            case "number":
                return float(number(text))
            case "flag":
                return flag(text)
            case "time":
                return whole(self._moment(source.column))
            case "after":
                return whole(self.came_ms + span_ms(text, source.unit))
            case "list":
                return [_worded(source, part.strip()) for part in text.split(source.separator) if part.strip()]
            case "text":
                return _worded(source, text)
        assert_never(source.as_)


def _worded(source: Source, text: str) -> str:
    if source.words and text not in source.words:
        raise CellError(f"one of {', '.join(source.words)} is wanted here")
    return source.prefix + source.words.get(text, text)


def _put(data: dict[str, object], path: str, value: object) -> None:
    *outer, last = path.split(".")
    for step in outer:
        inner = data.setdefault(step, {})
        assert isinstance(inner, dict), "the mapping was read from nested tables: a path never goes through a value"
        data = inner
    data[last] = value


@dataclass
class _Feed:
    """Lines for the CSV reader, which takes as many as a row needs; what it took is kept until the row is out."""

    lines: Iterator[Line]
    taken: list[Line] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.taken.append(line)
            yield line.raw.decode("utf-8", errors="surrogateescape")


def _rows(lines: Iterable[Line], delimiter: str) -> Iterator[Row]:
    """Rows that hold anything; blank ones are skipped, with or without delimiters."""
    feed = _Feed(iter(lines))
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        try:
            cells: list[str] | Rejected = next(reader)
        except StopIteration:
            return
        except csv.Error:
            line = feed.taken[0].number
            cells = Rejected(
                Why.bad_row, f"line {line}: quotes do not close, or a cell is too long; correct the quotes"
            )
        row = _row(feed.taken, cells)
        feed.taken = []
        if isinstance(row.cells, Rejected) or any(cell.strip() for cell in row.cells):
            yield row


def _row(taken: list[Line], cells: list[str] | Rejected) -> Row:
    first = taken[0]
    cut = next((line for line in taken if not line.whole), None)
    if cut is not None:
        cells = too_long(cut)
    elif isinstance(cells, list) and any(_is_broken(cell) for cell in cells):
        cells = Rejected(Why.not_utf8, f"line {first.number} is not UTF-8; save the table as UTF-8")
    return Row(first.number, b"".join(line.raw for line in taken), cells)


def _is_broken(cell: str) -> bool:
    return any("\udc80" <= letter <= "\udcff" for letter in cell)
