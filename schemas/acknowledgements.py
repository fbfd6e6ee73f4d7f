"""What people say about a match: one model, because the verb alone decides what it means."""

from typing import Literal, Self

from pydantic import model_validator

from schemas.codes import Reason, Verb
from schemas.model import Id, Model

NEEDS_REASON = (Verb.decline, Verb.fail, Verb.cancel)


class Acknowledged(Model):
    """A member (or a coordinator, by an id of theirs) says what happened with a match.

    Who may say what is a table in `services.matching.lifecycles`; the engine refuses the rest.
    """

    type: Literal["match.acknowledged"] = "match.acknowledged"
    community: Id
    match: Id
    member: Id
    """Who says so. For a cancellation this is who cancels."""
    verb: Verb
    reason: Reason | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.verb in NEEDS_REASON and self.reason is None:
            raise ValueError(f"`{self.verb.value}` needs a `reason`")
        return self
