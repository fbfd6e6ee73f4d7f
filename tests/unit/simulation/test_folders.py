from pathlib import Path

import pytest

from services.simulation.demo_folder import fresh_demo_folder
from services.simulation.errors import UsedFolderError
from services.simulation.fresh_folder import refuse_used


def test_a_folder_that_is_not_there_or_empty_may_be_filled(tmp_path: Path) -> None:
    refuse_used(tmp_path / "new")
    refuse_used(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_anything_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")

    with pytest.raises(UsedFolderError, match=r"is not empty.*--data DIR"):
        refuse_used(tmp_path)
    with pytest.raises(UsedFolderError):
        refuse_used(tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_demo_makes_its_own_folder_anew(tmp_path: Path) -> None:
    data = fresh_demo_folder(tmp_path / "out")
    data.mkdir()
    (data / "log.db").write_text("yesterday's")

    assert fresh_demo_folder(tmp_path / "out") == data
    assert not data.exists()


def test_a_demo_removes_nothing_that_no_demo_made(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "log.db").write_text("a real one")

    with pytest.raises(UsedFolderError):
        fresh_demo_folder(tmp_path)
    assert (data / "log.db").read_text() == "a real one"
