"""What an asker says: opened, changed, withdrawn."""

from dataclasses import replace

from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.codes import EndedHow
from schemas.events import Received
from schemas.facts import AnyFact, AskEnded, AskListed
from schemas.listed import Ask
from schemas.taxonomy import Taxonomy
from services.matching.decide.moment import Moment
from services.matching.decide.proposals import let_go, matches_of
from services.matching.decide.refusals import refused
from services.matching.state import AskState, CommunityState

REFERRAL_HOPS_MAX = 2
"""Communities an ask may come through before the one it is in."""
REOPENING_FIELDS = (
    "place",
    "reach_m",
    "quantity",
    "earliest_ms",
    "needed_by_ms",
    "list_until_ms",
    "languages",
    "skills",
    "accessibility",
)
"""Who was asked before one of these changed was asked something else."""


def open_ask(
    community: CommunityState, event: Received, said: AskOpened, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """List an ask with every default resolved."""
    known = community.asks.get(said.ask) or community.series.get(f"ask/{said.ask}")
    if known is not None:
        return refused(community, event, "already_ended" if known.ended else "already_open", said.ask)
    if not taxonomy.knows(said.need):
        return refused(community, event, "unknown_need", said.ask)
    if community.member(said.member).gone:
        return refused(community, event, "member_gone", said.ask)
    if said.community in said.path or len(said.path) > REFERRAL_HOPS_MAX:
        return refused(community, event, "referred_too_far", said.ask)
    ends = [ms for ms in (said.needed_by_ms, said.list_until_ms) if ms is not None]
    deadline_ms = min(ends) if ends else event.received_ms + community.policy.ask_life_ms
    earliest_ms = event.received_ms if said.earliest_ms is None else said.earliest_ms
    if deadline_ms < moment.now_ms:
        return refused(community, event, "too_late", said.ask)
    if earliest_ms > deadline_ms:
        return refused(community, event, "window_empty", said.ask)
    ask = as_listed(said, said.ask, event.received_ms, earliest_ms, deadline_ms)
    return [AskListed.trusted(community=community.community, cause=event.uid, ask=ask)]


def as_listed(said: AskOpened, name: str, opened_ms: int, earliest_ms: int, deadline_ms: int) -> Ask:
    """An ask under an id, with a window; everything else as it was said."""
    return Ask(
        ask=name,
        member=said.member,
        need=said.need,
        place=said.place,
        remote=said.remote,
        reach_m=said.reach_m,
        urgency=said.urgency,
        quantity=said.quantity,
        unit=said.unit,
        opened_ms=opened_ms,
        earliest_ms=earliest_ms,
        deadline_ms=deadline_ms,
        languages=said.languages,
        skills=said.skills,
        accessibility=said.accessibility,
        vetting=said.vetting,
        on_behalf_of=said.on_behalf_of,
        root=said.root or name,
        path=said.path,
    )


def change_ask(
    community: CommunityState, event: Received, said: AskChanged, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """List the ask anew; who was asked under other conditions is let go."""
    ask = community.asks[said.ask]
    if ask.ended:
        return refused(community, event, "already_ended", said.ask)
    changes = said.model_dump(exclude={"type", "community", "ask"}, exclude_none=True)
    if said.quantity is not None and said.quantity < ask.held + ask.fulfilled:
        return refused(community, event, "below_accepted", said.ask)
    ends = [ms for ms in (said.needed_by_ms, said.list_until_ms) if ms is not None]
    deadline_ms = min(ends) if ends else ask.spec.deadline_ms
    earliest_ms = ask.spec.earliest_ms if said.earliest_ms is None else said.earliest_ms
    if deadline_ms < moment.now_ms:
        return refused(community, event, "too_late", said.ask)
    if earliest_ms > deadline_ms:
        return refused(community, event, "window_empty", said.ask)
    is_reopened = any(name in changes for name in REOPENING_FIELDS)
    for name in ("needed_by_ms", "list_until_ms", "place"):
        changes.pop(name, None)
    changes |= {"deadline_ms": deadline_ms, "place": said.place or ask.spec.place}
    listed = AskListed(community=community.community, cause=event.uid, ask=replace(ask.spec, **changes))
    if is_reopened:
        return [*let_go(community, matches_of(community, ask.matches), moment, event.uid), listed]
    return [listed]


def withdraw_ask(
    community: CommunityState, event: Received, said: AskWithdrawn, moment: Moment, taxonomy: Taxonomy
) -> list[AnyFact]:
    """End the ask; open proposals are let go, what was accepted stays."""
    ask = community.asks[said.ask]
    if ask.ended:
        return refused(community, event, "already_ended", said.ask)
    return end_ask(community, ask, EndedHow.withdrawn, moment, event.uid)


def end_ask(
    community: CommunityState, ask: AskState, how: EndedHow, moment: Moment, cause: str | None
) -> list[AnyFact]:
    """An ask ends, and nobody goes on waiting for it."""
    gone = let_go(community, matches_of(community, ask.matches), moment, cause)
    ended = AskEnded(community=community.community, cause=cause, ask=ask.spec.ask, how=how, at_ms=moment.now_ms)
    return [*gone, ended]
