"""Lies about what is so: facts that were changed, dropped, invented or said twice."""

from collections.abc import Callable
from dataclasses import replace

from schemas.asks import AskOpened
from schemas.codes import EndedHow, MatchStatus, Role
from schemas.events import AnyEvent
from schemas.facts import AskEnded, AskReturned, ClockHeld, MatchMoved, Refused, Thanked
from tests.unit.audit.liars import (
    ACCEPTED,
    ASKED,
    BACK,
    DAILY,
    PAIR,
    PARTITION,
    REMINDED,
    Lie,
    Recorded,
    recorded,
    stepped_over,
    telling,
    told,
)
from tests.unit.matching.stories import Story


def several(story: Story, lines: str) -> None:
    """Several events in one block."""
    said: list[AnyEvent] = []
    for line in lines.strip().splitlines():
        command, *rest = line.split()
        said.append(
            story.event(
                command,
                [word for word in rest if "=" not in word],
                dict(word.split("=") for word in rest if "=" in word),
            )
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


def a_price_of_standing_alone_that_was_lowered() -> Lie:
    log = told(ASKED)
    place = log.last("match.proposed")
    return Lie(_with_part(log, place, "stand_ins", 1_000), "score", *place)


def an_ask_that_is_less_covered_than_it_was() -> Lie:
    log = told(f"{ASKED}\noffer O2 food cell=0,1 by=m-cem\ntick 10m")
    place = log.last("match.proposed")
    assert log.fact(*place).attempt == 2, "silence asked somebody else"
    return Lie(_with_part(log, place, "uncovered", 1_000), "score", *place)


def a_chance_that_no_answer_taught() -> Lie:
    log, other = (told(ASKED.replace("ask ", f"member m-bo asked=4 accepted={times}\nask ")) for times in (1, 3))
    place = log.last("match.proposed")
    return Lie(log.lie(place[0], lambda facts: facts.__setitem__(place[1], other.fact(*place))), "chances", *place)


def _with_part(log: Recorded, place: tuple[int, int], name: str, more: int) -> Recorded:
    """The proposal with one part worth more, and a sum that fits."""
    said = log.fact(*place)
    assert said.explanation.parts[name] < 0, f"{name} takes something away"
    parts = said.explanation.parts | {name: said.explanation.parts[name] + more}
    explanation = said.explanation.model_copy(update={"parts": parts})
    return log.with_fact(place, points=said.points + more, explanation=explanation)


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
    refused = Refused(
        community="town", cause=moved.cause, what="match.acknowledged", about=moved.match, reason="too_late"
    )
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


def a_clock_held_against_an_operators_word() -> Lie:
    log = told("ask A1 food cell=0,0\ntick 3d\nallow-leap")
    offset, index = log.last("clock.leap_granted")
    held = ClockHeld(community="town", wanted_ms=log.records[offset].stamp_ms)
    return Lie(log.lie(offset, lambda facts: facts.append(held)), "log_time", offset, index + 1)


def a_policy_that_is_not_in_force() -> Lie:
    log = told(ASKED)
    offset = len(log.blocks) - 1
    return Lie(log.with_block(offset, policies={"town": "reach@9"}), "policy_in_force", offset, None)


def a_block_that_answers_another_record() -> Lie:
    log = told(f"{PAIR}\ntick 2s\ntick 2s")
    offset = len(log.blocks) - 2
    return Lie(log.with_block(offset, source=offset + 1), "dense", offset + 1, None)


def a_reminder_said_twice() -> Lie:
    log = told(REMINDED)
    offset, index = log.last("match.reminded")
    said = log.fact(offset, index)
    return Lie(log.lie(offset, lambda facts: facts.insert(index, said)), "followed_up", offset, index + 1)


def a_reminder_that_was_forgotten() -> Lie:
    log = told(REMINDED)
    place = log.last("match.reminded")
    return Lie(log.without(place), "followed_up", place[0], None)


def an_occurrence_that_its_series_knows_nothing_of() -> Lie:
    log = told(DAILY)
    place = log.last("series.advanced")
    return Lie(log.without(place), "one_at_a_time", place[0], None)


def an_occurrence_that_was_forgotten() -> Lie:
    log = told(DAILY)
    offset, index = log.last("series.advanced")
    facts = log.blocks[offset].facts[: index - 1]
    return Lie(log.with_block(offset, facts=facts), "accounted_for", offset, None)


def a_series_that_outlives_its_withdrawal() -> Lie:
    log = told(f"{DAILY}\nretract O1")
    offset, index = log.last("offer.ended")
    return Lie(log.without((offset, index)), "ended_rightly", offset, index)


def a_return_said_twice() -> Lie:
    log = told(BACK)
    offset, index = log.last("ask.returned")
    said = log.fact(offset, index)
    return Lie(log.lie(offset, lambda facts: facts.insert(index, said)), "returned", offset, index + 1)


def a_return_by_another_neighbour() -> Lie:
    log = told("policy\nask A1 food cell=0,0\nrefer A1 village\nreturn A1 harbour")
    offset, index = log.last("event.refused")
    (event,) = log.events(offset)
    taken = AskReturned(
        community="town",
        cause=event.uid,
        ask="A1",
        from_community="harbour",
        reason="unknown_need",
        at_ms=log.blocks[offset].now_ms,
    )
    return Lie(log.with_block(offset, facts=(taken,)), "returned", offset, index)


def an_event_that_was_stepped_over_and_answered() -> Lie:
    log = told(PAIR)
    offset, index = log.last("offer.listed")
    over = stepped_over(log, offset, 0)
    return Lie(log.lie(offset, lambda facts: facts.insert(index, over)), "cause_sent", offset, index + 1)


def an_event_stepped_over_by_a_word_about_another() -> Lie:
    log = told(PAIR)
    offset, index = log.last("offer.listed")
    over = stepped_over(log, offset, 0).model_copy(update={"place": f"{PARTITION}/{offset - 1}/0"})
    return Lie(log.with_block(offset, facts=(over,)), "stepped_over", offset, index)


def two_that_ended_the_wrong_way_round() -> Lie:
    log = told("policy\nask A1 food cell=0,0 needed=2h\nask A2 food cell=0,0 needed=1h\ntick 3h")
    offset, index = log.last("ask.ended")
    return Lie(log.lie(offset, lambda facts: facts.reverse()), "bounded", offset, index)


FALSE: tuple[Callable[[], Lie], ...] = (
    a_second_acceptance,
    a_proposal_that_the_acceptance_left_open,
    a_changed_score,
    points_that_are_not_their_sum,
    a_price_of_standing_alone_that_was_lowered,
    an_ask_that_is_less_covered_than_it_was,
    a_chance_that_no_answer_taught,
    a_wrong_distance,
    a_longer_life_of_a_proposal,
    an_id_that_was_not_computed,
    a_chance_where_nothing_is_drawn,
    a_dropped_end,
    a_dropped_expiry,
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
    a_clock_held_against_an_operators_word,
    a_policy_that_is_not_in_force,
    a_block_that_answers_another_record,
    a_reminder_said_twice,
    a_reminder_that_was_forgotten,
    an_occurrence_that_its_series_knows_nothing_of,
    an_occurrence_that_was_forgotten,
    a_series_that_outlives_its_withdrawal,
    a_return_said_twice,
    a_return_by_another_neighbour,
    an_event_that_was_stepped_over_and_answered,
    an_event_stepped_over_by_a_word_about_another,
    two_that_ended_the_wrong_way_round,
)
