"""What an event speaks of: the thing that must be there before it can be decided."""

from collections.abc import Mapping

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.events import AnyEvent
from schemas.members import MemberChanged, MemberJoined, MemberLeft
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from schemas.operations import CommunityDefined, LeapAllowed, MemberReinstated, PolicySet, Reassigned

KINDS: Mapping[type, str | None] = {
    **dict.fromkeys((AskOpened, OfferOpened, MemberJoined, CommunityDefined, PolicySet, LeapAllowed)),
    **dict.fromkeys((Acknowledged, Reassigned), "match"),
    **dict.fromkeys((MemberChanged, MemberLeft, MemberReinstated), "member"),
    **dict.fromkeys((OfferChanged, OfferPaused, OfferResumed, OfferWithdrawn), "offer"),
}
"""What each kind of event speaks of: its field has the same name. None: it brings its own. All others: an ask."""


def subject_of(data: AnyEvent) -> tuple[str, str] | None:
    """What an event speaks of and cannot do without: its kind and id; None for one that brings its own."""
    kind = KINDS.get(type(data), "ask")
    return None if kind is None else (kind, getattr(data, kind))
