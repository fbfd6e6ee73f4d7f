"""What an event speaks of: the thing that must be there before it can be decided."""

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.events import AnyEvent
from schemas.members import MemberChanged, MemberJoined, MemberLeft
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from schemas.operations import CommunityDefined, LeapAllowed, MemberReinstated, PolicySet, Reassigned


def subject_of(data: AnyEvent) -> tuple[str, str] | None:
    """What an event speaks of and cannot do without: its kind and id; None for one that brings its own."""
    match data:
        case AskOpened() | OfferOpened() | MemberJoined() | CommunityDefined() | PolicySet() | LeapAllowed():
            return None
        case Acknowledged() | Reassigned():
            return "match", data.match
        case MemberChanged() | MemberLeft() | MemberReinstated():
            return "member", data.member
        case OfferChanged() | OfferPaused() | OfferResumed() | OfferWithdrawn():
            return "offer", data.offer
        case _:
            return "ask", data.ask
