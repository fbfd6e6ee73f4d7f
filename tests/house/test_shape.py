"""Names say what a thing is; modules and functions fit on a screen or two."""

import pytest

from tests.house.shape import FUNCTION_LINES_MAX, MODULE_LINES_MAX, oversized, vague_names
from tests.house.sources import breaches, read

ALL = read("schemas", "services", "tests")


def test_names_say_what_a_thing_is() -> None:
    found = breaches(vague_names, ALL)
    assert not found, found


def test_modules_and_functions_can_be_held_in_the_head() -> None:
    found = breaches(oversized, ALL)
    assert not found, found


@pytest.mark.parametrize(
    "path", ["services/board/utils.py", "services/helpers.py", "services/common/log.py", "tests/_common.py"]
)
def test_a_module_whose_name_could_mean_anything_is_named(path: str) -> None:
    (found,) = vague_names(path, "")
    assert found.endswith("name the thing that is in it")


@pytest.mark.parametrize("name", ["SnapshotManager", "AskHelper", "EventHandler", "ModelBase"])
def test_a_class_whose_name_could_mean_anything_is_named(name: str) -> None:
    (found,) = vague_names("services/board/tables.py", f"x = 1\nclass {name}: ...\n")
    assert found.startswith(f"services/board/tables.py:2 names a class {name}; say what it owns or does")


def test_plain_names_are_left_alone() -> None:
    assert vague_names("services/runtime/snapshots.py", "class Snapshots: ...\nclass BaselineReport: ...\n") == []


def test_a_module_over_the_limit_is_named() -> None:
    (found,) = oversized("services/board/tables.py", "x = 1\n" * (MODULE_LINES_MAX + 1))
    assert found == "services/board/tables.py:1 has 401 lines, 400 is the limit; split it where its nouns part"
    assert oversized("services/board/tables.py", "x = 1\n" * MODULE_LINES_MAX) == []


def test_a_function_over_the_limit_is_named_and_its_docstring_is_free() -> None:
    body = "    x = 1\n" * (FUNCTION_LINES_MAX - 1)
    docstring = '    """One.\n\n    Two.\n    """\n'

    (found,) = oversized("services/board/tables.py", f"def decide():\n{docstring}{body}    y = 2\n")

    assert found.startswith("services/board/tables.py:1 decide has 71 lines, 70 is the limit; give its steps names")
    assert oversized("services/board/tables.py", f"def decide():\n{docstring}{body}") == []
