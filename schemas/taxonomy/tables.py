"""The shipped CSV files, row by row, each row knowing its file and line."""

import csv
import importlib.resources
import io
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from typing import NamedTuple

from schemas.taxonomy.needs import TaxonomyError

ROWS_MAX = 20_000


class Row(NamedTuple):
    """One row: its cells without surrounding blanks, by column, and where it stands ("commonweal.csv line 7")."""

    origin: str
    cells: dict[str, str]


def shipped() -> Traversable:
    """The folder of the files that come with Commonweal."""
    return importlib.resources.files("schemas.taxonomy")


def read_table(folder: Traversable, name: str, columns: Sequence[str]) -> list[Row]:
    """The rows of a CSV file in UTF-8 (a byte order mark is allowed), in file order; empty lines are passed over.

    Args:
        folder: where the file is.
        name: the file's name, as errors show it.
        columns: exactly the columns of its first line, in this order.

    Raises:
        TaxonomyError: missing, not UTF-8, not CSV, other columns, or more than `ROWS_MAX` rows.
    """
    lines = csv.reader(io.StringIO(_text(folder, name), newline=""), strict=True)
    rows: list[Row] = []
    try:
        _check_columns(name, next(lines, []), columns)
        for cells in lines:
            if not cells:
                continue
            origin = f"{name} line {lines.line_num}"
            if len(cells) != len(columns):
                raise TaxonomyError(
                    f"{origin}: {len(cells)} cells, {len(columns)} wanted ({','.join(columns)}); "
                    "put a cell that holds a comma in double quotes"
                )
            rows.append(Row(origin, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    except csv.Error as wrong:
        raise TaxonomyError(f"{name} line {lines.line_num}: not CSV ({wrong}); check the quotes there") from wrong
    if len(rows) > ROWS_MAX:
        raise TaxonomyError(f"{name}: {len(rows)} rows, at most {ROWS_MAX} wanted; split or shorten it")
    return rows


def _text(folder: Traversable, name: str) -> str:
    try:
        return folder.joinpath(name).read_text(encoding="utf-8-sig")
    except FileNotFoundError as missing:
        raise TaxonomyError(f"{name} is missing in {folder}; put it there or install again") from missing
    except UnicodeDecodeError as wrong:
        raise TaxonomyError(f"{name}: byte {wrong.start} is not UTF-8; save the file as UTF-8") from wrong


def _check_columns(name: str, found: Sequence[str], columns: Sequence[str]) -> None:
    if list(found) != list(columns):
        raise TaxonomyError(f"{name} line 1: columns `{','.join(found)}`, wanted `{','.join(columns)}`")
