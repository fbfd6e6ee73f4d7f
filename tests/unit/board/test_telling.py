"""Each fact's row on the timeline, and its sentence."""

import dataclasses
import json
from typing import get_args

import pytest

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskWithdrawn
from schemas.codes import EndedHow, MatchStatus, Reason, Role, Verb
from schemas.events import Received
from schemas.facts import (
    AnyFact,
    AskEnded,
    ClockHeld,
    LeapGranted,
    LeftWaiting,
    MatchMoved,
    MemberGone,
    Noted,
    PutWaiting,
    Refused,
)
from schemas.model import Model
from services.board.fact_words import MOVES, TELL, fact_in_words
from services.board.folding import fold
from services.board.reading import typed
from services.board.rows import Rows, StoredFact
from services.board.telling import TELL as TOLD
from services.board.telling import At
from services.board.views import FactView
from services.matching.lifecycles import MATCH
from tests.unit.board.decided import RIVERSIDE, START_MS, Decided
from tests.unit.board.test_folding import folded

GONE = MemberGone(community=RIVERSIDE, member="B")


def last_row(decided: Decided) -> StoredFact:
    return folded(decided.block().blocks).timeline[-1]


def sentence(decided: Decided) -> str:
    return fact_in_words(view_of(last_row(decided)))


def view_of(row: StoredFact) -> FactView:
    return typed(FactView, dataclasses.asdict(row) | {"detail": json.loads(row.detail)})


def kind_of(fact: type[Model]) -> str:
    return str(fact.model_fields["fact"].default)


def test_every_kind_of_fact_has_its_row_and_its_sentence() -> None:
    assert set(TOLD) == set(get_args(AnyFact))
    assert set(TELL) == {kind_of(fact) for fact in get_args(AnyFact)}


def test_every_move_of_a_match_has_words() -> None:
    assert set(MOVES) == {move for moves in MATCH.moves.values() for move in moves}


def test_a_row_says_where_the_fact_stands_and_what_caused_it() -> None:
    row = last_row(Decided().defined().block(after_ms=9).ask())
    assert (row.partition, row.source, row.position, row.now_ms) == (0, 1, 0, START_MS + 9)
    assert (row.kind, row.cause, row.community, row.ask, row.member) == (
        "ask.listed",
        "door/A1",
        RIVERSIDE,
        "A1",
        "asker-A1",
    )


def test_what_befalls_a_match_also_names_its_ask_its_offer_and_who_helps() -> None:
    row = last_row(Decided().ask().offer().proposed().moved("M1", "decline", reason=Reason.busy))
    assert (row.ask, row.offer, row.match, row.member) == ("A1", "O1", "M1", "offerer-O1")


def test_who_blocks_whom_is_not_on_the_timeline() -> None:
    row = last_row(Decided().member("B", blocked=("C",)))
    assert (row.member, row.detail) == ("B", "{}")


def refused(what: str, reason: str, about: str | None = "X") -> StoredFact:
    return last_row(Decided().fact(Refused(community=RIVERSIDE, what=what, about=about, reason=reason)))


@pytest.mark.parametrize(
    ("what", "reason", "column"),
    [
        ("match.acknowledged", "not_proposed", "match"),
        ("match.reassigned", "not_accepted", "match"),
        ("match.proposed_by_hand", "nothing_unmet", "ask"),
        ("match.proposed_by_hand", "unknown_offer", "offer"),
        ("ask.merged", "unknown_ask", "ask"),
        ("ask.changed", "below_accepted", "ask"),
        ("offer.paused", "already_ended", "offer"),
        ("member.reinstated", "not_suspended", "member"),
        ("match.acknowledged", "unknown_match", "match"),
    ],
)
def test_a_refusal_stands_on_the_timeline_of_what_it_is_about(what: str, reason: str, column: str) -> None:
    row = refused(what, reason)
    assert getattr(row, column) == "X"
    assert [row.ask, row.offer, row.match, row.member].count(None) == 3
    assert row.detail == f'{{"reason":"{reason}","what":"{what}"}}'


def test_a_refusal_about_something_else_keeps_it_in_its_details() -> None:
    row = refused("policy.set", "older_policy")
    assert (row.ask, row.offer, row.match, row.member) == (None, None, None, None)
    assert row.detail == '{"about":"X","reason":"older_policy","what":"policy.set"}'


def test_a_refusal_about_nothing_names_nothing() -> None:
    assert refused("policy.set", "older_policy", None).detail == '{"reason":"older_policy","what":"policy.set"}'


def test_an_event_that_waits_names_what_it_waits_for() -> None:
    said = Acknowledged(community=RIVERSIDE, match="M1", member="B", verb=Verb.accept)
    received = Received(source="door", id="7", received_ms=START_MS, data=said)
    row = last_row(Decided().fact(PutWaiting(community=RIVERSIDE, event=received, until_ms=START_MS + 5)))
    assert (row.match, row.member, row.ask) == ("M1", "B", None)
    withdrawn = Received(source="door", id="8", received_ms=START_MS, data=AskWithdrawn(community=RIVERSIDE, ask="A1"))
    row = last_row(Decided().fact(PutWaiting(community=RIVERSIDE, event=withdrawn, until_ms=START_MS + 5)))
    assert (row.ask, row.match, row.detail) == ("A1", None, f'{{"until_ms":{START_MS + 5},"what":"ask.withdrawn"}}')


def test_facts_about_what_is_unknown_are_told_before_the_fold_stops_at_them() -> None:
    rows, at = Rows(), At(0, 0, 0, START_MS)
    ended = AskEnded(community=RIVERSIDE, ask="A9", how=EndedHow.expired, at_ms=START_MS)
    moved = MatchMoved(
        community=RIVERSIDE, match="M9", move="accept", to=MatchStatus.accepted, by=Role.offerer, at_ms=START_MS
    )
    for fact in (ended, moved):
        with pytest.raises(Exception, match="no earlier fact brought"):
            fold(rows, at, fact)
    assert [(row.ask, row.match, row.member) for row in rows.timeline] == [("A9", None, None), (None, "M9", None)]


STORIES = [
    (Decided().defined(), "policy balanced version 1 decides from here on"),
    (Decided().member("B"), "member B said what they can do and what they want"),
    (Decided().suspended("B"), "member B was suspended"),
    (Decided().suspended("B", is_on=False), "member B was reinstated"),
    (Decided().fact(GONE), "member B left"),
    (Decided().ask(), "the ask was opened: 1 of cw:errands.groceries, urgency normal"),
    (Decided().ask().ask(quantity=3), "the ask was changed: 3 of cw:errands.groceries, urgency normal"),
    (Decided().ask().held(), "held for review"),
    (Decided().ask().held(is_on=False), "released to matching"),
    (Decided().ask().escalated(), "a coordinator is asked to look"),
    (Decided().ask().escalated(is_on=False), "the coordinator has looked"),
    (Decided().ask().ended(), "the ask ended: over, its time was up"),
    (Decided().ask().ended("A1", EndedHow.duplicate, duplicate_of="A7"), "the ask ended: the same as another (A7)"),
    (
        Decided().ask().ended("A1", EndedHow.referred, to_community="hillside"),
        "the ask ended: handed to a neighbouring community (hillside)",
    ),
    (Decided().offer(capacity=2), "offer O1 was opened, with room for 2 units"),
    (Decided().offer().offer(), "offer O1 was changed, with room for 1 unit"),
    (Decided().offer().paused(), "offer O1 was paused"),
    (Decided().offer().paused(is_on=False), "offer O1 was resumed"),
    (Decided().offer().offer_ended("O1", EndedHow.withdrawn), "offer O1 ended: taken back"),
    (
        Decided().ask().offer().proposed(),
        "offer O1 was asked for 1 unit (96,810 points, 340 m away), with 15 min to answer",
    ),
    (
        Decided().ask().offer(capacity=2).proposed(units=2, distance_m=None),
        "offer O1 was asked for 2 units (96,810 points), with 15 min to answer",
    ),
    (
        Decided().ask().offer().proposed().moved("M1", "decline", reason=Reason.too_far),
        "offer O1: declined, said the offerer, reason: too far",
    ),
    (
        Decided().ask().offer().proposed().moved("M1", "expire", by=Role.engine),
        "offer O1: no answer came in time",
    ),
    (Decided().ask().offer().proposed().moved("M1", "accept").thanked("M1"), "asker-A1 thanked offerer-O1"),
    (
        Decided().fact(Refused(community=RIVERSIDE, what="ask.changed", about="A1", reason="below_accepted")),
        "`ask.changed` changed nothing: more was accepted than it would leave",
    ),
    (
        Decided().fact(Refused(community=RIVERSIDE, what="match.proposed_by_hand", about="A1", reason="blocked_pair")),
        "`match.proposed_by_hand` changed nothing: one of the two has blocked the other",
    ),
    (
        Decided().fact(Refused(community=RIVERSIDE, what="match.acknowledged", about="M1", reason="not_proposed")),
        "`match.acknowledged` changed nothing: not proposed",
    ),
    (
        Decided().fact(Noted(community=RIVERSIDE, what="member.left")),
        "`member.left` was taken in and had nothing to change",
    ),
    (
        Decided().fact(
            PutWaiting(
                community=RIVERSIDE,
                until_ms=START_MS,
                event=Received(
                    source="door",
                    id="8",
                    received_ms=START_MS,
                    data=AskWithdrawn(community=RIVERSIDE, ask="A1"),
                ),
            )
        ),
        "`ask.withdrawn` came before what it speaks of, and waits for it",
    ),
    (Decided().fact(LeftWaiting(community=RIVERSIDE, uid="door/8")), "event door/8 left the waiting room"),
    (
        Decided().fact(ClockHeld(community=RIVERSIDE, wanted_ms=START_MS + 90_000_000)),
        "log time wanted to leap 1 d 1 h ahead and was held: an operator has to allow it",
    ),
    (
        Decided().fact(LeapGranted(community=RIVERSIDE, until_ms=START_MS)),
        "an operator allowed log time to leap ahead",
    ),
]


@pytest.mark.parametrize(("decided", "words"), STORIES, ids=lambda case: case if isinstance(case, str) else "")
def test_a_fact_reads_as_a_sentence(decided: Decided, words: str) -> None:
    assert sentence(decided) == words


def test_a_community_reads_as_defined() -> None:
    decided = Decided().defined()
    decided.facts.pop()
    assert sentence(decided) == "community riverside was defined"


def test_a_fact_of_a_newer_engine_reads_as_its_kind_and_lacking_details_as_a_question_mark() -> None:
    row = view_of(last_row(Decided().fact(GONE)))
    assert fact_in_words(row.model_copy(update={"kind": "ask.painted"})) == "ask.painted"
    assert fact_in_words(row.model_copy(update={"kind": "match.moved"})) == "offer None: ?"
    assert (
        fact_in_words(row.model_copy(update={"kind": "offer.listed"})) == "offer None was opened, with room for 0 units"
    )
