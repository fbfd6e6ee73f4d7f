"""Every event a person, a partner or a coordinator can send, and the envelope it travels in."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.members import MemberChanged, MemberJoined, MemberLeft
from schemas.model import Id, Model, Ms
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from schemas.operations import (
    AskEscalated,
    AskHeld,
    AskMerged,
    AskReferred,
    AskReleased,
    AskSentBack,
    CommunityDefined,
    LeapAllowed,
    MemberReinstated,
    PolicySet,
    ProposedByHand,
    Reassigned,
)

AskEvent = AskOpened | AskChanged | AskWithdrawn
OfferEvent = OfferOpened | OfferChanged | OfferPaused | OfferResumed | OfferWithdrawn
MemberEvent = MemberJoined | MemberChanged | MemberLeft
OperationEvent = (
    CommunityDefined
    | PolicySet
    | LeapAllowed
    | ProposedByHand
    | Reassigned
    | AskHeld
    | AskReleased
    | AskEscalated
    | AskMerged
    | AskReferred
    | AskSentBack
    | MemberReinstated
)
AnyEvent = AskEvent | OfferEvent | Acknowledged | MemberEvent | OperationEvent

EventData = Annotated[AnyEvent, Field(discriminator="type")]
EVENT: TypeAdapter[AnyEvent] = TypeAdapter(EventData)
EVENT_VERSION = 1


class Received(Model):
    """An event as it lies in the journal: what was sent, who sent it, and when the log received it.

    `(source, id)` names the event for good: the source is authenticated, the id is the sender's.
    """

    source: Id
    id: Id
    received_ms: Ms
    """The inbound log's stamp: an answer counts by it."""
    time_ms: Ms | None = None
    """When the sender says it happened (CloudEvents `time`): only ever used to refuse what is too old."""
    data: EventData

    @property
    def uid(self) -> str:
        """The name under which duplicates are dropped and facts name their cause."""
        return f"{self.source}/{self.id}"
