"""Whom to tell of what was decided: occasions, deadlines, quiet hours and budgets."""

import pytest

from schemas.codes import EndedHow, FollowUp, Mark, MatchStatus, Role, Verb
from schemas.facts import (
    AnyFact,
    AskEnded,
    AskMarked,
    AskReturned,
    MatchReminded,
    MemberGone,
    MemberKnown,
    Noted,
    Refused,
    Thanked,
)
from schemas.members import MemberFields
from schemas.notifications import COORDINATORS
from services.notifications import MANNERS, Requested, requests
from tests.unit.notifications.blocks import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    START_MS,
    TOWN,
    Following,
    ask,
    moved,
    proposed,
    quiet,
)


def following(contacts_per_day_max: int = 30) -> "Following[Requested]":
    return Following(lambda page, block: requests(page, block, contacts_per_day_max))


def told(requested: Requested) -> list[str]:
    return [f"{one.member} {one.occasion.value}" for one in requested.notifications]


ACCEPTED = (ask(), proposed(), moved("M1", MatchStatus.accepted))
REFERRED = AskEnded(community=TOWN, ask="A1", how=EndedHow.referred, at_ms=START_MS, to_community="hillside")


@pytest.mark.parametrize(
    ("fact", "wanted"),
    [
        (moved("M1", MatchStatus.completed), ["ada completed"]),
        (moved("M1", MatchStatus.completed, Role.asker), []),
        (moved("M1", MatchStatus.cancelled, Role.offerer), ["ada called_off"]),
        (moved("M1", MatchStatus.cancelled, Role.asker), ["ben called_off"]),
        (moved("M1", MatchStatus.failed, Role.coordinator), ["ada called_off", "ben called_off"]),
        (moved("M1", MatchStatus.no_show, Role.asker), ["ben called_off"]),
        (moved("M1", MatchStatus.unconfirmed, Role.engine), [f"{COORDINATORS} attention"]),
        (moved("M1", MatchStatus.disputed, Role.asker), [f"{COORDINATORS} attention"]),
        (moved("M1", MatchStatus.reported, Role.asker), [f"{COORDINATORS} attention"]),
        (moved("M1", MatchStatus.started), []),
        (moved("M9", MatchStatus.completed), []),
        (Thanked(community=TOWN, match="M1", by="ada", to="ben"), ["ben thanked"]),
        (MatchReminded(community=TOWN, match="M1", what=FollowUp.reminder, at_ms=START_MS), ["ben reminder"]),
        (
            MatchReminded(community=TOWN, match="M1", what=FollowUp.happened, at_ms=START_MS),
            ["ada happened", "ben happened"],
        ),
        (MatchReminded(community=TOWN, match="M1", what=FollowUp.unknown, at_ms=START_MS), []),
        (MatchReminded(community=TOWN, match="M9", what=FollowUp.reminder, at_ms=START_MS), []),
        (AskEnded(community=TOWN, ask="A1", how=EndedHow.expired, at_ms=START_MS), ["ada not_found"]),
        (AskEnded(community=TOWN, ask="A1", how=EndedHow.fulfilled, at_ms=START_MS), []),
        (AskEnded(community=TOWN, ask="A9", how=EndedHow.expired, at_ms=START_MS), []),
        (REFERRED, ["ada referred"]),
        (
            AskMarked(community=TOWN, ask="A1", mark=Mark.escalated, on=True, at_ms=START_MS),
            [f"{COORDINATORS} attention"],
        ),
        (AskMarked(community=TOWN, ask="A1", mark=Mark.escalated, on=False, at_ms=START_MS), []),
        (AskMarked(community=TOWN, ask="A1", mark=Mark.held, on=True, at_ms=START_MS), []),
        (
            AskReturned(community=TOWN, ask="A1", from_community="hillside", reason="nobody", at_ms=START_MS),
            [f"{COORDINATORS} attention"],
        ),
        (Noted(community=TOWN, what="ask.withdrawn"), []),
    ],
)
def test_who_is_told_of_what_after_a_yes(fact: AnyFact, wanted: list[str]) -> None:
    reader = following()
    assert told(reader.hear(*ACCEPTED)) == ["ben proposed", "ada accepted"]

    assert told(reader.hear(fact)) == wanted


def test_the_first_yes_wins_and_the_others_are_let_go_kindly_also_one_who_says_yes_in_the_same_moment() -> None:
    reader = following()
    reader.hear(ask(), proposed("M1", by="ben"), proposed("M2", by="cleo"))
    in_vain = Refused(community=TOWN, what="match.acknowledged", about="M2", reason="not_proposed", verb=Verb.accept)

    both = reader.hear(moved("M1", MatchStatus.accepted), moved("M2", MatchStatus.withdrawn, Role.engine), in_vain)

    assert told(both) == ["ada accepted", "cleo let_go"]  # told once: it is one thing, under one id


def test_a_second_yes_to_what_is_theirs_already_is_not_answered() -> None:
    reader = following()
    reader.hear(*ACCEPTED)
    again = Refused(community=TOWN, what="match.acknowledged", about="M1", reason="not_proposed", verb=Verb.accept)
    late_no = Refused(community=TOWN, what="match.acknowledged", about="M1", reason="not_proposed", verb=Verb.decline)
    nothing = Refused(community=TOWN, what="match.acknowledged", reason="unknown_match", verb=Verb.accept)

    assert told(reader.hear(again, late_no, nothing)) == []


def test_a_proposal_is_worth_telling_until_its_own_deadline_and_never_after() -> None:
    reader = following()
    (one,) = reader.hear(ask(), proposed(minutes=45)).notifications
    late = following().hear(ask(), proposed(minutes=45), told_ms=START_MS + 46 * MINUTE_MS)

    assert (one.decided_ms, one.not_before_ms, one.deadline_ms) == (START_MS, START_MS, START_MS + 45 * MINUTE_MS)
    assert (told(late), late.withheld) == ([], ("past_deadline",))


def test_a_yes_is_worth_telling_for_as_long_as_the_ask_lasts() -> None:
    accepted = following().hear(*ACCEPTED).notifications[-1]

    assert accepted.deadline_ms == START_MS + 4 * HOUR_MS


def test_courtesies_wait_for_the_end_of_quiet_hours_and_what_somebody_waits_for_does_not() -> None:
    reader = following()
    reader.hear(quiet("ben", 9, 18), quiet("ada", 9, 18), *ACCEPTED)
    thanks = reader.hear(Thanked(community=TOWN, match="M1", by="ada", to="ben"))
    off = reader.hear(moved("M1", MatchStatus.cancelled, Role.asker))

    assert [one.not_before_ms for one in thanks.notifications] == [START_MS + 8 * HOUR_MS]
    assert [one.not_before_ms for one in off.notifications] == [START_MS]


def test_a_courtesy_that_quiet_hours_would_make_too_late_is_left_out() -> None:
    reader = following()
    reader.hear(quiet("ben", 9, 8), ask(), proposed())

    let_go = reader.hear(moved("M1", MatchStatus.withdrawn, Role.engine))

    assert (told(let_go), let_go.withheld) == ([], ("quiet",))


@pytest.mark.parametrize(
    "fact", [MemberGone(community=TOWN, member="ben"), MemberKnown(community=TOWN, member="ben", fields=MemberFields())]
)
def test_quiet_hours_end_with_the_word_that_there_are_none(fact: AnyFact) -> None:
    reader = following()
    reader.hear(quiet("ben", 9, 18), fact, fact, *ACCEPTED)

    (thanks,) = reader.hear(Thanked(community=TOWN, match="M1", by="ada", to="ben")).notifications

    assert thanks.not_before_ms == START_MS


def test_a_spent_budget_leaves_out_courtesies_and_nothing_else_until_a_day_is_over() -> None:
    reader = following(contacts_per_day_max=2)
    reader.hear(ask(), *(proposed(f"M{number}", by="ben") for number in range(3)))
    thanks = Thanked(community=TOWN, match="M1", by="ada", to="ben")

    spent = reader.hear(thanks)
    off = reader.hear(moved("M1", MatchStatus.cancelled, Role.asker))
    later = reader.hear(thanks, at_ms=START_MS + DAY_MS + 1)

    assert (told(spent), spent.withheld) == ([], ("budget",))
    assert told(off) == ["ben called_off"]
    assert told(later) == ["ben thanked"]


def test_what_is_long_over_is_forgotten() -> None:
    reader = following()
    reader.hear(*ACCEPTED, AskEnded(community=TOWN, ask="A1", how=EndedHow.fulfilled, at_ms=START_MS))
    reader.hear(at_ms=START_MS + 60 * DAY_MS)
    reader.hear(at_ms=START_MS + 60 * DAY_MS)

    assert list(reader.rows) == ["0/position"]


def test_every_occasion_but_the_unknown_has_its_manner() -> None:
    from schemas.notifications import Occasion

    assert set(MANNERS) == set(Occasion) - {Occasion.unknown}
