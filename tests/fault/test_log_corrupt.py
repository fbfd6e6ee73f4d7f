"""Damage is told and never read as truth; what was not hit stays readable, and nothing is repaired behind one's back."""

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.runtime.log import LogCorrupt, LogError, NewRecord, Record, SqliteLog, scan

FLIPS = 150
PAGE_BYTES = 4096
FRAME_BYTES = PAGE_BYTES + 24


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int


TOPICS = {"journal": Topic("journal", 2)}


def numbered(number: int) -> NewRecord:
    return NewRecord(b"record %d " % number * 40, key=b"%d" % number, headers=(("ce_id", b"%d" % number),))


def read_all(path: Path) -> list[Record]:
    with closing(SqliteLog(path, TOPICS)) as log:
        return [record for partition in log.partitions("journal") for record in scan(log, "journal", partition)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log that was closed well: everything in one file."""
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS)) as log:
        for number in range(60):
            log.append("journal", number % 2, [numbered(number), NewRecord(b"x" * 20 * number)])
    return path


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A log as a kill leaves it: copied from under its writer, all batches still in the write-ahead file."""
    with closing(SqliteLog(tmp_path / "running.db", TOPICS)) as log:
        for number in range(20):
            log.append("journal", number % 2, [numbered(number)])
        for suffix in ("", "-wal"):
            shutil.copy(tmp_path / f"running.db{suffix}", tmp_path / f"log.db{suffix}")
    return tmp_path / "log.db"


def flip(path: Path, at: int, mask: int = 0xFF) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (before,) = file.read(1)
        file.seek(at)
        file.write(bytes([before ^ mask]))


def ahead(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def test_whatever_byte_is_flipped_it_is_told_or_changes_nothing(path: Path) -> None:
    chance = random.Random(7193)
    whole, records = path.read_bytes(), read_all(path)
    told = []
    for _ in range(FLIPS):
        path.write_bytes(whole)
        flip(path, chance.randrange(len(whole)), 1 << chance.randrange(8))
        try:
            assert read_all(path) == records
        except LogError as refusal:
            told.append(str(refusal))

    assert len(told) > FLIPS // 4, "most of a file is in use; a flip in free space changes nothing"
    assert all(str(path) in sentence for sentence in told)


def test_a_flipped_bit_in_a_value_is_told_with_its_offset(path: Path) -> None:
    flip(path, path.read_bytes().index(b"record 41 "), 1)

    with closing(SqliteLog(path, TOPICS)) as log:
        assert len(log.read("journal", 1, 0, records_max=40)) == 40
        with pytest.raises(LogCorrupt, match="topic journal, partition 1: the record at offset 40 is damaged or gone"):
            log.read("journal", 1, 0)
        assert len(log.read("journal", 1, 41)) == 19


def test_a_damaged_page_is_told_when_the_log_is_opened(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(3 * PAGE_BYTES)
        file.write(bytes(PAGE_BYTES))

    with pytest.raises(LogCorrupt, match="damaged"):
        SqliteLog(path, TOPICS)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.write_text("somebody's letter " * 1_000)
    before = path.read_bytes()

    with pytest.raises(LogCorrupt, match="damaged, or not a log"):
        SqliteLog(path, TOPICS)
    assert path.read_bytes() == before


def test_a_file_that_was_cut_short_is_told(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(LogCorrupt):
        SqliteLog(path, TOPICS)


def test_after_a_refusal_the_log_can_be_opened_again(path: Path) -> None:
    whole, records = path.read_bytes(), read_all(path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LogCorrupt):
        SqliteLog(path, TOPICS)
    path.write_bytes(whole)

    assert read_all(path) == records


def changed(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute(statement)
        other.commit()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "DELETE FROM records WHERE partition = 1 AND offset = 59",
            "partition 1: the record at offset 59 is damaged or gone",
        ),
        ("DELETE FROM records WHERE partition = 0", "partition 0: the record at offset 59 is damaged or gone"),
        ("UPDATE ends SET stamp_ms = 7 WHERE partition = 0", "partition 0: the record at offset 59 is damaged or gone"),
        ("DELETE FROM ends WHERE partition = 0", "partition 0: records that nobody noted"),
        ("UPDATE meta SET value = 'sundial' WHERE name = 'clock'", "the clock is recorded as neither wall nor virtual"),
        ("UPDATE sqlite_master SET sql = 'CREATE TABLE records (a)' WHERE name = 'records'", "damaged"),
        ("UPDATE sqlite_master SET sql = CAST(X'435245415445A0' AS TEXT) WHERE name = 'meta'", "damaged"),
    ],
)
def test_what_is_gone_or_was_changed_is_told_when_the_log_is_opened(path: Path, statement: str, says: str) -> None:
    changed(path, statement)

    with pytest.raises(LogCorrupt, match=says):
        SqliteLog(path, TOPICS)


def test_a_record_that_went_missing_between_others_is_told_when_it_is_read(path: Path) -> None:
    changed(path, "DELETE FROM records WHERE partition = 1 AND offset = 30")

    with closing(SqliteLog(path, TOPICS)) as log:
        assert len(log.read("journal", 1, 0, records_max=30)) == 30
        for offset in (0, 30):
            with pytest.raises(LogCorrupt, match="partition 1: the record at offset 30 is damaged or gone"):
                log.read("journal", 1, offset)


def test_records_that_vanish_under_a_reader_are_told(path: Path) -> None:
    with closing(SqliteLog(path, TOPICS, read_only=True)) as reader:
        changed(path, "DELETE FROM records WHERE partition = 1 AND offset >= 30")

        with pytest.raises(LogCorrupt, match="partition 1: the record at offset 30 is damaged or gone"):
            reader.read("journal", 1, 30)


class TestWriteAheadFile:
    def test_after_a_kill_everything_comes_from_it(self, killed: Path) -> None:
        assert len(read_all(killed)) == 20

    def test_a_torn_last_batch_is_dropped_without_fuss(self, killed: Path) -> None:
        size = ahead(killed).stat().st_size
        flip(ahead(killed), size - 100)

        assert len(read_all(killed)) == 19

    def test_a_cut_off_last_batch_is_dropped_without_fuss(self, killed: Path) -> None:
        whole = ahead(killed).read_bytes()
        ahead(killed).write_bytes(whole[:-100])

        assert len(read_all(killed)) == 19

    @pytest.mark.parametrize("at", [100, 32 + 3 * FRAME_BYTES + 500, 32 + 5 * FRAME_BYTES + 17])
    def test_damage_before_acknowledged_batches_is_told_and_nothing_is_tidied_away(self, killed: Path, at: int) -> None:
        flip(ahead(killed), at)
        before = ahead(killed).read_bytes()

        with pytest.raises(LogCorrupt, match=r"damaged at frame [1-9], and acknowledged batches stand behind it"):
            SqliteLog(killed, TOPICS)
        assert ahead(killed).read_bytes() == before

    @pytest.mark.parametrize("at", range(0, 32, 5))
    def test_a_damaged_header_is_told(self, killed: Path, at: int) -> None:
        flip(ahead(killed), at)

        with pytest.raises(LogCorrupt, match="damaged at frame 0"):
            SqliteLog(killed, TOPICS)

    @pytest.mark.parametrize("content", [b"", bytes(32), bytes(32 + FRAME_BYTES), b"x" * 31])
    def test_an_empty_one_is_no_damage(self, path: Path, content: bytes) -> None:
        ahead(path).write_bytes(content)

        assert len(read_all(path)) == 120
