"""A table's rows with fewer asks, or with other patience, so that one table tells of plenty as well as of scarcity."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from services.intake import RawEvent


@dataclass(frozen=True, slots=True)
class RowChanges:
    """What is changed about the rows; nothing, unless told."""

    thin_asks: int = 1
    """Only asks whose place among the asks, from 0, can be divided by this are kept."""
    ask_patience_ms: int | None = None
    """How long asks stay from when they came; None: as the table says."""
    offer_patience_ms: int | None = None
    """How long offers stay."""


def changed(rows: Iterable[RawEvent], changes: RowChanges) -> Iterator[RawEvent]:
    """The rows that are kept, in their order. Those that could not be read, or open nothing, stay as they are."""
    asks = 0
    for row in rows:
        event = opened(row)
        if event is None:
            yield row
            continue
        is_ask = "ask" in event["data"]
        asks += is_ask
        if is_ask and (asks - 1) % changes.thin_asks:
            continue
        patience_ms = changes.ask_patience_ms if is_ask else changes.offer_patience_ms
        yield row if patience_ms is None else _staying(row, event, patience_ms)


def opened(row: RawEvent) -> dict[str, Any] | None:
    """The event of a row that opens an ask or an offer; None for every other row."""
    if row.refused is not None:
        return None
    event = orjson.loads(row.raw)
    is_opening = isinstance(event.get("data"), dict) and ("ask" in event["data"]) != ("offer" in event["data"])
    return event if is_opening else None


def _staying(row: RawEvent, event: dict[str, Any], patience_ms: int) -> RawEvent:
    data = {name: value for name, value in event["data"].items() if name != "needed_by_ms"}
    data["list_until_ms"] = (row.at_ms or 0) + patience_ms
    return replace(row, raw=orjson.dumps({**event, "data": data}))
