"""Events and records as intake's tests need them. All ids are invented, nobody is meant."""

from typing import Any

import orjson

from schemas.events import AnyEvent
from schemas.operations import CommunityDefined
from schemas.partitions import partition_of
from schemas.topics import inbound_topic
from services.intake.envelope import event_type
from services.runtime.log.records import Record

NORTH = CommunityDefined(community="north", origin_lat_udeg=52_500_000, origin_lon_udeg=13_400_000, cell_m=250)
PLAIN = CommunityDefined(community="plain", cell_m=1)
COMMUNITIES = {"north": NORTH, "plain": PLAIN}
FOOD = "oe:102"


def knows_food(code: str) -> bool:
    return code == FOOD


def ask(**changed: Any) -> dict[str, Any]:
    """The data of an ask; a field changed to `...` is left out."""
    data = {
        "type": "ask.opened",
        "community": "north",
        "ask": "a1",
        "member": "m1",
        "need": FOOD,
        "place": {"x_m": 10, "y_m": 20},
    } | changed
    return {key: value for key, value in data.items() if value is not ...}


def cloud_event(data: object, /, **changed: Any) -> bytes:
    """A CloudEvent in structured JSON; an attribute changed to `...` is left out."""
    name = data["type"] if isinstance(data, dict) else "ask.opened"
    event = {"specversion": "1.0", "id": "e1", "type": event_type(name), "data": data} | changed
    return orjson.dumps({key: value for key, value in event.items() if value is not ...})


def record(event: AnyEvent, offset: int, stamp_ms: int = 0, event_id: str = "", source: str = "form") -> Record:
    """An event as it lies on its inbound topic."""
    topic = inbound_topic(event).name
    headers = {"ce_id": event_id or f"{topic}-{offset}", "ce_source": source, "ce_type": event_type(event.type)}
    return Record(
        topic=topic,
        partition=partition_of(event.community),
        offset=offset,
        stamp_ms=stamp_ms,
        key=None,
        value=event.model_dump_json(exclude_none=True).encode(),
        headers=tuple((name, content.encode()) for name, content in headers.items()),
    )
