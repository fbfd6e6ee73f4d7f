"""Which schemas are published, under which name and version, and who stands on either side of each."""

from dataclasses import dataclass
from enum import Enum
from typing import get_args

from schemas.dead_letters import DeadLetter, Quarantined
from schemas.decisions import DecisionBlock
from schemas.events import EVENT_VERSION, AnyEvent
from schemas.journal import Block, Tick
from schemas.members import MemberLoad
from schemas.model import Model
from schemas.notifications import Notification
from schemas.policy import Policy
from schemas.states import AskRow, MatchRow, OfferRow


class Flow(Enum):
    """In which direction a document has to stay readable."""

    inwards = "inwards"
    """Old writers, new reader: partners go on sending what they always sent, and old records stay in the logs."""
    outwards = "outwards"
    """The same, since the records stay; and a new writer, old readers, who upgrade when they please."""


@dataclass(frozen=True)
class Document:
    """One published schema."""

    name: str
    version: int
    model: type[Model]
    flow: Flow

    @property
    def file(self) -> str:
        """Where it lies, seen from the folder of published schemas."""
        return f"v{self.version}/{self.name}.json"

    @property
    def urn(self) -> str:
        """Its `$id`: a name and no address, because a schema is the same wherever it is kept."""
        return f"urn:commonweal:schema:{self.name}:v{self.version}"

    @property
    def ce_type(self) -> str:
        """The CloudEvents type of a record that holds it."""
        return f"commonweal.{self.name}.v{self.version}"


def _event(model: type[Model]) -> Document:
    return Document(str(model.model_fields["type"].default), EVENT_VERSION, model, Flow.inwards)


EVENT_DOCUMENTS: tuple[Document, ...] = tuple(_event(model) for model in get_args(AnyEvent))
DOCUMENTS: tuple[Document, ...] = (
    *EVENT_DOCUMENTS,
    Document("policy", 1, Policy, Flow.inwards),
    # Blocks and ticks are read by matching alone, which is upgraded before the intake that writes them.
    Document("journal.block", 1, Block, Flow.inwards),
    Document("journal.tick", 1, Tick, Flow.inwards),
    Document("decision.block", 1, DecisionBlock, Flow.outwards),
    Document("state.ask", 1, AskRow, Flow.outwards),
    Document("state.offer", 1, OfferRow, Flow.outwards),
    Document("state.match", 1, MatchRow, Flow.outwards),
    Document("state.member_load", 1, MemberLoad, Flow.outwards),
    Document("notification", 1, Notification, Flow.outwards),
    Document("dead_letter", 1, DeadLetter, Flow.outwards),
    Document("quarantined", 1, Quarantined, Flow.inwards),
)
"""Every published schema. A new version of one is a line of its own, with a model of its own; no line is taken away."""


def document_of(model: type[Model]) -> Document:
    """The newest document of a model.

    Raises:
        KeyError: the model is not published.
    """
    found = [document for document in DOCUMENTS if document.model is model]
    if not found:
        raise KeyError(f"{model.__name__} is not published; give it a line in DOCUMENTS")
    return max(found, key=lambda document: document.version)
