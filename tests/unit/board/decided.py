"""Decision blocks made by hand, in few words: what the board's tests are told."""

from dataclasses import dataclass, field
from typing import Any, Self

from schemas.codes import EndedHow, Mark, MatchStatus, Reason, Role, Urgency, Vetting
from schemas.decisions import DecisionBlock
from schemas.facts import (
    Alternative,
    AnyFact,
    AskEnded,
    AskListed,
    AskMarked,
    CommunityKnown,
    Explanation,
    Fell,
    MatchMoved,
    MemberKnown,
    MemberMarked,
    OfferEnded,
    OfferListed,
    OfferMarked,
    PolicyTaken,
    Proposed,
    Thanked,
)
from schemas.listed import Ask, Offer
from schemas.members import MemberFields
from schemas.operations import CommunityDefined
from schemas.policy import Policy
from services.matching.lifecycles import MATCH

RIVERSIDE = "riverside"
START_MS = 1_700_000_000_000
MINUTE_MS = 60_000
DAY_MS = 86_400_000
WHY = Explanation(
    parts={"base": 100_000, "distance": -3_400, "later_helper": 210},
    considered=12,
    feasible=4,
    fell=(Fell(rule="too_far", count=1), Fell(rule="blocked_pair", count=2), Fell(rule="of_the_future", count=5)),
    alternatives=(Alternative(offer="O7", points=96_000), Alternative(offer="O8", points=97_000)),
    solver="min-cost-flow",
)


@dataclass
class Decided:
    """A decisions log in the making: facts gather, `block` closes a block around them."""

    community: str = RIVERSIDE
    now_ms: int = START_MS
    blocks: list[DecisionBlock] = field(default_factory=list)
    facts: list[AnyFact] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    """Where each match stands, so that a move says where it leads."""

    def fact(self, fact: AnyFact) -> Self:
        """Any fact."""
        self.facts.append(fact)
        return self

    def block(self, *, after_ms: int = 1_000) -> Self:
        """Close the block; log time then goes on by `after_ms`."""
        source = len(self.blocks)
        block = DecisionBlock(
            source=source,
            logic="test-1",
            now_ms=self.now_ms,
            told_ms=self.now_ms,
            facts=tuple(self.facts),
            chain=f"{source + 1:064x}",
        )
        self.blocks.append(block)
        self.facts = []
        self.now_ms += after_ms
        return self

    def defined(self, policy: str = "balanced") -> Self:
        """The community with its policy."""
        definition = CommunityDefined(community=self.community, cell_m=250)
        self.fact(CommunityKnown(community=self.community, cause="ops/1", definition=definition))
        return self.fact(PolicyTaken(community=self.community, cause="ops/2", policy=Policy(name=policy)))

    def member(self, member: str, **said: Any) -> Self:
        """A member with their charter."""
        return self.fact(MemberKnown(community=self.community, member=member, fields=MemberFields(**said)))

    def suspended(self, member: str, *, is_on: bool = True) -> Self:
        """A suspension, or its end."""
        return self.fact(MemberMarked(community=self.community, member=member, suspended=is_on))

    def ask(self, ask: str = "A1", **said: Any) -> Self:
        """An ask for groceries, listed as said."""
        told: dict[str, Any] = {
            "ask": ask,
            "member": f"asker-{ask}",
            "need": "cw:errands.groceries",
            "place": None,
            "remote": True,
            "reach_m": None,
            "urgency": Urgency.normal,
            "quantity": 1,
            "unit": "visit",
            "opened_ms": self.now_ms,
            "earliest_ms": self.now_ms,
            "deadline_ms": self.now_ms + DAY_MS,
            "languages": (),
            "skills": (),
            "accessibility": (),
            "vetting": Vetting.none,
            "root": ask,
        }
        return self.fact(AskListed(community=self.community, cause=f"door/{ask}", ask=Ask(**(told | said))))

    def offer(self, offer: str = "O1", **said: Any) -> Self:
        """An offer of groceries, listed as said."""
        told: dict[str, Any] = {
            "offer": offer,
            "member": f"offerer-{offer}",
            "needs": ("cw:errands.groceries",),
            "place": None,
            "remote": True,
            "radius_m": 2_000,
            "capacity": 1,
            "unit": "visit",
            "opened_ms": self.now_ms,
            "from_ms": self.now_ms,
            "deadline_ms": self.now_ms + DAY_MS,
        }
        return self.fact(OfferListed(community=self.community, cause=f"door/{offer}", offer=Offer(**(told | said))))

    def proposed(self, match: str = "M1", ask: str = "A1", offer: str = "O1", **said: Any) -> Self:
        """A proposal that lives fifteen minutes."""
        told: dict[str, Any] = {
            "match": match,
            "ask": ask,
            "offer": offer,
            "asker": f"asker-{ask}",
            "offerer": f"offerer-{offer}",
            "units": 1,
            "attempt": 1,
            "proposed_ms": self.now_ms,
            "expires_ms": self.now_ms + 15 * MINUTE_MS,
            "distance_m": 340,
            "points": 96_810,
            "explanation": WHY,
        }
        self.statuses[match] = MatchStatus.proposed.value
        return self.fact(Proposed(community=self.community, **(told | said)))

    def moved(self, match: str, *moves: str, by: Role = Role.offerer, reason: Reason | None = None) -> Self:
        """Moves of a match, one after the other, as its lifecycle lists them."""
        for move in moves:
            to = MATCH.after(self.statuses[match], move)
            assert to is not None, f"{match} is {self.statuses[match]} and has no move {move}"
            self.statuses[match] = to
            step = MatchMoved(
                community=self.community,
                cause=f"door/{match}-{move}",
                match=match,
                move=move,
                to=MatchStatus(to),
                by=by,
                reason=reason,
                at_ms=self.now_ms,
            )
            self.fact(step)
        return self

    def thanked(self, match: str, by: str = "asker-A1", to: str = "offerer-O1") -> Self:
        """Thanks for a match."""
        return self.fact(Thanked(community=self.community, match=match, by=by, to=to))

    def held(self, ask: str = "A1", *, is_on: bool = True) -> Self:
        """A coordinator holds an ask, or releases it."""
        return self.fact(AskMarked(community=self.community, ask=ask, mark=Mark.held, on=is_on, at_ms=0))

    def escalated(self, ask: str = "A1", *, is_on: bool = True) -> Self:
        """An ask comes to a coordinator, or goes back."""
        return self.fact(AskMarked(community=self.community, ask=ask, mark=Mark.escalated, on=is_on, at_ms=0))

    def ended(self, ask: str = "A1", how: EndedHow = EndedHow.expired, **said: Any) -> Self:
        """An ask ends."""
        return self.fact(AskEnded(community=self.community, ask=ask, how=how, at_ms=self.now_ms, **said))

    def paused(self, offer: str = "O1", *, is_on: bool = True) -> Self:
        """An offer is paused, or resumed."""
        return self.fact(OfferMarked(community=self.community, offer=offer, paused=is_on))

    def offer_ended(self, offer: str = "O1", how: EndedHow = EndedHow.expired) -> Self:
        """An offer ends."""
        return self.fact(OfferEnded(community=self.community, offer=offer, how=how, at_ms=self.now_ms))
