"""How a match that was accepted is followed up: a reminder while there is time, and "did it happen?", each once."""

from collections.abc import Mapping

from schemas.codes import FollowUp, MatchStatus
from schemas.facts import MatchReminded
from services.audit.books import ON_ITS_WAY, MatchBook, Town
from services.audit.bounds import Due, MayBeLeft
from services.audit.breach import demand
from services.audit.log_time import Moment
from services.audit.rules import FOLLOWED_UP, KNOWN
from services.audit.scene import Scene


def remind(town: Town, fact: MatchReminded, scene: Scene) -> None:
    """Take in that somebody is reminded, or both sides are asked whether it happened.

    Raises:
        BrokenRuleError: they were before, or it is not the time.
    """
    match = town.matches.get(fact.match)
    demand(match is not None, KNOWN, f"a fact speaks of match {fact.match}", "no such proposal was made")
    assert match is not None
    stands = f"match {fact.match} is followed up by {fact.what.value}"
    demand(fact.what not in match.followed_up, FOLLOWED_UP, stands, "it was before")
    last_ms = follow_ups_ms(town, match).get(fact.what)
    demand(last_ms is not None, FOLLOWED_UP, stands, f"it is {match.status.value}, or was promised too late for that")
    assert last_ms is not None
    demand(last_ms < scene.moment.now_ms, FOLLOWED_UP, stands, f"that is too early until {last_ms}")
    is_heard = fact.what is not FollowUp.reminder or scene.moment.told_ms <= _due_ms(town, match)
    demand(is_heard, FOLLOWED_UP, stands, f"help was due at {_due_ms(town, match)}")
    demand(
        fact.at_ms == scene.moment.told_ms,
        FOLLOWED_UP,
        f"{stands} at {fact.at_ms}",
        f"that is heard at {scene.moment.told_ms}",
    )
    scene.load.decide(town.name, "follow_ups", _due(last_ms, match, fact.what))
    match.followed_up[fact.what] = None


def check_followed_up(town: Town, match: MatchBook, moment: Moment, may_be_left: MayBeLeft) -> None:
    """Hold a match against what should have been asked about it by now.

    Args:
        may_be_left: whether that may wait for the next block.

    Raises:
        BrokenRuleError: somebody should have heard.
    """
    for what, last_ms in follow_ups_ms(town, match).items():
        is_late = what is FollowUp.reminder and moment.told_ms > _due_ms(town, match)
        demand(
            last_ms >= moment.now_ms or is_late or may_be_left("follow_ups", _due(last_ms, match, what)),
            FOLLOWED_UP,
            f"match {match.said.match} is not followed up by {what.value}",
            f"its time came after {last_ms}",
        )


def follow_ups_ms(town: Town, match: MatchBook) -> Mapping[FollowUp, int]:
    """What is still to come of a match → the last moment at which it is too early."""
    dial, spec = town.policy.follow_up, town.asks[match.said.ask].spec
    come: dict[FollowUp, int] = {}
    if match.status is MatchStatus.accepted and FollowUp.reminder not in match.followed_up:
        remind_ms = _due_ms(town, match) - dial.remind_before_ms
        if remind_ms - match.moved_ms >= dial.remind_before_ms:
            come[FollowUp.reminder] = remind_ms
    if match.status in ON_ITS_WAY and FollowUp.happened not in match.followed_up:
        by_ms = min(max(match.moved_ms, spec.earliest_ms) + dial.happens_within_ms, spec.deadline_ms)
        come[FollowUp.happened] = max(by_ms, match.moved_ms) + dial.happened_after_ms
    return come


def _due(last_ms: int, match: MatchBook, what: FollowUp) -> Due:
    return last_ms, f"{match.said.match} {what.value}"


def _due_ms(town: Town, match: MatchBook) -> int:
    """When help is due: once it may begin, or by the deadline where it might have begun when it was promised."""
    spec = town.asks[match.said.ask].spec
    return spec.deadline_ms if spec.earliest_ms <= match.moved_ms else spec.earliest_ms
