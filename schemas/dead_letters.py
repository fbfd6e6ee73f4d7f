"""What could not be used, kept with its bytes: nothing vanishes, and nobody reads it by accident.

`DeadLetter` is what a service puts aside, `Quarantined` what an operator tells matching to step over.
"""

from typing import Annotated

from pydantic import Field

from schemas.model import CodeWord, Id, Model, Ms

SEALED_CHARS_MAX = 2_000_000
KEY_LIFE_MS = 14 * 86_400_000
"""The key that opens a dead letter's bytes is destroyed this long after they were received."""


class DeadLetter(Model):
    """Something that arrived and could not be used. Its bytes are sealed: they may name a person."""

    origin: Annotated[str, Field(min_length=1, max_length=200)]
    """Where it lay: `topic/partition/offset`, or the import and the line. Names no person."""
    source: Id | None = None
    """Who sent it, as far as that was authenticated."""
    reason: CodeWord
    """Code of what was wrong; counted and searched by."""
    sentence: Annotated[str, Field(min_length=1, max_length=500)]
    """What stands, what was wanted, what to do. Never quotes what a person wrote."""
    received_ms: Ms
    key: Id
    """The key that opens the bytes; destroyed `KEY_LIFE_MS` after `received_ms`, and the bytes with it."""
    sealed: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=SEALED_CHARS_MAX)]
    """The bytes as they came, encrypted, in base64."""


PlaceOfEvent = Annotated[str, Field(pattern=r"^[0-9]{1,5}/[0-9]{1,19}/[0-9]{1,4}$")]
"""`partition/offset/index` of an event in the journal."""


class Quarantined(Model):
    """An operator's word that matching steps over one event of a journal block.

    Travels out of band, since the partition's journal queues behind the bad block. Once applied it is
    recorded as a fact; the event's bytes stay in the journal.
    """

    place: PlaceOfEvent
    operator: Id
    reason: CodeWord
    at_ms: Ms
