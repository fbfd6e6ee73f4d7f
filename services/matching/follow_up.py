"""When a match that was accepted is followed up: a reminder before help is due, and "did it happen?" after."""

from collections.abc import Iterator

from schemas.codes import FollowUp, MatchStatus
from schemas.policy import Policy
from services.matching.state import AskState, MatchState

ON_ITS_WAY = (MatchStatus.accepted, MatchStatus.started)


def follow_ups(policy: Policy, match: MatchState, ask: AskState) -> Iterator[tuple[int, FollowUp]]:
    """What is still to come of a match, each with the last millisecond at which it is too early.

    A reminder is for help that has not begun and was promised early enough: at least as long before the reminder as
    the reminder is before the help. Each comes once.
    """
    dial = policy.follow_up
    if match.status is MatchStatus.accepted and not match.reminded_ms:
        remind_ms = help_due_ms(match, ask) - dial.remind_before_ms
        if match.moved_ms + dial.remind_before_ms <= remind_ms:
            yield remind_ms, FollowUp.reminder
    if match.status in ON_ITS_WAY and not match.inquired_ms:
        yield over_ms(policy, match, ask) + dial.happened_after_ms, FollowUp.happened


def is_too_late(match: MatchState, ask: AskState, what: FollowUp, told_ms: int) -> bool:
    """A reminder that would be heard after help was due is not sent any more."""
    return what is FollowUp.reminder and told_ms > help_due_ms(match, ask)


def help_due_ms(match: MatchState, ask: AskState) -> int:
    """When whoever accepted should be there: when the ask begins, or, where it has begun, by its deadline."""
    return ask.spec.earliest_ms if ask.spec.earliest_ms > match.moved_ms else ask.spec.deadline_ms


def over_ms(policy: Policy, match: MatchState, ask: AskState) -> int:
    """When help should have happened: by the deadline, but where that is far off, some time after it could begin."""
    could_begin_ms = max(match.moved_ms, ask.spec.earliest_ms)
    return max(match.moved_ms, min(ask.spec.deadline_ms, could_begin_ms + policy.follow_up.happens_within_ms))
