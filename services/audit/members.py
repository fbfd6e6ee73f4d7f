"""Facts about members: what they said of themselves, and whether they may be asked."""

from schemas.acknowledgements import Acknowledged
from schemas.codes import MatchStatus, Verb
from schemas.events import Received
from schemas.facts import MemberGone, MemberKnown, MemberMarked
from schemas.members import MemberChanged, MemberFields, MemberJoined, MemberLeft
from schemas.operations import MemberReinstated
from services.audit.books import ON_ITS_WAY, MatchBook, MemberBook, Town
from services.audit.breach import demand
from services.audit.rules import AS_SAID, BLOCKED, ENDED_RIGHTLY, LET_GO, MARKED, SUSPENDED
from services.audit.scene import Scene


def know(town: Town, fact: MemberKnown, event: Received, scene: Scene) -> None:
    """Take in what a member said of themself.

    Raises:
        BrokenRuleError: they said something else.
    """
    said, before = event.data, town.known_member(fact.member).fields
    for name in MemberFields.model_fields:
        wanted = getattr(said, name, None)
        if wanted is None and isinstance(said, MemberChanged):
            wanted = getattr(before, name)
        demand(
            isinstance(said, MemberJoined | MemberChanged)
            and said.member == fact.member
            and getattr(fact.fields, name) == wanted,
            AS_SAID,
            f"a member's {name} is {getattr(fact.fields, name)!r}",
            f"after {event.uid} it is {wanted!r}",
        )
    member = town.member(fact.member)
    member.fields, member.gone = fact.fields, False
    scene.bounded.setdefault(town.name, {})[fact.member] = None
    scene.brought.setdefault(town.name, {})["member", fact.member] = None


def leave(town: Town, fact: MemberGone, event: Received) -> None:
    """Take in that a member left.

    Raises:
        BrokenRuleError: nobody said so, or something of theirs goes on.
    """
    said, member = event.data, town.member(fact.member)
    demand(
        isinstance(said, MemberLeft) and said.member == fact.member,
        AS_SAID,
        "a member is gone",
        f"{event.uid} does not say so",
    )
    going_on = [name for name in member.asks if town.asks[name].ended is None]
    going_on += [name for name in member.offers if town.offers[name].ended is None]
    going_on += [town.series[key].spec.series for key in member.series if town.series[key].ended is None]
    demand(not going_on, ENDED_RIGHTLY, f"{', '.join(going_on)} goes on", "what is theirs ends when a member leaves")
    active = [match.said.match for match in _of(town, member) if match.status in ON_ITS_WAY]
    demand(not active, LET_GO, f"the match {', '.join(active)} goes on", "it is called off when one side leaves")
    member.gone = True


def mark(town: Town, fact: MemberMarked, event: Received, scene: Scene) -> None:
    """Take in that a member was suspended or reinstated.

    Raises:
        BrokenRuleError: no report says so, or no coordinator.
    """
    said = event.data
    if fact.suspended:
        is_report = isinstance(said, Acknowledged) and said.verb is Verb.report and said.match in town.matches
        match = town.matches[said.match].said if isinstance(said, Acknowledged) and is_report else None
        holds = match is not None and fact.member in (match.asker, match.offerer)
        demand(holds, MARKED, "a member is suspended", "only a report about a match of theirs does that")
    else:
        holds = isinstance(said, MemberReinstated) and said.member == fact.member
        demand(holds, MARKED, "a member is reinstated", "only a coordinator's word about them does that")
        demand(town.member(fact.member).suspended, MARKED, "a member is reinstated", "they were not suspended")
    town.member(fact.member).suspended = fact.suspended
    scene.bounded.setdefault(town.name, {})[fact.member] = None


def check_around(town: Town, name: str) -> None:
    """Hold the open proposals around a member against blocks and suspensions, once a block has been read.

    Raises:
        BrokenRuleError: one should have been withdrawn.
    """
    for match in _of(town, town.known_member(name)):
        if match.status is not MatchStatus.proposed:
            continue
        asker, offerer = town.known_member(match.said.asker), town.known_member(match.said.offerer)
        is_blocked = match.said.offerer in asker.fields.blocked or match.said.asker in offerer.fields.blocked
        demand(
            not is_blocked, BLOCKED, f"the proposal {match.said.match} stays open", "a block between the two ends it"
        )
        is_suspended = asker.suspended or offerer.suspended
        demand(not is_suspended, SUSPENDED, f"the proposal {match.said.match} stays open", "a suspension ends it")


def _of(town: Town, member: MemberBook) -> list[MatchBook]:
    asked_for = [match for name in member.asks for match in town.asks[name].matches.values()]
    return [*member.live.values(), *asked_for]
