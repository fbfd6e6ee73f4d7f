"""Lies are counted as noticed only when a test noticed them."""

from pathlib import Path

import pytest

from tests.house.mutants import mutants
from tests.house.mutation import unnoticed

SOURCE = "def is_open(unmet: int, held: int) -> bool:\n    return unmet > held\n"
TEST = "from services.ask import is_open\n\n\ndef test_an_ask_is_open():\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("schemas", "services", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "services/ask.py").write_text(SOURCE)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    return tmp_path


@pytest.mark.slow
def test_a_lie_that_no_test_notices_is_told(checkout: Path) -> None:
    (checkout / "tests/test_ask.py").write_text(f"{TEST}    assert is_open(2, 1)\n    assert not is_open(1, 2)\n")
    left = unnoticed(checkout, "services/ask.py", "tests/test_ask.py", mutants(SOURCE))
    assert [mutant.words for mutant in left] == ["`unmet >= held` for `unmet > held`"]
    assert (checkout / "services/ask.py").read_text() == SOURCE


@pytest.mark.slow
def test_tests_that_fail_on_the_truth_are_refused(checkout: Path) -> None:
    (checkout / "tests/test_ask.py").write_text(f"{TEST}    assert is_open(1, 1)\n")
    with pytest.raises(RuntimeError, match=r"tests/test_ask\.py ends with 1 on services/ask\.py as it stands"):
        unnoticed(checkout, "services/ask.py", "tests/test_ask.py", mutants(SOURCE))
