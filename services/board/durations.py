"""How long, in words: two units at most, rounded down, since nobody reads seconds after days."""

SECOND_MS = 1_000
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
"""Name and seconds, longest first."""


def elapsed(span_ms: int) -> str:
    """`0 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`; a minus before what lies the other way."""
    sign, seconds = ("-" if span_ms < 0 else ""), abs(span_ms) // SECOND_MS
    for place, (name, size) in enumerate(UNITS):
        count, rest = divmod(seconds, size)
        if count:
            smaller, smaller_size = UNITS[min(place + 1, len(UNITS) - 1)]
            also = f" {rest // smaller_size} {smaller}" if rest // smaller_size else ""
            return f"{sign}{count} {name}{also}"
    return "0 s"
