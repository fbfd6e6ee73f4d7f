"""The lifecycle of a match, read the other way: every pair that is not listed is refused."""

from itertools import product

import pytest

from schemas.codes import MatchStatus, Role, Verb
from schemas.states import LIVE
from services.matching.lifecycles import MATCH, MAY_SAY, Lifecycle, status_after

LISTED = {
    ("proposed", "accept"): "accepted",
    ("proposed", "decline"): "declined",
    ("proposed", "expire"): "expired",
    ("proposed", "withdraw"): "withdrawn",
    ("proposed", "report"): "reported",
    ("accepted", "start"): "started",
    ("accepted", "complete"): "completed",
    ("accepted", "fail"): "failed",
    ("accepted", "miss"): "no_show",
    ("accepted", "cancel"): "cancelled",
    ("accepted", "lapse"): "unconfirmed",
    ("accepted", "report"): "reported",
    ("started", "complete"): "completed",
    ("started", "fail"): "failed",
    ("started", "cancel"): "cancelled",
    ("started", "lapse"): "unconfirmed",
    ("started", "report"): "reported",
    ("completed", "confirm"): "confirmed",
    ("completed", "dispute"): "disputed",
    ("completed", "lapse"): "unconfirmed",
    ("completed", "report"): "reported",
    ("unconfirmed", "confirm"): "confirmed",
    ("unconfirmed", "dispute"): "disputed",
    ("unconfirmed", "report"): "reported",
    ("disputed", "confirm"): "confirmed",
    ("disputed", "fail"): "failed",
    ("disputed", "report"): "reported",
    ("confirmed", "report"): "reported",
}
MOVES = sorted({move for _, move in LISTED} | {verb.value for verb in Verb})
EVERY_PAIR = sorted(product([status.value for status in MatchStatus], MOVES))


@pytest.mark.parametrize(("status", "move"), EVERY_PAIR)
def test_a_match_moves_as_the_table_says_and_no_other_way(status: str, move: str) -> None:
    expected = LISTED.get((status, move))
    after = status_after(MatchStatus(status), move)
    assert after == (None if expected is None else MatchStatus(expected))


def test_every_live_status_can_be_left_and_a_match_begins_proposed() -> None:
    assert MATCH.start == "proposed"
    assert MATCH.name == "match"
    assert all(MATCH.moves[status.value] for status in LIVE)


@pytest.mark.parametrize(
    ("move", "why"),
    [
        ("accept", "not_proposed"),
        ("decline", "not_proposed"),
        ("start", "not_accepted"),
        ("complete", "not_accepted"),
        ("fail", "not_accepted"),
        ("miss", "not_accepted"),
        ("cancel", "not_accepted"),
        ("confirm", "not_completed"),
        ("dispute", "not_completed"),
        ("report", "not_proposed"),
        ("dance", "unknown_move"),
    ],
)
def test_a_refusal_names_the_status_that_was_missing(move: str, why: str) -> None:
    assert MATCH.refusal(move) == why


def test_a_lifecycle_knows_nothing_that_is_not_listed() -> None:
    door = Lifecycle("door", start="open", moves={"open": {"close": "closed"}})
    assert door.after("open", "close") == "closed"
    assert door.after("closed", "close") is None
    assert door.after("open", "lock") is None


def test_who_may_say_what_is_listed_for_every_verb() -> None:
    offerer, asker = Role.offerer, Role.asker
    assert {verb: MAY_SAY.get(verb, ()) for verb in Verb} == {
        Verb.accept: (offerer,),
        Verb.decline: (offerer,),
        Verb.start: (offerer,),
        Verb.complete: (offerer, asker),
        Verb.fail: (offerer, asker),
        Verb.miss: (asker,),
        Verb.cancel: (offerer, asker),
        Verb.confirm: (asker,),
        Verb.dispute: (asker,),
        Verb.report: (offerer, asker),
        Verb.thank: (asker,),
        Verb.unknown: (),
    }
