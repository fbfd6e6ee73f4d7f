"""The data folder: five files, made on demand, refused where it cannot be used."""

from pathlib import Path

import pytest

from services.embedded import DataFolder, Embedded, FolderUnwritableError, NoDataError
from services.runtime.log import LogReadOnly, NewRecord, VirtualClock
from tests.unit.embedded.riverside import START_MS


def test_naming_a_folder_touches_no_disk(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "city")

    assert not folder.holds_data
    assert not folder.path.exists()


def test_opening_makes_the_folder_and_its_files(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "far" / "city")
    with Embedded.open(folder.path, VirtualClock(START_MS), clock_kind="virtual"):
        made = {file.name for file in folder.path.iterdir()}

    assert made >= {folder.log.name, folder.board.name, folder.snapshots.name}
    assert folder.holds_data


def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(FolderUnwritableError, match=r"choose another folder with --data DIR"):
        Embedded.open(tmp_path / "file" / "city")


def test_a_folder_without_a_log_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="there is no log here"):
        DataFolder(tmp_path).read_log()


def test_whoever_reads_changes_nothing(tmp_path: Path) -> None:
    Embedded.open(tmp_path).close()
    log = DataFolder(tmp_path).read_log()

    with pytest.raises(LogReadOnly):
        log.append("asks", 0, [NewRecord(b"{}")])
    log.close()
