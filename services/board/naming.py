"""Decision blocks → whom their facts speak of: what a database is asked for at once, before a fold looks at each.

Pure. Leaving somebody out costs a query of its own, and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.decisions import DecisionBlock
from schemas.facts import (
    AnyFact,
    AskEnded,
    AskListed,
    AskMarked,
    AskReturned,
    MatchMoved,
    MatchReminded,
    MemberGone,
    MemberKnown,
    MemberMarked,
    OfferEnded,
    OfferListed,
    OfferMarked,
    Proposed,
    Thanked,
)
from services.board.rows import Key, StoredMatch

Keys = dict[Key, None]
"""In the order in which they were named first."""


@dataclass(slots=True)
class Named:
    """Keys of rows, by table."""

    asks: Keys = field(default_factory=dict)
    offers: Keys = field(default_factory=dict)
    matches: Keys = field(default_factory=dict)
    members: Keys = field(default_factory=dict)

    def with_matches(self, matches: Iterable[StoredMatch]) -> None:
        """Also what these matches are between: a move names its match alone."""
        for match in matches:
            self.asks[match.community, match.ask] = None
            self.offers[match.community, match.offer] = None
            self.members[match.community, match.offerer] = None


def named(blocks: Iterable[DecisionBlock]) -> Named:
    """Whom the facts of some blocks speak of, by themselves."""
    found = Named()
    for block in blocks:
        for fact in block.facts:
            _name(found, fact)
    return found


def _name(found: Named, fact: AnyFact) -> None:
    match fact:
        case MatchMoved() | Thanked() | MatchReminded():
            found.matches[fact.community, fact.match] = None
        case Proposed():
            found.matches[fact.community, fact.match] = None
            found.asks[fact.community, fact.ask] = None
            found.offers[fact.community, fact.offer] = None
            found.members[fact.community, fact.offerer] = None
        case AskListed():
            found.asks[fact.community, fact.ask.ask] = None
        case AskMarked() | AskEnded() | AskReturned():
            found.asks[fact.community, fact.ask] = None
        case OfferListed():
            found.offers[fact.community, fact.offer.offer] = None
        case OfferMarked() | OfferEnded():
            found.offers[fact.community, fact.offer] = None
        case MemberKnown() | MemberGone() | MemberMarked():
            found.members[fact.community, fact.member] = None
        case _:
            pass
