"""Tests that hold something true: each asserts, and none asserts what is true anyway."""

import ast
from collections.abc import Iterator

from tests.house.sources import dotted, parsed

ASSERTING = ("check", "assert_", "expect")
"""How the name of a function that asserts on behalf of a test begins, as `check(\"\"\"...story...\"\"\")` does."""

RAISING = {"pytest.raises", "pytest.warns", "raises", "warns"}


def empty_promises(path: str, text: str) -> list[str]:
    """Tests without an assertion, and assertions that cannot fail."""
    found = []
    for test in _tests(parsed(text)):
        if not any(_asserts(node) for node in ast.walk(test)):
            found.append(f"{path}:{test.lineno} {test.name} asserts nothing; say what must be true, or delete it")
        found += [
            f"{path}:{node.lineno} {test.name} asserts what is always true; compare with what you expect"
            for node in ast.walk(test)
            if isinstance(node, ast.Assert) and _always_true(node.test)
        ]
    return found


def sleepers(path: str, text: str) -> list[str]:
    """Tests that wait for the clock: slow when all is well, and wrong on a busy machine."""
    return [
        f"{path}:{node.lineno} sleeps; wait for the thing itself, or hand in a clock"
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Call) and dotted(node.func) in {"sleep", "time.sleep", "asyncio.sleep"}
    ]


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
            yield node


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = dotted(node.func)
        return called in RAISING or called.split(".")[-1].startswith(ASSERTING)
    return isinstance(node, ast.Assert)


def _always_true(claim: ast.expr) -> bool:
    """A constant, a tuple (`assert (x, "message")`), or a thing compared with itself."""
    if isinstance(claim, ast.Compare):
        return [ast.dump(claim.left)] == [ast.dump(right) for right in claim.comparators] and isinstance(
            claim.left, (ast.Name, ast.Constant, ast.Attribute)
        )
    return (isinstance(claim, ast.Constant) and bool(claim.value)) or (
        isinstance(claim, ast.Tuple) and bool(claim.elts)
    )
