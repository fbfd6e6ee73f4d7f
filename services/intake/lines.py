"""Files as numbered lines, bounded: a file without a line break never fills the memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from services.intake.envelope import EVENT_BYTES_MAX
from services.intake.refusals import Rejected, Why

LINE_BYTES_MAX: Final = EVENT_BYTES_MAX + 2  # an event of the largest size, and its line break


@dataclass(frozen=True, slots=True)
class Line:
    """One line, with its line break."""

    number: int
    """From 1."""
    raw: bytes
    whole: bool
    """False where the line was longer than `LINE_BYTES_MAX`: `raw` is its beginning."""


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """The lines of a file opened for bytes, one after the other."""
    number = 0
    while raw := file.readline(LINE_BYTES_MAX + 1):
        number += 1
        whole = len(raw) <= LINE_BYTES_MAX
        if not whole and not raw.endswith(b"\n"):
            _skip_to_line_break(file)
        yield Line(number, raw, whole)


def too_long(line: Line) -> Rejected:
    """The refusal for a line that is not whole."""
    return Rejected(
        Why.too_large, f"line {line.number} is longer than {LINE_BYTES_MAX:,} bytes; only its beginning is kept"
    )


def _skip_to_line_break(file: BinaryIO) -> None:
    while (part := file.readline(LINE_BYTES_MAX)) and not part.endswith(b"\n"):
        pass
