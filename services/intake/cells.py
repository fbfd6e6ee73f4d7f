"""The cells of a table, read as what an event's field wants. Numbers are exact decimals until they are rounded."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

from services.intake.jsonl import moment_ms

Unit = Literal["ms", "s", "min", "h", "d"]
MS_PER: Final[dict[Unit, int]] = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}

FLAGS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")


class CellError(ValueError):
    """A cell that cannot be read as wanted; the message says what was wanted and never what stood there."""


def number(text: str) -> Decimal:
    """A plain decimal number, exactly.

    Raises:
        CellError: it is none, or longer than 15 digits before or after the point.
    """
    if not _NUMBER.fullmatch(text):
        raise CellError("a plain number such as 12 or 12.5 is wanted here")
    return Decimal(text)


def whole(value: Decimal) -> int:
    """The nearest whole number; halves go to the even one."""
    return int(value.to_integral_value(ROUND_HALF_EVEN))


def flag(text: str) -> bool:
    """Yes or no.

    Raises:
        CellError: it is neither.
    """
    if text.lower() not in FLAGS:
        raise CellError(f"one of {', '.join(FLAGS)} is wanted here")
    return FLAGS[text.lower()]


def span_ms(text: str, unit: Unit) -> Decimal:
    """A length of time in milliseconds, exactly.

    Raises:
        CellError: it is no number.
    """
    return number(text) * MS_PER[unit]


def rfc3339_ms(text: str) -> Decimal:
    """A moment in milliseconds since 1970.

    Raises:
        CellError: it is no date and time with an offset.
    """
    moment = moment_ms(text)
    if moment is None:
        raise CellError("a moment such as 2026-01-05T08:00:00Z is wanted here, with its offset")
    return Decimal(moment)
