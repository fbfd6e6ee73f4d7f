"""Measures: each thing is counted once, however often it is said."""

from collections import Counter

import orjson
import pytest

from schemas.codes import EndedHow, MatchStatus, Role
from schemas.facts import AnyFact, AskEnded, MemberGone, Noted, Thanked
from services.impact import Gained, Measure, measured, standing_measures
from tests.unit.notifications.blocks import DAY_MS, MINUTE_MS, START_MS, TOWN, Following, ask, moved, proposed

ACCEPTED = (ask(), proposed(), moved("M1", MatchStatus.accepted, at_ms=START_MS + 3 * MINUTE_MS))


def gained(*facts: AnyFact) -> dict[str, int]:
    """What facts add after a yes."""
    reader: Following[Gained] = Following(measured)
    reader.hear(*ACCEPTED)
    return {measure.value: count for measure, count in reader.hear(*facts).counts.items()}


def test_from_ask_to_yes() -> None:
    reader: Following[Gained] = Following(measured)

    found = reader.hear(*ACCEPTED, ask(), moved("M1", MatchStatus.accepted))

    assert found.counts == Counter({"asks_opened": 1, "proposals": 1, "acceptances": 2, "asks_accepted": 1})
    assert found.acceptance_ms == [3 * MINUTE_MS]


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ([moved("M1", MatchStatus.completed)], {"helps_completed": 1, "asks_helped": 1, "givers": 1}),
        (
            [moved("M1", MatchStatus.completed), moved("M1", MatchStatus.confirmed, Role.asker)],
            {"helps_completed": 1, "helps_confirmed": 1, "asks_helped": 1, "givers": 1, "relationships_begun": 1},
        ),
        ([Thanked(community=TOWN, match="M1", by="ada", to="ben")] * 2, {"thanks": 2, "givers_thanked": 1}),
        ([AskEnded(community=TOWN, ask="A1", how=EndedHow.expired, at_ms=START_MS)], {"asks_not_helped": 1}),
        ([AskEnded(community=TOWN, ask="A1", how=EndedHow.withdrawn, at_ms=START_MS)], {}),
        ([moved("M9", MatchStatus.completed), Noted(community=TOWN, what="ask.opened")], {}),
        ([moved("M1", MatchStatus.cancelled)], {}),
    ],
)
def test_what_a_help_adds(facts: list[AnyFact], wanted: dict[str, int]) -> None:
    assert gained(*facts) == wanted


def test_an_ask_that_was_helped_is_not_counted_as_left_alone() -> None:
    ended = AskEnded(community=TOWN, ask="A1", how=EndedHow.expired, at_ms=START_MS)

    assert "asks_not_helped" not in gained(moved("M1", MatchStatus.completed), ended)


def test_a_pair_that_helps_again_goes_on() -> None:
    reader: Following[Gained] = Following(measured)
    reader.hear(*ACCEPTED, moved("M1", MatchStatus.confirmed, Role.asker))

    again = reader.hear(ask("A2"), proposed("M2", of="A2"), moved("M2", MatchStatus.confirmed, Role.asker))

    assert (again.counts[Measure.relationships_begun], again.counts[Measure.relationships_continued]) == (0, 1)
    assert again.counts[Measure.givers] == 0


def test_who_left_is_forgotten_and_what_they_gave_stays_counted() -> None:
    reader: Following[Gained] = Following(measured)
    reader.hear(*ACCEPTED, moved("M1", MatchStatus.completed), Thanked(community=TOWN, match="M1", by="ada", to="ben"))
    reader.hear(MemberGone(community=TOWN, member="ben"), MemberGone(community=TOWN, member="dan"))

    assert not [key for key in reader.rows if "/giver/" in key or "/thanked/" in key]
    standing = standing_measures(orjson.loads(reader.rows["0/all/measures"]))
    assert standing[TOWN]["givers"] == 1
    assert standing_measures(None) == {}


def test_asks_and_matches_long_over_are_forgotten_and_the_measures_are_not() -> None:
    reader: Following[Gained] = Following(measured)
    reader.hear(*ACCEPTED)
    reader.hear(at_ms=START_MS + 60 * DAY_MS)
    reader.hear(at_ms=START_MS + 60 * DAY_MS)

    assert sorted(reader.rows) == ["0/all/measures", "0/position"]
