"""One writer, any number of readers, and one kind of clock."""

import multiprocessing
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.runtime.log import (
    ClockMismatch,
    LogBusy,
    LogCorrupt,
    LogReadOnly,
    LogRefused,
    LogUnwritable,
    NewRecord,
    SqliteLog,
    VirtualClock,
)

FORKS = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int


TOPICS = {"journal": Topic("journal", 2)}


def in_another_process(target: Callable[..., None], *args: Any) -> Any:
    """What a process says that tries something with the log."""
    receiver, sender = FORKS.Pipe(duplex=False)
    with closing(receiver):
        process = FORKS.Process(target=target, args=(sender, *args))
        process.start()
        sender.close()
        told = receiver.recv()
        process.join()
    return told


def try_to_write(tell: Any, path: Path) -> None:
    try:
        with closing(SqliteLog(path, TOPICS)) as log:
            tell.send(log.append("journal", 0, [NewRecord(b"from the other process")]))
    except LogBusy as refusal:
        tell.send(str(refusal))


def read(tell: Any, path: Path) -> None:
    with closing(SqliteLog(path, TOPICS, read_only=True)) as log:
        tell.send([record.value for record in log.read("journal", 0, 0)])


def test_a_second_process_is_refused_by_file_and_pid(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS)) as log:
        log.append("journal", 0, [NewRecord(b"a")])

        assert in_another_process(try_to_write, path) == (
            f"{path} is being written by process {os.getpid()}; stop it first, or open the log for reading only"
        )
    assert in_another_process(try_to_write, path) == 1


def test_a_second_writer_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS)), pytest.raises(LogBusy, match=f"is being written by process {os.getpid()}"):
        SqliteLog(path, TOPICS)


def test_a_writer_that_has_not_yet_left_its_number_is_refused_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS)):
        (tmp_path / "log.db.writer").write_text("")
        with pytest.raises(LogBusy, match="is being written by another process"):
            SqliteLog(path, TOPICS)


def test_another_process_reads_beside_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS)) as log:
        log.append("journal", 0, [NewRecord(b"a")])
        assert in_another_process(read, path) == [b"a"]
        log.append("journal", 0, [NewRecord(b"b")])
        assert in_another_process(read, path) == [b"a", b"b"]


def test_a_reader_that_stays_sees_what_is_appended_later(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS)) as log, closing(SqliteLog(path, TOPICS, read_only=True)) as reader:
        assert reader.next_offset("journal", 0) == 0
        log.append("journal", 0, [NewRecord(b"a")])

        assert reader.next_offset("journal", 0) == 1
        assert reader.partitions("journal") == (0,)


def test_a_reader_outlives_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    log = SqliteLog(path, TOPICS)
    with closing(SqliteLog(path, TOPICS, read_only=True)) as reader:
        log.append("journal", 0, [NewRecord(b"a")])
        log.close()

        assert [record.value for record in reader.read("journal", 0, 0)] == [b"a"]


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    SqliteLog(path, TOPICS).close()
    with (
        closing(SqliteLog(path, TOPICS, read_only=True)) as reader,
        pytest.raises(LogReadOnly, match="was opened for reading only"),
    ):
        reader.append("journal", 0, [NewRecord(b"a")])


def test_a_reader_makes_no_log_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(LogRefused, match="there is no log here; check the data folder"):
        SqliteLog(tmp_path / "log.db", TOPICS, read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("made", "opened"), [("wall", "virtual"), ("virtual", "wall")])
def test_a_log_of_the_other_clock_is_refused(tmp_path: Path, made: Any, opened: Any) -> None:
    path = tmp_path / "log.db"
    SqliteLog(path, TOPICS, VirtualClock(), clock_kind=made).close()

    with pytest.raises(ClockMismatch, match=f"lives on a {made} clock, a {opened} one was wanted"):
        SqliteLog(path, TOPICS, VirtualClock(), clock_kind=opened)
    with closing(SqliteLog(path, TOPICS, read_only=True)) as reader:
        assert reader.clock_kind == made


def test_a_log_on_the_wall_clock_is_stamped_by_the_machine(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log.db", TOPICS)) as log:
        log.append("journal", 0, [NewRecord(b"a")])

        assert log.clock_kind == "wall"
        assert 1_700_000_000_000 < log.read("journal", 0, 0)[0].stamp_ms < 2**43


def test_a_reopened_log_goes_on_where_it_stood_and_its_stamps_never_go_back(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS, VirtualClock(50), clock_kind="virtual")) as log:
        log.append("journal", 0, [NewRecord(b"a"), NewRecord(b"b")])
    with closing(SqliteLog(path, TOPICS, VirtualClock(20), clock_kind="virtual")) as log:
        assert log.append("journal", 0, [NewRecord(b"c")]) == 2
        assert [record.stamp_ms for record in log.read("journal", 0, 0)] == [50, 50, 50]


def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE letters (text)")
    before = path.read_bytes()

    with pytest.raises(LogCorrupt, match="a database, but not a Commonweal log"):
        SqliteLog(path, TOPICS)
    assert path.read_bytes() == before


def test_a_log_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    SqliteLog(path, TOPICS).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("UPDATE meta SET value = '2' WHERE name = 'format'")
        newer.commit()

    with pytest.raises(LogRefused, match="format 2 was found, this Commonweal reads format 1"):
        SqliteLog(path, TOPICS)


def test_a_folder_in_the_place_of_the_log_is_told(tmp_path: Path) -> None:
    with pytest.raises(LogUnwritable, match="the disk refused"):
        SqliteLog(tmp_path, TOPICS)


def test_a_program_that_writes_past_the_lock_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.log.sqlite_file.BUSY_WAIT_S", 0)
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS)) as log, closing(sqlite3.connect(path)) as other:
        other.execute("DELETE FROM meta")
        with pytest.raises(LogBusy, match="something else writes it"):
            log.append("journal", 0, [NewRecord(b"a")])
        other.rollback()

        assert log.append("journal", 0, [NewRecord(b"a")]) == 0


def test_closed_well_the_log_is_one_file_and_a_lock(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log.db", TOPICS)) as log:
        log.append("journal", 0, [NewRecord(b"a")])

    assert sorted(file.name for file in tmp_path.iterdir()) == ["log.db", "log.db.writer"]
