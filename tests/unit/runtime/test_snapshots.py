import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from services.runtime.snapshots import CHUNK_BYTES_MAX, Found, Snapshot, SnapshotError, Snapshots

CODEC = 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "snapshots.db"


@pytest.fixture
def snapshots(path: Path) -> Snapshots:
    return Snapshots(path)


@contextmanager
def tables(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        yield opened


def found(snapshots: Snapshots, offset: int, partition: int = 0, codec: int = CODEC) -> tuple[int, bytes] | None:
    snapshot = snapshots.newest_at_or_below(partition, offset, codec).snapshot
    return None if snapshot is None else (snapshot.next_offset, snapshot.data)


def test_where_nothing_was_saved_nothing_is_found(snapshots: Snapshots) -> None:
    assert snapshots.newest_at_or_below(0, 100, CODEC) == Found(None)


def test_the_newest_at_or_below_is_found_whole(snapshots: Snapshots) -> None:
    snapshots.save(3, 10, CODEC, b"state at ten")
    snapshots.save(3, 20, CODEC, b"state at twenty")

    assert snapshots.newest_at_or_below(3, 25, CODEC) == Found(Snapshot(3, 20, CODEC, b"state at twenty"))
    assert found(snapshots, 20, 3) == (20, b"state at twenty")
    assert found(snapshots, 19, 3) == (10, b"state at ten")
    assert found(snapshots, 9, 3) is None


def test_partitions_and_codecs_are_kept_apart(snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, b"a")
    snapshots.save(1, 11, CODEC, b"b")
    snapshots.save(1, 12, CODEC + 1, b"c")

    assert found(snapshots, 100, 0) == (10, b"a")
    assert found(snapshots, 100, 1) == (11, b"b")
    assert found(snapshots, 100, 1, CODEC + 1) == (12, b"c")
    assert found(snapshots, 100, 2) is None


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES_MAX, CHUNK_BYTES_MAX + 1, 2 * CHUNK_BYTES_MAX + 5])
def test_a_state_of_any_size_comes_back_equal_from_chunks_within_bounds(path: Path, size: int) -> None:
    data = os.urandom(size)
    Snapshots(path).save(0, 1, CODEC, data)

    assert found(Snapshots(path), 1) == (1, data)
    with tables(path) as opened:
        sizes = [length for (length,) in opened.execute("SELECT length(data) FROM chunks")]
    assert sum(sizes) == size
    assert all(length <= CHUNK_BYTES_MAX for length in sizes)


def test_two_are_kept_per_partition_and_no_chunk_of_the_others(path: Path, snapshots: Snapshots) -> None:
    snapshots.save(1, 5, CODEC, b"another partition's")
    for next_offset in (10, 20, 30):
        snapshots.save(0, next_offset, CODEC, b"%d" % next_offset)

    assert [found(snapshots, offset) for offset in (15, 25, 35)] == [None, (20, b"20"), (30, b"30")]
    assert found(snapshots, 5, 1) == (5, b"another partition's")
    with tables(path) as opened:
        assert opened.execute("SELECT count(*) FROM chunks").fetchone() == (3,)


def test_of_two_for_one_offset_the_later_one_counts(snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, b"first")
    snapshots.save(0, 10, CODEC, b"second")

    assert found(snapshots, 10) == (10, b"second")


def test_after_a_log_was_set_back_what_was_saved_before_goes_first(snapshots: Snapshots) -> None:
    for next_offset in (100, 200, 50, 60):
        snapshots.save(0, next_offset, CODEC, b"%d" % next_offset)

    assert [found(snapshots, offset) for offset in (300, 55)] == [(60, b"60"), (50, b"50")]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE chunks SET data = X'00' WHERE snapshot = 2",
        "UPDATE chunks SET data = 7 WHERE snapshot = 2",
        "DELETE FROM chunks WHERE snapshot = 2",
        "UPDATE manifests SET sha256 = '00' WHERE snapshot = 2",
        "UPDATE manifests SET chunks = 2 WHERE snapshot = 2",
    ],
)
def test_an_unreadable_one_is_named_and_the_older_one_found(path: Path, snapshots: Snapshots, damage: str) -> None:
    snapshots.save(0, 10, CODEC, b"older")
    snapshots.save(0, 20, CODEC, b"newer")
    with tables(path) as opened:
        opened.execute(damage)

    assert snapshots.newest_at_or_below(0, 100, CODEC) == Found(Snapshot(0, 10, CODEC, b"older"), unreadable=(20,))


def test_when_none_can_be_read_all_are_named(path: Path, snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, b"older")
    snapshots.save(0, 20, CODEC, b"newer")
    with tables(path) as opened:
        opened.execute("UPDATE chunks SET data = X'00'")

    assert snapshots.newest_at_or_below(0, 100, CODEC) == Found(None, unreadable=(20, 10))


def test_one_without_a_manifest_was_never_finished_and_is_swept_away(path: Path, snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, b"finished")
    with tables(path) as opened:
        opened.execute("INSERT INTO chunks VALUES (7, 0, X'00')")

    assert found(snapshots, 100) == (10, b"finished")
    snapshots.save(0, 20, CODEC, b"next")
    assert found(snapshots, 100) == (20, b"next")
    with tables(path) as opened:
        assert opened.execute("SELECT count(*) FROM chunks").fetchone() == (2,)


def test_a_full_disk_is_told_and_what_was_kept_is_still_there(path: Path, snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, b"kept")
    with tables(path) as opened:
        opened.execute("CREATE TRIGGER full BEFORE INSERT ON manifests BEGIN SELECT RAISE(ABORT, 'disk is full'); END")

    with pytest.raises(SnapshotError, match="disk is full; make room, or delete the file"):
        snapshots.save(0, 20, CODEC, b"too much")
    assert found(snapshots, 100) == (10, b"kept")


def test_a_file_that_cannot_be_used_is_set_aside_and_a_new_one_made(path: Path) -> None:
    path.write_text("no database at all " * 100)
    snapshots = Snapshots(path)
    snapshots.save(0, 10, CODEC, b"new")

    assert snapshots.set_aside == path.with_name("snapshots.db.damaged")
    assert snapshots.set_aside.read_text().startswith("no database at all")
    assert found(snapshots, 10) == (10, b"new")
    assert Snapshots(path).set_aside is None


def test_a_file_that_breaks_later_is_told_and_stops_nobody(path: Path, snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, b"state")
    path.write_text("no database any more " * 1_000)
    search = snapshots.newest_at_or_below(0, 100, CODEC)

    assert search.snapshot is None
    assert search.trouble is not None
    assert "delete the file: the next start folds the log instead" in search.trouble


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="unable to open database file"):
        Snapshots(tmp_path / "nowhere" / "snapshots.db")
