"""Refusals are values: an event that changes nothing says why."""

from schemas.codes import Verb
from schemas.events import Received
from schemas.facts import AnyFact, Refused
from services.matching.state import CommunityState


def refused(
    community: CommunityState, event: Received, reason: str, about: str | None = None, verb: Verb | None = None
) -> list[AnyFact]:
    """One refusal, naming what was refused, what it was about, and the reason."""
    refusal = Refused.trusted(
        community=community.community, cause=event.uid, what=event.data.type, about=about, reason=reason, verb=verb
    )
    return [refusal]
