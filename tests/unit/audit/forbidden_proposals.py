"""Lies about who was asked: somebody who must not be, or not then."""

from collections.abc import Callable
from uuid import NAMESPACE_URL, uuid5

from schemas.facts import Proposed
from tests.unit.audit.liars import ASKED, PAIR, Lie, Recorded, at, told


def a_proposal_at_night() -> Lie:
    log = told("""
        policy
        member m-bo quiet=22-7
        at     23:00
        ask    A1 food cell=0,0 needed=2d
        offer  O1 food cell=0,1 by=m-bo stays=2d
        tick   2s
        at     7:00
    """)
    return too_early(log, "quiet_hours")


def too_early(log: Recorded, rule: str) -> Lie:
    """The last proposal made a block too early, with everything it says of itself fitting its new place."""
    place = log.last("match.proposed")
    early, proposal = place[0] - 1, log.fact(*place)
    forged = at(proposal, log, early)
    lied = log.without(place).lie(early, lambda facts: facts.append(forged))
    policies = log.blocks[place[0]].policies
    return Lie(lied.with_block(early, policies=policies), rule, early, len(log.blocks[early].facts))


def a_proposal_to_somebody_blocked() -> Lie:
    log = told(ASKED.replace("ask    A1", "member m-bo blocks=m-A1\nask    A1"))
    honest = told(ASKED)
    proposal = honest.fact(*honest.last("match.proposed"))
    return planted(log, proposal, "blocked")


def planted(log: Recorded, proposal: Proposed, rule: str) -> Lie:
    """A proposal in the last block, which had none."""
    offset = len(log.blocks) - 1
    lied = log.lie(offset, lambda facts: facts.append(at(proposal, log, offset)))
    policies = {"town": next(iter(log.blocks[3].policies.values()))}
    return Lie(lied.with_block(offset, policies=policies), rule, offset, len(log.blocks[offset].facts))


def instead(change: Callable[[str], str], rule: str, story: str = ASKED) -> Lie:
    """The proposal of a story, planted into the same story with one line changed, in which it must not be made."""
    log, honest = told(change(story)), told(story)
    return planted(log, honest.fact(*honest.last("match.proposed")), rule)


def beyond(story: str, fits: int, is_broken: int, rule: str) -> Lie:
    """The second proposal of a story with a bound that lets it be made, planted where the bound does not."""
    log, honest = told(story.format(is_broken)), told(story.format(fits))
    offset = len(log.blocks) - 1
    (second,) = [fact for fact in honest.blocks[offset].facts if isinstance(fact, Proposed) and fact.ask == "A2"]
    first = log.blocks[offset].facts
    lied = log.with_block(offset, facts=(*first, second), policies=honest.blocks[offset].policies)
    return Lie(lied, rule, offset, len(first))


def asked_for_two(bound: str, answer: str) -> str:
    """A member with a bound of their own who answered once and could be asked again."""
    return f"""
        policy answers=uncertain
        member m-bo {bound}={{}}
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1 by=m-bo units=2
        tick   2s
        {answer} A1 O1
        ask    A2 food cell=0,0
        tick   2s
    """


def a_daily_cap_that_was_broken() -> Lie:
    return beyond(asked_for_two("day", "decline"), 2, 1, "asked_per_day")


def a_weekly_cap_that_was_broken() -> Lie:
    return beyond(asked_for_two("week", "decline"), 2, 1, "asked_per_week")


def one_who_carries_enough() -> Lie:
    return beyond(asked_for_two("active", "accept"), 2, 1, "active_cap")


def a_slot_too_many() -> Lie:
    story = """
        policy answers=uncertain open_slots={}
        ask    A1 food cell=0,0
        ask    A2 food cell=0,0
        offer  O1 food cell=0,1 by=m-bo units=2
        tick   2s
    """
    return beyond(story, 2, 1, "open_slots")


def one_who_paused() -> Lie:
    story = PAIR + "\nmember m-bo\ntick 2s"
    return instead(lambda text: text.replace("member m-bo", "member m-bo paused=1h"), "paused", story)


def a_paused_offer() -> Lie:
    story = PAIR + "\nmember m-x\ntick 2s"
    return instead(lambda text: text.replace("member m-x", "pause O1"), "paused", story)


def an_ask_on_hold() -> Lie:
    story = PAIR + "\nmember m-x\ntick 2s"
    return instead(lambda text: text.replace("member m-x", "hold A1"), "on_hold", story)


def somebody_beyond_reach() -> Lie:
    return instead(lambda text: text.replace("A1 food cell=0,0", "A1 food cell=0,0 reach=99"), "reach")


def somebody_who_lacks_a_skill() -> Lie:
    return instead(lambda text: text.replace("A1 food cell=0,0", "A1 food cell=0,0 skills=driving"), "capable")


def something_else_than_was_asked_for() -> Lie:
    return instead(lambda text: text.replace("O1 food", "O1 tools"), "category")


def a_window_that_does_not_meet() -> Lie:
    return instead(lambda text: text.replace("O1 food cell=0,1", "O1 food cell=0,1 stays=30s"), "window")


def somebody_asked_twice() -> Lie:
    log = told(f"{ASKED}\ndecline A1 O1\ntick 2s")
    first = log.fact(*log.last("match.proposed"))
    return planted(log, as_second_attempt(first), "asked_once")


def an_attempt_that_nobody_made() -> Lie:
    log = told(ASKED)
    place = log.last("match.proposed")
    second = as_second_attempt(log.fact(*place))
    return Lie(log.with_fact(place, match=second.match, attempt=2), "attempt", *place)


def as_second_attempt(first: Proposed) -> Proposed:
    """The first proposal of A1 and O1 as the second one would be called."""
    name = str(uuid5(uuid5(NAMESPACE_URL, "urn:commonweal:match"), "town/A1/O1/2"))
    return first.model_copy(update={"match": name, "attempt": 2})


def an_offer_that_counts_in_bags() -> Lie:
    return instead(lambda text: text.replace("O1 food cell=0,1", "O1 food cell=0,1 unit=bag"), "same_unit")


def ones_own_offer() -> Lie:
    log, honest = told(ASKED.replace("by=m-bo", "by=m-A1")), told(ASKED)
    proposal = honest.fact(*honest.last("match.proposed"))
    return planted(log, proposal.model_copy(update={"offerer": "m-A1"}), "own_offer")


def one_who_is_suspended() -> Lie:
    story = """
        policy answers=uncertain
        ask    A2 tools cell=0,0
        offer  O2 tools cell=0,1 by=m-bo
        tick   2s
        member m-x
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1 by=m-bo
        tick   2s
    """
    return instead(lambda text: text.replace("member m-x", "report A2 O2"), "suspended", story)


def more_questions_than_the_policy_lets_be_out() -> Lie:
    story = """
        policy answers=uncertain proposals_open_per_unit={}
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        offer  O2 food cell=0,2
        tick   2s
    """
    log, honest = told(story.format(1)), told(story.format(2))
    offset = len(log.blocks) - 1
    facts = (*log.blocks[offset].facts, honest.blocks[offset].facts[-1])
    return Lie(log.with_block(offset, facts=facts), "open_per_unit", offset, len(facts) - 1)


FORBIDDEN: tuple[Callable[[], Lie], ...] = (
    a_proposal_at_night,
    a_proposal_to_somebody_blocked,
    a_daily_cap_that_was_broken,
    a_weekly_cap_that_was_broken,
    one_who_carries_enough,
    a_slot_too_many,
    one_who_paused,
    a_paused_offer,
    an_ask_on_hold,
    somebody_beyond_reach,
    somebody_who_lacks_a_skill,
    something_else_than_was_asked_for,
    a_window_that_does_not_meet,
    somebody_asked_twice,
    an_attempt_that_nobody_made,
    an_offer_that_counts_in_bags,
    ones_own_offer,
    one_who_is_suspended,
    more_questions_than_the_policy_lets_be_out,
)
