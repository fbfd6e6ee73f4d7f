"""The same order and the same numbers on every machine."""

from functools import partial

import pytest

from tests.house.order import inexact_numbers, unstable_sorts
from tests.house.pure_modules import is_core, is_pure
from tests.house.sets import declared_sets, set_walks
from tests.house.sources import Source, breaches, read

PURE = [source for source in read("schemas", "services") if is_pure(source.path)]
CORE = [source for source in PURE if is_core(source.path)]


def test_sorts_keep_equals_in_order() -> None:
    found = breaches(unstable_sorts, PURE)
    assert not found, found


def test_nobody_walks_over_a_set() -> None:
    found = breaches(partial(set_walks, declared=declared_sets(PURE)), PURE)
    assert not found, found


def test_cores_decide_in_whole_numbers() -> None:
    found = breaches(inexact_numbers, CORE)
    assert not found, found


@pytest.mark.parametrize(
    "text",
    ["np.argsort(x)", "x.argsort()", "np.sort(x)", 'np.sort(x, kind="quicksort")', "np.argsort(a[b].c, axis=0)"],
)
def test_a_sort_that_may_swap_equals_is_named(text: str) -> None:
    (found,) = unstable_sorts("services/matching/pick.py", text)
    assert 'say kind="stable"' in found


@pytest.mark.parametrize("text", ["np.argpartition(x, 3)", "x.argpartition(3)", "np.partition(x, 3)"])
def test_a_cut_that_may_swap_equals_is_named(text: str) -> None:
    (found,) = unstable_sorts("services/matching/pick.py", text)
    assert "sort, then cut" in found


@pytest.mark.parametrize("text", ['np.argsort(x, kind="stable")', "x.sort()", "np.lexsort((a, b))", "a.partition('=')"])
def test_stable_sorts_are_left_alone(text: str) -> None:
    assert unstable_sorts("services/matching/pick.py", text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 0.5", "holds 0.5"),
        ("x = 1e3", "holds 1000.0"),
        ("x = a / b", "divides with /"),
        ("x /= b", "divides with /"),
        ("x = float(a)", "calls float()"),
        ("x = math.sqrt(a)", "uses math.sqrt"),
        ("x = math.hypot(a, b)", "uses math.hypot"),
        ("x = np.float64", "uses np.float64"),
    ],
)
def test_a_number_that_is_not_whole_is_named(text: str, told: str) -> None:
    (found,) = inexact_numbers("services/matching/score.py", text)
    assert found.startswith(f"services/matching/score.py:1 {told}; cores decide in whole numbers")


@pytest.mark.parametrize("text", ["x = a // b", "x = math.isqrt(a)", "x = 1_000_000", "x = np.int64"])
def test_whole_numbers_are_left_alone(text: str) -> None:
    assert inexact_numbers("services/matching/score.py", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "for x in {1, 2}: pass",
        "for x in set(a): pass",
        "[x for x in frozenset(a)]",
        "{x: 1 for x in {y for y in a}}",
        "list(set(a))",
        "tuple({1, 2})",
        "','.join({a, b})",
        "f(x for x in set(a))",
        "dict.fromkeys(set(a))",
        "[*{1, 2}]",
        "next(iter(set(a)))",
        "for i, x in enumerate(set(a)): pass",
        "set(a).pop()",
        "for x in a.keys() - b: pass",
        "for x in set(a) | b: pass",
        "for x in set(a).union(b): pass",
        "waiting = set(a)\nfor x in waiting: pass",
        "waiting: set[int] = f()\nfor x in waiting: pass",
        "def f(waiting: frozenset[int]):\n    for x in waiting: pass",
        "def f(waiting: 'set[int] | None'):\n    return [x for x in waiting]",
        "waiting = set()\ndef f():\n    for x in waiting: pass",
        "def f(a):\n    def g():\n        return list(b)\n    b = {x for x in a}\n    return g",
        "for x in ask.languages: pass",
        "for x in spoken(ask): pass",
        "for x in ask.spoken(): pass",
    ],
)
def test_a_walk_over_a_set_is_named(text: str) -> None:
    found = set_walks("services/matching/score.py", text, frozenset({"languages", "spoken"}))
    assert found
    assert "the order of a set differs from process to process" in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "for x in sorted(set(a)): pass",
        "any(x in b for x in set(a))",
        "sum(x for x in {1, 2})",
        "{x + 1 for x in set(a)}",
        "3 in set(a)",
        "len(set(a))",
        "for x in a.keys(): pass",
        "waiting = set(a)\nfor x in sorted(waiting): pass",
        "def f(waiting: list[set[int]]):\n    for x in waiting: pass",
        "waiting = set(a)\ndef f(waiting):\n    for x in waiting: pass",
        "for x in ask.needs: pass",
    ],
)
def test_sets_that_are_only_asked_are_left_alone(text: str) -> None:
    assert set_walks("services/matching/score.py", text, frozenset({"languages"})) == []


def test_fields_and_results_that_are_sets_are_known_by_name() -> None:
    source = Source(
        "schemas/asks.py",
        "class Ask:\n    languages: frozenset[str]\n    needs: tuple[str, ...]\ndef spoken(ask) -> set[str]: ...\n",
    )
    assert declared_sets([source]) == {"languages", "spoken"}
