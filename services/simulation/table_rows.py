"""What the rows of a table said: true places, and asks and offers that were over before anybody could decide on them.

The engine sees cells only, and refuses what comes too late; a report measures true ways, and counts everybody. A load's
data is the operator's own, and the report keeps nothing of it but figures.
"""

from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class RowSaid:
    """One ask or offer as its row has it. None where the row says nothing, or says it in another way than in metres."""

    at_ms: int
    until_ms: int | None
    x_m: float | None
    y_m: float | None
    radius_m: float


@dataclass(slots=True)
class TableRows:
    """Rows by the id of their ask or offer; of two with one id the first counts, as it does at the engine."""

    asks: dict[str, RowSaid] = field(default_factory=dict)
    offers: dict[str, RowSaid] = field(default_factory=dict)

    def note(self, raw: bytes, at_ms: int) -> None:
        """Remember what an event says; one that opens nothing readable is passed over."""
        try:
            data = orjson.loads(raw)["data"]
            kind, name = ("ask", data["ask"]) if "ask" in data else ("offer", data["offer"])
        except (ValueError, KeyError, TypeError):
            return
        (self.asks if kind == "ask" else self.offers).setdefault(name, _row(data, at_ms))


def _row(data: dict[str, Any], at_ms: int) -> RowSaid:
    place = data.get("place")
    place = place if isinstance(place, dict) else {}
    ends = [data[name] for name in ("needed_by_ms", "list_until_ms") if isinstance(data.get(name), int)]
    return RowSaid(
        at_ms=at_ms,
        until_ms=min(ends, default=None),
        x_m=_number(place.get("x_m")),
        y_m=_number(place.get("y_m")),
        radius_m=_number(data.get("radius_m")) or 0.0,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
