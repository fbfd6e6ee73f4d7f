"""Each lie is told about one place, and the rest of the source stays as it was."""

import ast

import pytest

from tests.house.mutants import mutants


@pytest.mark.parametrize(
    ("source", "lies"),
    [
        ("x = a == b", ["x = (a != b)"]),
        ("x = a < b", ["x = (a <= b)", "x = (a >= b)"]),
        ("x = a not in b", ["x = (a in b)"]),
        ("x = a and b", ["x = (a or b)", "x = (a)", "x = (b)"]),
        ("x = not a", ["x = (a)"]),
        ("x = a - b", ["x = (a + b)"]),
        ("x = a if c else b", ["x = (a)", "x = (b)"]),
        ("x = any(a)", ["x = (all(a))"]),
        ("x = lambda a: a.b", ["x = (lambda a: not a.b)"]),
        ("x = True", ["x = (False)"]),
        ("x = 7", ["x = (8)"]),
        ("x = 'a'", ["x = ('a_')"]),
        ("x = {a: b, c: d}", ["x = ({c: d})", "x = ({a: b})"]),
        ("x = (a, b)", ["x = ((b,))", "x = ((a,))"]),
        ("x = (f(a), f(b))", ["x = ((f(b),))", "x = ((f(a),))", "x = ((f(b), f(a)))"]),
    ],
)
def test_every_part_of_a_source_is_lied_about(source: str, lies: list[str]) -> None:
    assert sorted(mutant.source for mutant in mutants(source)) == sorted(lies)


def test_returns_and_conditions_are_lied_about_where_they_stand() -> None:
    source = "def f(a):\n    # why\n    if a.b:\n        return a  # so\n    return None\n"
    assert [mutant.source for mutant in mutants(source)] == [
        "def f(a):\n    # why\n    if not a.b:\n        return a  # so\n    return None\n",
        "def f(a):\n    # why\n    if a.b:\n        return None  # so\n    return None\n",
    ]


def test_a_change_to_a_table_is_told_by_its_row() -> None:
    source = "RULES = (\n    f(a),\n    f(b),\n)\nMOVES = {\n    k: v,\n}\n"
    assert [(mutant.line, mutant.words) for mutant in mutants(source)] == [
        (2, "the row without `f(a)`"),
        (2, "`f(b)` before `f(a)`"),
        (3, "the row without `f(b)`"),
        (6, "the table without `k`"),
    ]


def test_what_behaviour_does_not_hang_on_is_left_alone() -> None:
    source = '"""Doc."""\nfrom a import b\n\n\n@b(frozen=True)\nclass C(b["x"]):\n    """Doc."""\n\n    name: "str"\n'
    assert mutants(source) == []


def test_a_lie_beyond_plain_letters_lands_in_its_place() -> None:
    (mutant,) = mutants("größe = {'käse'}")
    assert mutant.source == "größe = {('käse_')}"
    assert (mutant.line, mutant.words) == (1, "`'käse_'` for `'käse'`")


def test_every_lie_is_a_program_and_a_different_one() -> None:
    source = "def f(a, b=(1, 2)):\n    x = [i for i in b if i > 1 and not a]\n    return {'k': x or 3}[a]\n"
    found = [ast.dump(ast.parse(mutant.source)) for mutant in mutants(source)]
    assert len(found) > 10
    assert ast.dump(ast.parse(source)) not in found
