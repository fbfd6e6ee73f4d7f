"""A journal taken from one folder to another leads to the same decisions there."""

from collections.abc import Callable
from contextlib import nullcontext
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest

from schemas.topics import DECISIONS, JOURNAL
from services.embedded import DataFolder, Embedded, ImportedFolderError, NotFreshError, import_journal, replay
from services.runtime.log import JournalFileError, VirtualClock, export_topic, scan, wall_clock
from tests.unit.embedded.riverside import PARTITION, START_MS, founding, live


def exported(path: Path) -> bytes:
    """The journal of a folder, as `journal export` writes it."""
    log, out = DataFolder(path).read_log(), BytesIO()
    export_topic(log, JOURNAL, out)
    log.close()
    return out.getvalue()


def reader(journal: bytes) -> BufferedReader:
    return BufferedReader(BytesIO(journal))


def state_hash(path: Path) -> str:
    log = DataFolder(path).read_log()
    try:
        return replay(log).state_hash
    finally:
        log.close()


def decided(path: Path) -> list[bytes | None]:
    log = DataFolder(path).read_log()
    try:
        return [record.value for record in scan(log, DECISIONS.name, PARTITION)]
    finally:
        log.close()


@pytest.fixture
def lived(tmp_path: Path) -> Path:
    """A folder in which some minutes passed."""
    clock = VirtualClock(START_MS)
    with Embedded.open(tmp_path / "lived", clock, clock_kind="virtual") as embedded:
        embedded.submit(founding())
        live(embedded, clock, range(6))
    return tmp_path / "lived"


def test_the_same_journal_leads_to_the_same_decisions_and_the_same_state(lived: Path, tmp_path: Path) -> None:
    imported = import_journal(tmp_path / "copy", reader(exported(lived)))

    assert (imported.records, imported.decided, imported.troubles) == (6, 6, ())
    assert decided(tmp_path / "copy") == decided(lived)
    assert state_hash(tmp_path / "copy") == state_hash(lived)


def test_the_copy_lives_on_the_clock_of_the_journal(lived: Path, tmp_path: Path) -> None:
    with Embedded.open(tmp_path / "world") as embedded:
        embedded.submit(founding())
        embedded.settle()
    for folder, kind in ((lived, "virtual"), (tmp_path / "world", "wall")):
        import_journal(tmp_path / kind, reader(exported(folder)))
        log = DataFolder(tmp_path / kind).read_log()
        assert log.clock_kind == kind
        log.close()


def test_the_copy_is_for_looking_and_is_not_gone_on_with(lived: Path, tmp_path: Path) -> None:
    import_journal(tmp_path / "copy", reader(exported(lived)))

    for folder, refused in ((tmp_path / "copy", True), (lived, False)):
        with Embedded.open(folder, VirtualClock(START_MS), clock_kind="virtual") as embedded:
            with pytest.raises(ImportedFolderError) if refused else nullcontext():
                embedded.go_on(leap_allowed=True)
            assert embedded.troubles == {}


def test_a_folder_that_holds_a_log_is_left_alone(lived: Path) -> None:
    with pytest.raises(NotFreshError, match="holds a log already"):
        import_journal(lived, reader(exported(lived)))


@pytest.mark.parametrize(
    ("damaged", "told"),
    [
        (lambda _: b"", "line 1: no header"),
        (lambda _: b"asks,offers\n1,2\n", "line 1: no header"),
        (lambda journal: journal[:-2_000], "line 6: "),
        (lambda journal: journal.replace(b'"topic":"journal"', b'"topic":"decisions"'), "holds topic decisions"),
    ],
)
def test_of_a_file_that_cannot_be_taken_in_nothing_is_left(
    damaged: Callable[[bytes], bytes], told: str, lived: Path, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh"

    with pytest.raises(JournalFileError, match=told):
        import_journal(fresh, reader(damaged(exported(lived))))

    assert list(fresh.iterdir()) == []
    assert import_journal(fresh, reader(exported(lived))).records == 6
    assert wall_clock() > START_MS
