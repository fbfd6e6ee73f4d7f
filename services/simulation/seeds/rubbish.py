"""What partners send that is no event, each with the reason under which it must lie among the dead letters."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from random import Random

import orjson

from schemas.partitions import partition_of
from schemas.topics import ACKNOWLEDGEMENTS, ASKS
from services.intake import Why

PARTNER = "partner-7"


@dataclass(frozen=True, slots=True)
class Stray:
    """A record that somebody wrote around the door, onto an inbound topic itself: it is no event."""

    topic: str
    community: str
    """On whose partition it lies."""
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def draw_rubbish(draw: Random, community: str, name: str) -> tuple[bytes, Why]:
    """Bytes that the door must refuse, and why."""
    why, value = draw.choice(list(_rubbish(community, name).items()))
    return value, why


def draw_stray(draw: Random, community: str, name: str) -> Stray:
    """A record that intake must put aside."""
    headers = {"ce_id": name, "ce_source": PARTNER, "ce_type": "commonweal.ask.withdrawn.v1"}
    good = orjson.dumps({"type": "ask.withdrawn", "community": community, "ask": "A1"})
    elsewhere = orjson.dumps({"type": "ask.withdrawn", "community": _elsewhere(community), "ask": "A1"})
    topic, value, changed = draw.choice(
        (
            (ASKS.name, b'{"type":', {}),
            (ASKS.name, good, {"ce_source": "somebody @ home"}),
            (ASKS.name, good, {"ce_type": "commonweal.ask.withdrawn.v2"}),
            (ACKNOWLEDGEMENTS.name, good, {}),
            (ASKS.name, elsewhere, {}),
        )
    )
    written = tuple((key, content.encode()) for key, content in {**headers, **changed}.items())
    return Stray(topic, community, value, written)


def _rubbish(community: str, name: str) -> dict[Why, bytes]:
    """One of each kind."""
    ask = _ask(community)
    return {
        Why.not_utf8: b'{"id":"\xff"}',
        Why.not_json: b'{"id": ' + name.encode(),
        Why.too_deep: b'{"id":"x","data":' + b"[" * 40 + b"]" * 40 + b"}",
        Why.duplicate_key: b'{"id":"a","id":"b","data":{}}',
        Why.not_an_object: b"[1,2,3]",
        Why.unknown_version: _event(name, ask, specversion="9.9"),
        Why.unknown_type: _event(name, {"type": "ask.eaten", "community": community}),
        Why.type_mismatch: _event(name, ask, type="commonweal.ask.withdrawn.v1"),
        Why.personal_data: _event(name, _ask(community, email="nobody@example.org")),
        Why.wrong_source: _event(name, ask, source="somebody-else"),
        Why.unknown_community: _event(name, _ask("nowhere")),
        Why.bad_place: _event(name, _ask(community, place={"x_m": "here"})),
        Why.unknown_need: _event(name, _ask(community, need="cw:moonlight")),
        Why.invalid: _event(name, _ask(community, quantity=0)),
    }


def _elsewhere(community: str) -> str:
    """A community of another partition."""
    names = (f"{community}-{number}" for number in count())
    return next(name for name in names if partition_of(name) != partition_of(community))


def _event(name: str, data: Mapping[str, object], **outside: object) -> bytes:
    return orjson.dumps({"id": name, "data": data, **outside})


def _ask(community: str, **changed: object) -> dict[str, object]:
    said = {"type": "ask.opened", "community": community, "ask": "A1", "member": "m-1", "need": "cw:lending.tools"}
    return {**said, "remote": True, **changed}
