"""What an event can lead to: by kind, and for whom."""

from collections.abc import Mapping

from schemas.events import Received
from schemas.facts import AnyFact, EventQuarantined, LeftWaiting, Noted, PutWaiting, Refused
from services.audit.books import Town
from services.audit.breach import demand
from services.audit.rules import DECIDED_ONCE, FOLLOWS, STEPPED_OVER

DUPLICATE = "duplicate"
UNKNOWN_COMMUNITY = "unknown_community"

# fmt: off
LEADS_TO: Mapping[str, tuple[str, ...]] = {
    "community.defined":       ("community.known", "policy.taken"),
    "policy.set":              ("policy.taken",),
    "clock.leap_allowed":      ("clock.leap_granted",),
    "member.joined":           ("member.known", "match.moved"),
    "member.changed":          ("member.known", "match.moved"),
    "member.left":             ("member.gone", "match.moved", "ask.ended", "offer.ended", "series.ended"),
    "member.reinstated":       ("member.marked",),
    "ask.opened":              ("ask.listed", "series.listed"),
    "ask.changed":             ("ask.listed", "match.moved", "series.listed"),
    "ask.withdrawn":           ("ask.ended", "match.moved", "series.ended"),
    "ask.held":                ("ask.marked", "match.moved", "series.marked"),
    "ask.released":            ("ask.marked", "series.marked"),
    "ask.escalated":           ("ask.marked",),
    "ask.merged":              ("ask.ended", "match.moved"),
    "ask.referred":            ("ask.ended", "match.moved"),
    "ask.returned":            ("ask.returned",),
    "offer.opened":            ("offer.listed", "series.listed"),
    "offer.changed":           ("offer.listed", "match.moved", "series.listed"),
    "offer.paused":            ("offer.marked", "series.marked"),
    "offer.resumed":           ("offer.marked", "series.marked"),
    "offer.withdrawn":         ("offer.ended", "match.moved", "series.ended"),
    "match.acknowledged":      ("match.moved", "match.thanked", "member.marked"),
    "match.proposed_by_hand":  ("match.proposed",),
    "match.reassigned":        ("match.moved", "match.proposed"),
}
"""Event → the facts it can lead to, beside a refusal, a note and the waiting room."""
BY_TIME = ("match.moved", "match.reminded", "match.proposed", "ask.listed", "ask.marked", "ask.ended", "offer.listed",
           "offer.ended", "series.advanced", "series.ended", "clock.held")
"""The facts that time alone brings; what it lists is an occurrence of a series."""
# fmt: on


def check_follows(fact: AnyFact, event: Received | None) -> None:
    """Hold a fact against its cause.

    Raises:
        BrokenRuleError: such an event, or time, leads to no such fact.
    """
    if event is None:
        demand(fact.fact in BY_TIME, FOLLOWS, f"the fact {fact.fact} names no cause", "time alone never leads to it")
        return
    said = event.data
    demand(
        fact.community == said.community,
        FOLLOWS,
        f"the fact {fact.fact} speaks of the community {fact.community}, its cause of {said.community}",
        "an event changes its own community only",
    )
    if isinstance(fact, Refused):
        demand(fact.what == said.type, FOLLOWS, f"{fact.what} is refused", f"{event.uid} is {said.type}")
    elif not isinstance(fact, Noted | PutWaiting | LeftWaiting | EventQuarantined):
        demand(
            fact.fact in LEADS_TO.get(said.type, ()),
            FOLLOWS,
            f"{said.type} led to the fact {fact.fact}",
            f"it can lead to {', '.join(LEADS_TO.get(said.type, ())) or 'a refusal only'}",
        )


def check_once(town: Town | None, fact: AnyFact, event: Received, *, is_first: bool) -> None:
    """Hold the first fact of an answer against what was answered before.

    Raises:
        BrokenRuleError: what was decided is decided again, or what is new is refused as a duplicate.
    """
    if isinstance(fact, EventQuarantined):
        return  # before anybody looked whether it is new
    is_refused = isinstance(fact, Refused) and fact.reason == DUPLICATE
    was_seen = is_first and town is not None and event.uid in town.seen
    demand(
        is_refused == was_seen,
        DECIDED_ONCE,
        f"the event {event.uid} {'was answered before' if was_seen else 'is new'} and is answered by {fact.fact}"
        f"{' as a duplicate' if is_refused else ''}",
        "a duplicate is refused as one" if was_seen else "only what was answered before is a duplicate",
    )


def check_stepped_over(fact: EventQuarantined, place: str) -> None:
    """Hold an event that was stepped over against the place where it lies.

    Raises:
        BrokenRuleError: an operator's word about another place was used for it.
    """
    demand(fact.place == place, STEPPED_OVER, f"{fact.cause} is stepped over as {fact.place}", f"it lies at {place}")
