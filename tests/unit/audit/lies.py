"""Lies, each in a log that was honest before: what was decided is changed, and nothing else.

A lie names the rule it breaks and where the auditor must find it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import NAMESPACE_URL, uuid5

from schemas.asks import AskOpened
from schemas.codes import EndedHow, MatchStatus, Role
from schemas.events import AnyEvent
from schemas.facts import AskEnded, MatchMoved, Proposed, Refused, Thanked
from tests.unit.audit.liars import Recorded, at, recorded, telling, told
from tests.unit.matching.stories import Story


@dataclass(frozen=True)
class Lie:
    """A log after the lie, and what must be found in it."""

    log: Recorded
    rule: str
    offset: int
    fact: int | None


PAIR = """
    policy answers=uncertain
    ask    A1 food cell=0,0
    offer  O1 food cell=0,1 by=m-bo
"""
ASKED = f"{PAIR}\ntick 2s"
ACCEPTED = f"{ASKED}\naccept A1 O1"


def several(story: Story, lines: str) -> None:
    """Several events in one block."""
    said: list[AnyEvent] = []
    for line in lines.strip().splitlines():
        command, *rest = line.split()
        said.append(
            story.event(command, [word for word in rest if "=" not in word], dict(word.split("=") for word in rest if "=" in word))
        )
    story.send(said)


def a_second_acceptance() -> Lie:
    story = telling(f"{PAIR}\noffer O2 food cell=0,2\ntick 2s")
    several(story, "accept A1 O1\naccept A1 O2")
    log = recorded(story)
    offset = len(log.blocks) - 1
    accepted, withdrawn, refused = log.blocks[offset].facts
    assert isinstance(accepted, MatchMoved)
    assert isinstance(withdrawn, MatchMoved)
    second = accepted.model_copy(update={"match": withdrawn.match, "cause": refused.cause})
    return Lie(log.with_block(offset, facts=(accepted, second)), "one_acceptance_per_unit", offset, 1)


def a_proposal_that_the_acceptance_left_open() -> Lie:
    log = told(f"{PAIR}\noffer O2 food cell=0,2\ntick 2s\naccept A1 O1")
    place = log.last("match.moved")
    return Lie(log.without(place), "let_go", place[0], None)


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


def a_changed_score() -> Lie:
    log = told(ASKED)
    place = log.last("match.proposed")
    proposal = log.fact(*place)
    parts = proposal.explanation.parts | {"base": 1_000_500}
    explanation = proposal.explanation.model_copy(update={"parts": parts})
    return Lie(log.with_fact(place, points=proposal.points + 500, explanation=explanation), "score", *place)


def points_that_are_not_their_sum() -> Lie:
    log = told(ASKED)
    place = log.last("match.proposed")
    return Lie(log.with_fact(place, points=log.fact(*place).points + 1), "score", *place)


def a_wrong_distance() -> Lie:
    log = told(ASKED)
    place = log.last("match.proposed")
    return Lie(log.with_fact(place, distance_m=99), "distance", *place)


def a_longer_life_of_a_proposal() -> Lie:
    log = told(ASKED)
    place = log.last("match.proposed")
    return Lie(log.with_fact(place, expires_ms=log.fact(*place).expires_ms + 1), "expiry", *place)


def an_id_that_was_not_computed() -> Lie:
    log = told(ASKED)
    place = log.last("match.proposed")
    return Lie(log.with_fact(place, match="1" * 8), "match_id", *place)


def a_chance_where_nothing_is_drawn() -> Lie:
    log = told(ASKED)
    place = log.last("match.proposed")
    return Lie(log.with_fact(place, chance_ppm=500_000), "chances", *place)


def a_dropped_end() -> Lie:
    log = told("policy\nask A1 food cell=0,0 needed=1h\ntick 2h")
    place = log.last("ask.ended")
    return Lie(log.without(place).with_block(place[0], policies={}), "accounted_for", place[0], None)


def a_dropped_expiry() -> Lie:
    log = told(f"{ASKED}\ntick 20m")
    offset = len(log.blocks) - 1
    assert [fact.fact for fact in log.blocks[offset].facts] == ["match.moved"]
    return Lie(log.with_block(offset, facts=(), policies={}), "silence", offset, None)


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
    name = str(uuid5(uuid5(NAMESPACE_URL, "urn:commonweal:match"), "town/A1/O1/2"))
    return planted(log, first.model_copy(update={"match": name, "attempt": 2}), "asked_once")


def capacity_exceeded() -> Lie:
    story = telling(f"{PAIR}\nask A2 food cell=0,0\ntick 2s")
    several(story, "accept A1 O1\naccept A2 O1")
    log = recorded(story)
    offset = len(log.blocks) - 1
    accepted, withdrawn, refused = log.blocks[offset].facts
    assert isinstance(withdrawn, MatchMoved)
    second = accepted.model_copy(update={"match": withdrawn.match, "cause": refused.cause})
    return Lie(log.with_block(offset, facts=(accepted, second)), "capacity", offset, 1)


def a_move_that_is_not_listed() -> Lie:
    log = told(f"{ASKED}\ndecline A1 O1\naccept A1 O1")
    offset = len(log.blocks) - 1
    refused = log.fact(offset, 0)
    declined = log.fact(offset - 1, 0)
    forged = declined.model_copy(
        update={"cause": refused.cause, "move": "accept", "to": MatchStatus.accepted, "reason": None}
    )
    return Lie(log.with_block(offset, facts=(forged,)), "move_listed", offset, 0)


def an_event_that_nobody_answered() -> Lie:
    log = told(f"{ACCEPTED}\naccept A1 O1")
    place = log.last("event.refused")
    return Lie(log.without(place).with_block(place[0], policies={}), "answered", place[0], None)


def an_invented_cause() -> Lie:
    log = told(ACCEPTED)
    place = log.last("match.moved")
    return Lie(log.with_fact(place, cause="story/e99"), "cause_sent", *place)


def a_withdrawal_that_nobody_sent() -> Lie:
    log = told(f"{PAIR}\ntick 1m")
    offset = len(log.blocks) - 1
    ended = AskEnded(community="town", ask="A1", how=EndedHow.withdrawn, at_ms=log.blocks[offset].now_ms)
    lied = log.with_block(offset, facts=(ended,))
    return Lie(lied, "ended_rightly", offset, 0)


def a_late_acceptance_that_counted() -> Lie:
    story = telling(ASKED)
    story.now_ms += 20 * 60_000
    several(story, "accept A1 O1")
    log = recorded(story)
    offset = len(log.blocks) - 1
    refused = log.fact(offset, 0)
    assert isinstance(refused, Refused)
    assert refused.reason == "too_late"
    assert refused.about is not None
    accepted = MatchMoved(
        community="town",
        cause=refused.cause,
        match=refused.about,
        move="accept",
        to=MatchStatus.accepted,
        by=Role.offerer,
        at_ms=log.blocks[offset].now_ms,
    )
    return Lie(log.with_block(offset, facts=(accepted,)), "in_time", offset, 0)


def an_acceptance_in_time_that_was_turned_away() -> Lie:
    log = told(ACCEPTED)
    place = log.last("match.moved")
    moved = log.fact(*place)
    refused = Refused(community="town", cause=moved.cause, what="match.acknowledged", about=moved.match, reason="too_late")
    return Lie(log.with_block(place[0], facts=(refused,)), "in_time", place[0], 0)


def an_ask_that_ends_fulfilled_and_is_not() -> Lie:
    log = told("policy\nask A1 food cell=0,0 units=2 needed=1h\ntick 2h")
    place = log.last("ask.ended")
    return Lie(log.with_fact(place, how=EndedHow.fulfilled), "ended_rightly", *place)


def an_ask_for_more_than_was_said() -> Lie:
    log = told(PAIR)
    offset, index = log.last("ask.listed")
    body = log.records[offset].body
    assert isinstance(body.events[0].data, AskOpened)  # type: ignore[union-attr]
    listed = log.fact(offset, index)
    return Lie(log.with_fact((offset, index), ask=replace(listed.ask, quantity=3)), "as_said", offset, index)


def thanks_that_were_given_twice() -> Lie:
    story = telling(f"{ACCEPTED}\ncomplete A1 O1")
    story.send([story.event("thank", ["A1", "O1"], {})], event_id="thanks")
    story.send([story.event("thank", ["A1", "O1"], {})], event_id="thanks")
    log = recorded(story)
    offset = len(log.blocks) - 1
    thanked = log.fact(offset - 1, 0)
    assert isinstance(thanked, Thanked)
    return Lie(log.with_block(offset, facts=(thanked,)), "decided_once", offset, 0)


def somebody_left_in_the_waiting_room() -> Lie:
    log = told("policy\nwithdraw A1\nask A1 food cell=0,0")
    offset = len(log.blocks) - 1
    listed = log.fact(offset, 0)
    return Lie(log.with_block(offset, facts=(listed,)), "waiting_room", offset, None)


def a_clock_that_went_back() -> Lie:
    log = told(f"{PAIR}\ntick 1m")
    offset = len(log.blocks) - 1
    return Lie(log.with_block(offset, now_ms=log.blocks[0].now_ms - 1), "log_time", offset, None)


def a_policy_that_is_not_in_force() -> Lie:
    log = told(ASKED)
    offset = len(log.blocks) - 1
    return Lie(log.with_block(offset, policies={"town": "reach@9"}), "policy_in_force", offset, None)


def a_block_that_answers_another_record() -> Lie:
    log = told(f"{PAIR}\ntick 2s\ntick 2s")
    offset = len(log.blocks) - 2
    return Lie(log.with_block(offset, source=offset + 1), "dense", offset + 1, None)


LIES: Mapping[str, Callable[[], Lie]] = {
    lie.__name__: lie
    for lie in (
        a_second_acceptance,
        a_proposal_that_the_acceptance_left_open,
        a_proposal_at_night,
        a_changed_score,
        points_that_are_not_their_sum,
        a_wrong_distance,
        a_longer_life_of_a_proposal,
        an_id_that_was_not_computed,
        a_chance_where_nothing_is_drawn,
        a_dropped_end,
        a_dropped_expiry,
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
        capacity_exceeded,
        a_move_that_is_not_listed,
        an_event_that_nobody_answered,
        an_invented_cause,
        a_withdrawal_that_nobody_sent,
        a_late_acceptance_that_counted,
        an_acceptance_in_time_that_was_turned_away,
        an_ask_that_ends_fulfilled_and_is_not,
        an_ask_for_more_than_was_said,
        thanks_that_were_given_twice,
        somebody_left_in_the_waiting_room,
        a_clock_that_went_back,
        a_policy_that_is_not_in_force,
        a_block_that_answers_another_record,
    )
}
