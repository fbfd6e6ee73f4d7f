"""Decision blocks of two communities, as the relay meets them."""

from schemas.codes import EndedHow, Urgency, Vetting
from schemas.decisions import DecisionBlock
from schemas.facts import AnyFact, AskEnded, AskListed, AskReturned, CommunityKnown, Refused
from schemas.listed import Ask
from schemas.model import Place
from schemas.operations import CommunityDefined

HERE, THERE = "riverside", "hillside"
START_MS = 1_767_258_000_000
CAUSE = "cli/refer-1"
ASK = Ask(
    ask="ask-1",
    member="asker-1",
    need="cw:lending.tools",
    place=Place(x_m=1_000, y_m=2_000),
    remote=False,
    reach_m=None,
    urgency=Urgency.high,
    quantity=2,
    unit="visit",
    opened_ms=START_MS,
    earliest_ms=START_MS,
    deadline_ms=START_MS + 3_600_000,
    languages=("en",),
    skills=(),
    accessibility=(),
    vetting=Vetting.none,
    root="ask-1",
)


def block(source: int, *facts: AnyFact) -> DecisionBlock:
    """What one journal record led to."""
    return DecisionBlock(source=source, logic="test", now_ms=START_MS, told_ms=START_MS, facts=facts, chain="0" * 64)


def known(community: str = HERE) -> CommunityKnown:
    return CommunityKnown(community=community, definition=CommunityDefined(community=community))


def referred(cause: str = CAUSE) -> AskEnded:
    return AskEnded(
        community=HERE,
        cause=cause,
        ask="ask-1",
        how=EndedHow.referred,
        at_ms=START_MS,
        to_community=THERE,
        referred=ASK,
    )


def taken_in(event: str) -> AskListed:
    """The neighbour's engine lists the ask."""
    return AskListed(community=THERE, cause=f"relay/{event}", ask=ASK)


def turned_away(event: str, reason: str = "unknown_need") -> Refused:
    """The neighbour's engine refuses the ask."""
    return Refused(community=THERE, cause=f"relay/{event}", what="ask.opened", about="ask-1", reason=reason)


def came_back(event: str) -> AskReturned:
    """The first community's engine opens the ask again."""
    return AskReturned(
        community=HERE, cause=f"relay/{event}", ask="ask-1", from_community=THERE, reason="unknown_need", at_ms=START_MS
    )
