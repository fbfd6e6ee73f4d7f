"""Which part of an ask's wait is whose."""

from types import SimpleNamespace
from typing import Any

from schemas.decisions import DecisionBlock
from schemas.facts import AnyFact, AskListed, Proposed
from services.simulation.bench_kafka.asking import TICK_MS, Asking, FirstProposal, Waits, percentiles

ROUND_MS = 100 * TICK_MS
"""Log time at which a round is due."""


def test_a_proposal_in_the_first_round_after_the_ask_was_listed_came_at_the_first_chance() -> None:
    waits = heard(
        (ROUND_MS - 900, [listed("A1")]), (ROUND_MS - 100, []), (ROUND_MS + 50, [proposed("A1")]), due={"A1": 10.0}
    )

    assert waits.proposed == [FirstProposal(10.0, 3.0, is_first_chance=True)]


def test_a_proposal_in_the_second_round_waited_for_somebody_to_be_free() -> None:
    waits = heard(
        (ROUND_MS - 900, [listed("A1")]), (ROUND_MS + 50, []), (ROUND_MS + TICK_MS, [proposed("A1")]), due={"A1": 10.0}
    )

    assert waits.proposed == [FirstProposal(10.0, 3.0, is_first_chance=False)]


def test_what_cannot_wait_for_a_round_is_proposed_in_the_block_that_lists_it() -> None:
    waits = heard((ROUND_MS - 900, [listed("A1"), proposed("A1")]), due={"A1": 10.0})

    assert waits.proposed == [FirstProposal(10.0, 1.0, is_first_chance=True)]


def test_only_the_first_proposal_counts_and_asks_of_before_do_not() -> None:
    waits = heard(
        (ROUND_MS - 900, [listed("A1"), proposed("A0")]),
        (ROUND_MS + 50, [proposed("A1")]),
        (ROUND_MS + TICK_MS, [proposed("A1")]),
        due={"A1": 10.0},
    )

    assert [wait.heard_s for wait in waits.proposed] == [2.0]


def test_an_answer_says_when_its_ask_stood_in_the_journal_and_when_it_was_heard() -> None:
    waits = heard((ROUND_MS, [listed("A1")]), due={"A1": 10.0})

    assert [(one.journalled_s, one.heard_s) for one in waits.answered] == [(0.5, 1.0)]


def test_percentiles_of_nothing_are_nothing() -> None:
    assert (percentiles([]).count, percentiles([]).p99_ms) == (0, 0.0)


def test_percentiles_are_told_in_milliseconds() -> None:
    found = percentiles([at / 1_000 for at in range(1_000)])

    assert (found.count, found.p50_ms, found.p99_ms, found.p999_ms) == (1_000, 500.0, 990.0, 999.0)


def heard(*blocks: tuple[int, list[AnyFact]], due: dict[str, float]) -> Waits:
    """Blocks heard at 11, 12, 13 … s, each journalled half a second before."""
    waits = Waits()
    asking = Asking(waits)
    for ask, due_s in due.items():
        asking.due(ask, due_s)
    for at, (now_ms, facts) in enumerate(blocks):
        block = DecisionBlock.trusted(
            source=at, logic="", policies={}, now_ms=now_ms, told_ms=now_ms, facts=tuple(facts), chain="0" * 64
        )
        asking.hear(block, 10.5 + at, 11.0 + at)
    return waits


def listed(ask: str) -> AskListed:
    fact: dict[str, Any] = {"community": "town", "cause": "c", "ask": SimpleNamespace(ask=ask)}
    return AskListed.model_construct(**fact)


def proposed(ask: str) -> Proposed:
    fact: dict[str, Any] = {"community": "town", "cause": "c", "ask": ask}
    return Proposed.model_construct(**fact)
