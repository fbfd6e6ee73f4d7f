"""The door: what anybody sends comes in as a checked, located, widened record for an inbound topic, or stays out.

The checks are asked in the order of `Why`; the first refusal wins. A refusal never repeats what was sent.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from schemas.events import EVENT, AnyEvent
from schemas.model import ID_PATTERN
from schemas.operations import CommunityDefined
from schemas.personal import personal_fields_in
from schemas.topics import inbound_topic
from services.intake.envelope import MODELS, SPECVERSION, Envelope, event_type, open_envelope, outside_problems
from services.intake.location import PlaceError, locate
from services.intake.refusals import Rejected, Why, path_of
from services.intake.schema_errors import sentences, unknown_words

Communities = Mapping[str, CommunityDefined]

LOCATED: Final = frozenset(name for name, model in MODELS.items() if "place" in model.model_fields)
"""The events that may say where."""
DEFINES: Final = "community.defined"
FIELDS_TOLD_MAX: Final = 5

_ID: Final = re.compile(ID_PATTERN)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A record ready for its inbound topic; the shell appends it at the community's partition."""

    topic: str
    community: str
    key: str
    """The id of what the event is about."""
    value: bytes
    """The event's data as JSON, as the model writes it: the exact place is gone."""
    headers: dict[str, str]
    """CloudEvents in binary mode."""
    event: AnyEvent


def admit(
    raw: bytes, *, source: str, communities: Communities, knows_need: Callable[[str], bool]
) -> Admitted | Rejected:
    """Let one event in, or say why not.

    Args:
        raw: one CloudEvent in structured JSON, or its bare form.
        source: who sends, as authenticated: an id. The event may repeat it, never claim another.
        communities: those that are known, by id.
        knows_need: whether a code is in the taxonomy.
    """
    assert _ID.fullmatch(source), "the source is what we authenticated: the caller gives it as an id"
    envelope = open_envelope(raw)
    if isinstance(envelope, Rejected):
        return envelope
    refused = _personal(envelope) or _other_source(envelope, source) or _homeless(envelope, communities)
    if refused is not None:
        return refused
    data = _located(envelope, communities)
    if isinstance(data, Rejected):
        return data
    event = _unknown_need(envelope, knows_need) or _validated(envelope, data)
    return event if isinstance(event, Rejected) else _admitted(event, source, str(envelope.attributes["id"]))


def _personal(envelope: Envelope) -> Rejected | None:
    fields = personal_fields_in(envelope.attributes)
    if not fields:
        return None
    told = ", ".join(f"$.{field}" for field in fields[:FIELDS_TOLD_MAX])
    more = f" and {len(fields) - FIELDS_TOLD_MAX} more" if len(fields) > FIELDS_TOLD_MAX else ""
    return Rejected(
        Why.personal_data, f"a person's details belong in the vault, not in an event; leave out {told}{more}"
    )


def _other_source(envelope: Envelope, source: str) -> Rejected | None:
    claimed = envelope.attributes.get("source")
    if claimed is None or claimed == source:
        return None
    return Rejected(Why.wrong_source, "$.source is not who you are authenticated as; leave it out or send your own")


def _homeless(envelope: Envelope, communities: Communities) -> Rejected | None:
    community = envelope.data.get("community")
    if envelope.type == DEFINES or not isinstance(community, str) or community in communities:
        return None  # one that is missing or no text is for the schema to refuse
    return Rejected(
        Why.unknown_community,
        f"$.data.community is not defined here; correct it, or send `{event_type(DEFINES)}` first",
    )


def _located(envelope: Envelope, communities: Communities) -> dict[str, object] | Rejected:
    """The data with its place widened; untouched where there is none."""
    place, community = envelope.data.get("place"), envelope.data.get("community")
    if envelope.type not in LOCATED or place is None or not isinstance(community, str):
        return envelope.data
    try:
        cell = locate(place, communities[community])
    except PlaceError as error:
        return Rejected(Why.bad_place, f"$.data.place: {error}; correct it")
    return {**envelope.data, "place": {"x_m": cell.x_m, "y_m": cell.y_m}}


def _unknown_need(envelope: Envelope, knows_need: Callable[[str], bool]) -> Rejected | None:
    for field in ("need", "needs"):
        value = envelope.data.get(field) if field in MODELS[envelope.type].model_fields else None
        for code in value if isinstance(value, list) else [value]:
            if isinstance(code, str) and not knows_need(code):
                return Rejected(
                    Why.unknown_need,
                    f"a code at {path_of('data', field)} is not in the needs taxonomy; look it up there",
                )
    return None


def _validated(envelope: Envelope, data: Mapping[str, object]) -> AnyEvent | Rejected:
    outside = outside_problems(envelope.attributes)
    if outside:
        return Rejected(Why.invalid, "; ".join(outside))
    try:
        event = EVENT.validate_json(json.dumps(data), extra="forbid")
    except ValidationError as error:
        return Rejected(Why.invalid, sentences(error, within=("data",), skip=1))
    words = unknown_words(event)
    if words:
        return Rejected(Why.invalid, f"no word this version knows at {', '.join(words)}; see the published schema")
    return event


def _admitted(event: AnyEvent, source: str, event_id: str) -> Admitted:
    topic = inbound_topic(event)
    assert topic.key is not None, "inbound topics are keyed by what the event is about"
    headers = {
        "ce_specversion": SPECVERSION,
        "ce_id": event_id,
        "ce_source": source,
        "ce_type": event_type(event.type),
        "content-type": "application/json",
    }
    value = event.model_dump_json(exclude_none=True).encode()
    return Admitted(topic.name, event.community, str(getattr(event, topic.key)), value, headers, event)
