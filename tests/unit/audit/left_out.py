"""Lies of leaving out: what should have been said of somebody who waits, and was not."""

from collections.abc import Callable

from tests.unit.audit.liars import PAIR, Lie, told


def a_proposal_to_somebody_who_carries_enough() -> Lie:
    story = PAIR.replace("ask ", "member m-bo active=1\nask ")
    log = told(f"{story}\nask A2 tools cell=0,0\noffer O2 tools cell=0,1 by=m-bo\ntick 2s\naccept A1 O1")
    place = log.last("match.moved")
    assert log.fact(*place).move == "withdraw", "whoever carries enough is asked nothing else"
    return Lie(log.without(place), "let_go", place[0], None)


def somebody_who_waits_for_ever() -> Lie:
    log = told("policy waiting_room_ms=60000\nwithdraw A1\ntick 2m")
    offset, _ = log.last("event.admitted")
    return Lie(log.with_block(offset, facts=(), policies={}), "waiting_room", offset, None)


def a_word_that_did_not_reach_and_was_not_answered() -> Lie:
    log = told("ask A1 food cell=0,0\ntick 3d\nallow-leap -2h")
    place = log.last("clock.held")
    return Lie(log.without(place), "log_time", place[0], None)


LEFT_OUT: tuple[Callable[[], Lie], ...] = (
    a_proposal_to_somebody_who_carries_enough,
    somebody_who_waits_for_ever,
    a_word_that_did_not_reach_and_was_not_answered,
)
