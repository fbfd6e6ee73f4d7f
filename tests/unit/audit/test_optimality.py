"""An answer of the greatest total is told from one that is not, without solving anything."""

import pytest

from services.audit import why_not_best
from services.embedded import Proof, verify
from services.matching import solver
from services.matching.solver import Arc, min_cost_flow
from tests.unit.audit.liars import TAXONOMY, told

A1_O1, A1_O2, A2_O1, A2_O2 = ("A1", "h1", 9), ("A1", "h2", 8), ("A2", "h1", 8), ("A2", "h2", 2)
SQUARE = [A1_O1, A1_O2, A2_O1, A2_O2]
ONE_EACH = {"A1": 1, "A2": 1}
ONE_SLOT = {"h1": 1, "h2": 1}


def test_the_greatest_total_is_best_although_one_of_its_pairs_is_not() -> None:
    assert why_not_best(SQUARE, ONE_EACH, ONE_SLOT, [A1_O2, A2_O1]) == ""


def test_two_pairs_that_would_rather_be_exchanged_are_noticed() -> None:
    assert "worth 11 points, and an exchange is worth more" in why_not_best(SQUARE, ONE_EACH, ONE_SLOT, [A1_O1, A2_O2])


def test_room_that_is_left_is_noticed() -> None:
    assert "worth 9 points" in why_not_best(SQUARE, ONE_EACH, {"h1": 2, "h2": 1}, [A1_O1])


def test_nothing_is_best_where_everything_costs() -> None:
    pairs = [("A1", "h1", -1)]
    assert why_not_best(pairs, ONE_EACH, ONE_SLOT, []) == ""
    assert "worth -1 points" in why_not_best(pairs, ONE_EACH, ONE_SLOT, pairs)


def test_a_chain_of_exchanges_that_ends_in_a_free_slot_is_noticed() -> None:
    pairs = [("A1", "h1", 5), ("A1", "h2", 4), ("A2", "h2", 5), ("A2", "h3", 4), ("A3", "h1", 5)]
    wanted, slots = {"A1": 1, "A2": 1, "A3": 1}, {"h1": 1, "h2": 1, "h3": 1}
    assert why_not_best(pairs, wanted, slots, [pairs[0], pairs[2]])
    assert why_not_best(pairs, wanted, slots, [pairs[4], pairs[1], pairs[3]]) == ""


@pytest.mark.parametrize(
    ("taken", "told_why"),
    [
        ([("A9", "h1", 9)], "a pair is taken that was not to be had"),
        ([A1_O1, A1_O1], "a pair is taken that was not to be had"),
        ([A1_O1, A1_O2], "ask A1 has 2 pairs and wanted 1"),
        ([A1_O1, A2_O1], "a helper has more pairs than slots"),
    ],
)
def test_what_could_not_be_taken_is_told(taken: list[tuple[str, str, int]], told_why: str) -> None:
    assert why_not_best(SQUARE, ONE_EACH, ONE_SLOT, taken) == told_why


CROSSED = """
    policy
    ask   A1 food cell=0,0
    ask   A2 food cell=0,4
    offer O1 food cell=0,1
    offer O2 food cell=0,9
    tick  2s
"""


def test_a_solver_that_takes_less_than_the_best_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies when it decides and when it decides again; only the exchange that gains gives it away."""

    def least(arcs: list[Arc], wanted: dict[str, int], slots: dict[str, int]) -> list[Arc]:
        return min_cost_flow(arcs, wanted, slots)[:1]

    assert verify(told(CROSSED).log(), TAXONOMY).partitions[0].solved == 1
    monkeypatch.setattr(solver, "min_cost_flow", least)
    log = told(CROSSED)

    assert verify(log.log(), TAXONOMY, (Proof.chain, Proof.rules, Proof.again)).breach is None
    breach = verify(log.log(), TAXONOMY).breach

    assert breach is not None
    assert (breach.rule.name, breach.offset) == ("best_answer", len(log.blocks) - 1)
