"""The journal: what was asked of the engine, in one order per partition."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from schemas.events import Received
from schemas.model import Model, Ms

BLOCK_EVENTS_MAX = 1_000
SourceOffsets = Annotated[dict[str, int], Field(max_length=512)]


class Block(Model):
    """Events that arrived together.

    `caught_up` says the inbound partitions were drained: then the journal's own stamp is `now`. Otherwise
    `now` is the newest receipt in the block, so that an outage never makes time outrun people's answers.
    """

    kind: Literal["block"] = "block"
    version: Literal[1] = 1
    events: Annotated[tuple[Received, ...], Field(max_length=BLOCK_EVENTS_MAX)]
    caught_up: bool
    inbound: SourceOffsets = {}
    """Last inbound offset taken in, by topic (the partition is the journal's own): the audit, and where to go on."""


class Tick(Model):
    """Nothing arrived, time went on. Only a caught-up intake writes one."""

    kind: Literal["tick"] = "tick"
    version: Literal[1] = 1
    inbound: SourceOffsets = {}


JOURNAL_BODY: TypeAdapter[Block | Tick] = TypeAdapter(Annotated[Block | Tick, Field(discriminator="kind")])


class JournalRecord(Model):
    """A journal record as the log hands it over: body, offset and the log's own stamp."""

    offset: Annotated[int, Field(ge=0)]
    stamp_ms: Ms
    body: Annotated[Block | Tick, Field(discriminator="kind")]
