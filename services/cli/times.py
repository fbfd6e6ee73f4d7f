"""Spans of time as somebody types them: 500ms, 2s, 1min, 6h."""

from services.cli.arguments import refuse_usage

UNITS_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def time_ms(option: str, text: str | None) -> int | None:
    """The milliseconds of a span, a whole number with its unit (seconds where none is given); None for none.

    Args:
        option: which was given it, for the sentence in which it is refused; exit code 2.
    """
    if text is None:
        return None
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit_ms = UNITS_MS.get(text.removeprefix(digits) or "s")
    if unit_ms is None or not digits.isdecimal() or not digits.isascii():
        raise refuse_usage(f"{option} is {text}; give a time such as 2s, 500ms, 1min or 6h")
    return int(digits) * unit_ms
