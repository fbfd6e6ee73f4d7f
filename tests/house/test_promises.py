"""Every test holds something true, and none waits for the clock."""

import pytest

from tests.house.promises import empty_promises, sleepers
from tests.house.sources import breaches, read

TESTS = read("tests")


def test_every_test_asserts_something() -> None:
    found = breaches(empty_promises, TESTS)
    assert not found, found


def test_no_test_sleeps() -> None:
    found = breaches(sleepers, TESTS)
    assert not found, found


@pytest.mark.parametrize(
    "text",
    [
        "def test_nothing():\n    f()\n",
        "async def test_nothing():\n    await f()\n",
        "class TestIt:\n    def test_nothing(self): ...\n",
    ],
)
def test_a_test_without_an_assertion_is_named(text: str) -> None:
    (found,) = empty_promises("tests/unit/test_it.py", text)
    assert "test_nothing asserts nothing; say what must be true" in found


@pytest.mark.parametrize("claim", ["True", "1", '(x, "message")', "x == x", "x.y is x.y"])
def test_an_assertion_that_cannot_fail_is_named(claim: str) -> None:
    (found,) = empty_promises("tests/unit/test_it.py", f"def test_it():\n    assert {claim}\n")
    assert found.startswith("tests/unit/test_it.py:2 test_it asserts what is always true")


@pytest.mark.parametrize(
    "line",
    [
        "assert f() == 1",
        "assert a() == a()",
        "check('ask A1')",
        "story.check_all()",
        "with pytest.raises(ValueError): f()",
        "assert_same(a, b)",
    ],
)
def test_a_test_that_asserts_is_left_alone(line: str) -> None:
    assert empty_promises("tests/unit/test_it.py", f"def test_it():\n    {line}\n") == []


@pytest.mark.parametrize("call", ["time.sleep(1)", "sleep(0.1)", "asyncio.sleep(1)"])
def test_a_sleeping_test_is_named(call: str) -> None:
    (found,) = sleepers("tests/unit/test_it.py", f"def test_it():\n    {call}\n")
    assert found == "tests/unit/test_it.py:2 sleeps; wait for the thing itself, or hand in a clock"
