"""The words of a story: spans of time, places, lists and schedules, as a line has them."""

from schemas.model import Place
from schemas.schedules import Freq, Schedule, Weekday

CELL_M = 100
UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def duration_ms(text: str) -> int:
    """`90s`, `5m`, `2h`, `3d` in milliseconds."""
    return int(text[:-1]) * UNITS_MS[text[-1]]


def place(cell: str | None) -> Place | None:
    """`12,40`: cells of a hundred metres."""
    if cell is None:
        return None
    x, y = cell.split(",")
    return Place(x_m=int(x) * CELL_M, y_m=int(y) * CELL_M)


def several(text: str | None) -> tuple[str, ...]:
    """`de,en` as a tuple."""
    return tuple(text.split(",")) if text else ()


def schedule(now_ms: int, given: dict[str, str]) -> Schedule | None:
    """`every=day days=mo,th hours=9-12 interval=2 times=4 until=9d`, from the day of the story on."""
    if "every" not in given:
        return None
    freqs = {"day": Freq.daily, "week": Freq.weekly, "month": Freq.monthly, "moon": Freq.unknown}
    opens, closes = (int(hour) * 60 for hour in given["hours"].split("-"))
    return Schedule(
        dtstart_ms=now_ms,
        until_ms=now_ms + duration_ms(given["until"]) if "until" in given else None,
        count=int(given["times"]) if "times" in given else None,
        freq=freqs[given["every"]],
        interval=int(given.get("interval", "1")),
        byday=tuple(Weekday[day] for day in several(given.get("days"))),
        opens_at_minute=opens,
        closes_at_minute=closes,
    )
