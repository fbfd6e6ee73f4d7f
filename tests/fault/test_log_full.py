"""No room left: the log says so, keeps what it acknowledged, and goes on once there is room."""

import ctypes
import multiprocessing
import os
import resource
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.runtime.log import LogError, LogFull, LogUnwritable, NewRecord, SqliteLog, scan

FORKS = multiprocessing.get_context("forkserver")
MEGABYTE = 1024 * 1024
DISK_BYTES = 4 * MEGABYTE


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int


TOPICS = {"journal": Topic("journal", 2)}


def append_until_refused(log: SqliteLog) -> tuple[int, LogError]:
    """How many records were acknowledged before the log refused, and what it said."""
    acknowledged = log.next_offset("journal", 0)
    while True:
        try:
            acknowledged = log.append("journal", 0, [numbered(acknowledged), numbered(acknowledged + 1)]) + 2
        except LogError as refusal:
            return acknowledged, refusal


def numbered(number: int) -> NewRecord:
    return NewRecord(b"%06d" % number * 1_000)


def standing(log: SqliteLog) -> list[bytes | None]:
    return [record.value for record in scan(log, "journal", 0)]


def expected(count: int) -> list[bytes | None]:
    return [numbered(number).value for number in range(count)]


def in_a_process_of_its_own(target: Callable[..., None], *args: Any) -> Any:
    """What the process tells, so that its limits and mounts end with it."""
    receiver, sender = FORKS.Pipe(duplex=False)
    with closing(receiver):
        process = FORKS.Process(target=target, args=(sender, *args))
        process.start()
        sender.close()
        told = receiver.recv()
        process.join()
    assert process.exitcode == 0
    return told


def test_at_its_limit_the_log_says_so_and_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS, file_bytes_max=MEGABYTE)) as log:
        acknowledged, refusal = append_until_refused(log)

        assert isinstance(refusal, LogFull)
        assert f"{path}: no room left" in str(refusal)
        assert standing(log) == expected(acknowledged)
        assert acknowledged > 100


def test_a_full_log_goes_on_where_it_stood_once_it_has_room(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(SqliteLog(path, TOPICS, file_bytes_max=MEGABYTE)) as log:
        acknowledged, _ = append_until_refused(log)
    with closing(SqliteLog(path, TOPICS, file_bytes_max=2 * MEGABYTE)) as log:
        assert log.append("journal", 0, [numbered(acknowledged)]) == acknowledged
        assert standing(log) == expected(acknowledged + 1)


def test_of_a_batch_that_found_no_room_nothing_stands(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log.db", TOPICS, file_bytes_max=MEGABYTE)) as log:
        with pytest.raises(LogFull):
            log.append_all([("journal", 1, [numbered(0)]), ("journal", 0, [numbered(0)] * 300)])

        assert log.partitions("journal") == ()
        assert log.append("journal", 0, [numbered(0)]) == 0


def meet_a_limit_on_file_size(tell: Any, path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(SqliteLog(path, TOPICS)) as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, hard))
        acknowledged, refusal = append_until_refused(log)
        before = standing(log) == expected(acknowledged)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        on = log.append("journal", 0, [numbered(acknowledged)])
    tell.send((type(refusal), acknowledged, before, on))


def test_when_the_system_allows_no_larger_file_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    refusal, acknowledged, all_stood, went_on_at = in_a_process_of_its_own(meet_a_limit_on_file_size, path)

    assert issubclass(refusal, LogUnwritable)
    assert acknowledged > 10
    assert all_stood
    assert went_on_at == acknowledged
    with closing(SqliteLog(path, TOPICS)) as log:
        assert standing(log) == expected(acknowledged + 1)


def fill_a_disk(tell: Any, folder: Path) -> None:
    """Mount a small disk that only this process sees, and write until it is full."""
    if not mounted(folder):
        tell.send(None)
        return
    path = folder / "log.db"
    with closing(SqliteLog(path, TOPICS)) as log:
        (folder / "other").write_bytes(b"x" * MEGABYTE)
        acknowledged, refusal = append_until_refused(log)
        stood_while_full = standing(log) == expected(acknowledged)
    (folder / "other").unlink()
    with closing(SqliteLog(path, TOPICS)) as log:
        stood_reopened = standing(log) == expected(acknowledged)
        went_on_at = log.append("journal", 0, [numbered(acknowledged)])
    tell.send((type(refusal), acknowledged, stood_while_full, stood_reopened, went_on_at))


def mounted(folder: Path) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    new_user, new_mounts = 0x10000000, 0x00020000
    if not hasattr(libc, "unshare") or libc.unshare(new_mounts if os.geteuid() == 0 else new_user | new_mounts):
        return False
    private = 0x44000  # MS_REC | MS_PRIVATE: the mount is ours alone and ends with the process
    if libc.mount(None, b"/", None, private, None):
        return False
    return not libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, b"size=%d" % DISK_BYTES)


def test_on_a_full_disk_nothing_acknowledged_is_lost_and_room_lets_it_go_on(tmp_path: Path) -> None:
    told = in_a_process_of_its_own(fill_a_disk, tmp_path)
    if told is None:
        pytest.skip("this system lets us mount no small disk; the limit on file size above stands in for it")
    refusal, acknowledged, stood_while_full, stood_reopened, went_on_at = told

    assert issubclass(refusal, LogUnwritable)
    assert acknowledged > 10
    assert stood_while_full
    assert stood_reopened
    assert went_on_at == acknowledged


def test_a_missing_folder_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(LogUnwritable, match=r"nowhere/log\.db\.writer: No such file or directory; make the folder"):
        SqliteLog(tmp_path / "nowhere" / "log.db", TOPICS)
