"""The words for coordinators, and the kinder ones for everybody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Reason
from schemas.facts import Alternative
from schemas.states import AskStatus
from services.board import (
    BoardReader,
    BoardWriter,
    Section,
    ask_in_words,
    ask_view,
    elapsed,
    match_in_words,
    match_view,
    match_views_of_ask,
    shown_to_person,
    timeline,
)
from services.board.rule_words import NOT_FREE, PARTS, RULES, SHOWN, part_in_words, rule_in_words, solver_in_words
from services.board.wording import STATUSES, alternatives_in_words
from services.matching.rules import REACH_RULES
from services.matching.rules import RULES as ENGINE_RULES
from tests.unit.board.decided import RIVERSIDE, WHY, Decided


@pytest.fixture
def board(tmp_path: Path) -> Iterator[BoardReader]:
    decided = Decided().ask(quantity=2).offer("O1").offer("O2").block(after_ms=125_000)
    decided.proposed("M1").block(after_ms=30_000).moved("M1", "decline", reason=Reason.too_far).escalated()
    decided.proposed("M2", offer="O2", attempt=2, chance_ppm=950_000, distance_m=None).block(after_ms=3_700_000)
    decided.moved("M2", "accept").ask("A2").block()
    with BoardWriter(tmp_path / "board.db") as writer:
        writer.apply_all(0, decided.blocks)
    with BoardReader(tmp_path / "board.db") as reader:
        yield reader


def of_match(board: BoardReader, name: str) -> dict[str, tuple[str, ...]]:
    match = match_view(board, RIVERSIDE, name)
    assert match is not None
    ask = ask_view(board, RIVERSIDE, match.row.ask)
    assert ask is not None
    return by_heading(match_in_words(match, ask, timeline(board, "match", RIVERSIDE, name).rows))


def of_ask(board: BoardReader, name: str) -> dict[str, tuple[str, ...]]:
    ask = ask_view(board, RIVERSIDE, name)
    assert ask is not None
    matches, facts = match_views_of_ask(board, RIVERSIDE, name), timeline(board, "ask", RIVERSIDE, name)
    return by_heading(ask_in_words(ask, matches, facts.rows))


def by_heading(sections: tuple[Section, ...]) -> dict[str, tuple[str, ...]]:
    return {section.heading: section.lines for section in sections}


def test_a_match_is_explained_in_words(board: BoardReader) -> None:
    assert of_match(board, "M1") == {
        "Match M1": (
            "ask A1 (cw:errands.groceries) and offer O1, 1 unit: declined, reason: too far",
            "proposed 2 min 5 s after the ask was opened, attempt 1",
            "340 m apart",
        ),
        "Who was considered": (
            "12 offers looked at: of the right kind and within reach, nearest first; 4 would do",
            "5 offers: the rule `of_the_future`",
            "2 offers: one of the two has blocked the other",
            "1 offer: farther away than one of the two agreed to",
        ),
        "What the pair was worth, in points": (
            "+100,000 any match at all",
            "-3,400 the way",
            "+210 given back, as another helper is unlikely to come later",
            "= 96,810",
        ),
        "What else was possible": (
            "offer O7: 96,000, 810 less",
            "offer O8: 97,000, 190 more, but it served the round better elsewhere",
        ),
        "How it was picked": ("best for all asks of the round together",),
        "What happened, from the ask's opening": (
            "2 min 5 s: offer O1 was asked for 1 unit (96,810 points, 340 m away), with 15 min to answer",
            "2 min 35 s: offer O1: declined, said the offerer, reason: too far",
        ),
    }


def test_a_match_made_by_chance_and_without_a_way_says_so(board: BoardReader) -> None:
    words = of_match(board, "M2")
    assert words["Match M2"][2] == "help without a way"
    assert words["How it was picked"][1] == "with a chance of 950,000 in a million, so that policies can be compared"


def test_an_ask_is_explained_in_words(board: BoardReader) -> None:
    words = of_ask(board, "A1")
    assert words["Ask A1"] == (
        "2 visits of cw:errands.groceries, urgency normal: waiting, nobody is being asked",
        "0 of 2 given, 1 agreed on, 0 questions open of 2 asked",
        "looked for until 1 d after its opening",
        "first accepted after 1 h 4 min",
        "a coordinator is asked to look",
    )
    assert words["Who was asked"] == (
        "offer O1 after 2 min 5 s, 340 m apart: declined, reason: too far (match M1)",
        "offer O2 after 2 min 35 s, help without a way: accepted (match M2)",
    )
    assert words["Who was considered (latest match)"][0].startswith("12 offers looked at")
    assert words["What happened, from the ask's opening"][0] == (
        "0 s: the ask was opened: 2 of cw:errands.groceries, urgency normal"
    )
    assert words["What happened, from the ask's opening"][-1] == "1 h 4 min: offer O2: accepted, said the offerer"


def test_an_ask_for_which_nobody_was_asked_says_so(board: BoardReader) -> None:
    words = of_ask(board, "A2")
    assert words["Who was asked"] == ("nobody yet",)
    assert list(words) == ["Ask A2", "Who was asked", "What happened, from the ask's opening"]


def test_every_rule_of_the_engine_has_words() -> None:
    assert set(RULES) >= {rule.name for rule in (*REACH_RULES, *ENGINE_RULES)}


def test_every_ask_status_has_words() -> None:
    assert set(STATUSES) == set(AskStatus) - {AskStatus.unknown}


def test_rules_and_parts_this_version_does_not_know_are_named_as_they_are() -> None:
    assert rule_in_words("full_moon", 2) == "2 offers: the rule `full_moon`"
    assert part_in_words("full_moon") == "full moon"
    assert part_in_words("base") == PARTS["base"]


@pytest.mark.parametrize(
    ("solver", "words"),
    [
        ("greedy", "best pair first"),
        ("by-hand", "proposed by a coordinator"),
        ("min-cost-flow", "best for all asks of the round together"),
    ],
)
def test_how_a_pair_was_picked_is_told_plainly(solver: str, words: str) -> None:
    assert solver_in_words(solver) == words


def test_alternatives_worth_the_same_or_none_at_all_are_told_plainly() -> None:
    equal = WHY.model_copy(update={"alternatives": (Alternative(offer="O7", points=96_810),)})
    assert alternatives_in_words(equal, 96_810) == ("offer O7: 96,810, the same",)
    alone = WHY.model_copy(update={"alternatives": ()})
    assert alternatives_in_words(alone, 96_810) == ("no other offer would have done",)


PRIVATE = ("blocked_pair", "member_suspended", "ask_held", "vetting_withdrawn")


@pytest.mark.parametrize("rule", [*RULES, *PRIVATE])
def test_no_person_is_ever_told_that_somebody_blocked_them(rule: str) -> None:
    shown = shown_to_person(rule)
    assert "block" not in shown
    assert "suspend" not in shown
    assert "review" not in shown


def test_a_block_reads_like_many_ordinary_reasons() -> None:
    alike = [rule for rule in RULES if shown_to_person(rule) == shown_to_person("blocked_pair") == NOT_FREE]
    assert len(alike) >= 10
    assert {"quiet_hours", "capacity", "active_cap", "member_paused", "blocked_pair"} <= set(alike)


def test_a_rule_of_a_newer_engine_is_shown_as_the_word_that_tells_least() -> None:
    assert shown_to_person("full_moon") == NOT_FREE
    assert set(SHOWN) < set(RULES)


@pytest.mark.parametrize(
    ("span_ms", "words"),
    [
        (0, "0 s"),
        (999, "0 s"),
        (12_345, "12 s"),
        (60_000, "1 min"),
        (200_000, "3 min 20 s"),
        (7_500_000, "2 h 5 min"),
        (7_205_000, "2 h"),
        (86_400_000, "1 d"),
        (273_600_000, "3 d 4 h"),
        (-61_000, "-1 min 1 s"),
    ],
)
def test_durations_read_in_two_units_at_most(span_ms: int, words: str) -> None:
    assert elapsed(span_ms) == words


@given(st.integers(-(2**43), 2**43))
def test_every_duration_has_words(span_ms: int) -> None:
    parts = elapsed(span_ms).split()
    assert len(parts) in (2, 4)
    assert int(parts[0]) * span_ms >= 0
