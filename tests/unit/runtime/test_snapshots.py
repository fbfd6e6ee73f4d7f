import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from services.runtime.snapshots import LAYOUT, Found, SnapshotError, Snapshots, UnreadableError

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


def kept(snapshots: Snapshots, offset: int = 1_000, partition: int = 0, codec: int = CODEC) -> dict[int, list[bytes]]:
    """Every state that can be read at or below an offset, by its own, the newest first."""
    readable = {}
    for manifest in snapshots.at_or_below(partition, offset, codec).manifests:
        with suppress(UnreadableError):
            readable[manifest.next_offset] = list(snapshots.chunks(manifest))
    return readable


def test_where_nothing_was_saved_nothing_is_found(snapshots: Snapshots) -> None:
    assert snapshots.at_or_below(0, 100, CODEC) == Found(())


def test_what_was_saved_is_found_the_newest_first(snapshots: Snapshots) -> None:
    snapshots.save(3, 10, CODEC, [b"state at ten"])
    snapshots.save(3, 20, CODEC, [b"state at twenty"])

    assert list(kept(snapshots, 25, 3).items()) == [(20, [b"state at twenty"]), (10, [b"state at ten"])]
    assert list(kept(snapshots, 20, 3)) == [20, 10]
    assert list(kept(snapshots, 19, 3)) == [10]
    assert kept(snapshots, 9, 3) == {}


def test_partitions_and_codecs_are_kept_apart(snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, [b"a"])
    snapshots.save(1, 11, CODEC, [b"b"])
    snapshots.save(1, 12, CODEC + 1, [b"c"])

    assert kept(snapshots, partition=0) == {10: [b"a"]}
    assert kept(snapshots, partition=1) == {11: [b"b"]}
    assert kept(snapshots, partition=1, codec=CODEC + 1) == {12: [b"c"]}
    assert kept(snapshots, partition=2) == {}


@pytest.mark.parametrize("chunks", [[], [b""], [b"one"], [b"one", b"", b"two", b"one"]])
def test_chunks_come_back_as_they_were_cut(path: Path, chunks: list[bytes]) -> None:
    size_bytes = Snapshots(path).save(0, 1, CODEC, chunks)

    again = Snapshots(path)
    assert kept(again) == {1: chunks}
    assert size_bytes == sum(map(len, chunks))
    assert [manifest.size_bytes for manifest in again.at_or_below(0, 1, CODEC).manifests] == [size_bytes]


def test_chunks_are_written_as_they_come_and_read_as_they_are_wanted(path: Path, snapshots: Snapshots) -> None:
    def chunks() -> Iterator[bytes]:
        for number in range(3):
            with tables(path) as opened:
                assert opened.execute("SELECT count(*) FROM chunks").fetchone() == (number,)
            yield b"%d" % number

    snapshots.save(0, 1, CODEC, chunks())
    with tables(path) as opened:
        opened.execute("UPDATE chunks SET data = X'00' WHERE number = 2")

    (manifest,) = snapshots.at_or_below(0, 1, CODEC).manifests
    reading = snapshots.chunks(manifest)
    assert [next(reading), next(reading)] == [b"0", b"1"]
    with pytest.raises(UnreadableError, match="snapshot 1: chunk 2 is not as it was written"):
        next(reading)


def test_two_are_kept_per_partition_and_no_chunk_of_the_others(path: Path, snapshots: Snapshots) -> None:
    snapshots.save(1, 5, CODEC, [b"another partition's"])
    for next_offset in (10, 20, 30):
        snapshots.save(0, next_offset, CODEC, [b"%d" % next_offset])

    assert kept(snapshots) == {30: [b"30"], 20: [b"20"]}
    assert kept(snapshots, partition=1) == {5: [b"another partition's"]}
    with tables(path) as opened:
        assert opened.execute("SELECT count(*) FROM chunks").fetchone() == (3,)


def test_of_two_for_one_offset_the_later_one_counts(snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, [b"first"])
    snapshots.save(0, 10, CODEC, [b"second"])

    manifests = snapshots.at_or_below(0, 10, CODEC).manifests
    assert [list(snapshots.chunks(manifest)) for manifest in manifests] == [[b"second"], [b"first"]]


def test_after_a_log_was_set_back_what_was_saved_before_goes_first(snapshots: Snapshots) -> None:
    for next_offset in (100, 200, 50, 60):
        snapshots.save(0, next_offset, CODEC, [b"%d" % next_offset])

    assert list(kept(snapshots, 300)) == [60, 50]
    assert list(kept(snapshots, 55)) == [50]


DAMAGES = [
    "UPDATE chunks SET data = X'00' WHERE snapshot = 2 AND number = 1",
    "UPDATE chunks SET data = 7 WHERE snapshot = 2 AND number = 1",
    "UPDATE chunks SET number = number + 3 WHERE snapshot = 2",
    "DELETE FROM chunks WHERE snapshot = 2 AND number = 2",
    "UPDATE manifests SET sha256s = zeroblob(96) WHERE snapshot = 2",
    "UPDATE manifests SET sha256s = substr(sha256s, 1, 64) WHERE snapshot = 2",
    "UPDATE manifests SET sha256s = substr(sha256s, 1, 90) WHERE snapshot = 2",
    "UPDATE manifests SET sha256s = 7 WHERE snapshot = 2",
    "UPDATE manifests SET size_bytes = 2 WHERE snapshot = 2",
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_unreadable_one_is_told_and_the_older_one_is_there(path: Path, snapshots: Snapshots, damage: str) -> None:
    snapshots.save(0, 10, CODEC, [b"ol", b"d", b"er"])
    snapshots.save(0, 20, CODEC, [b"ne", b"w", b"er"])
    with tables(path) as opened:
        opened.execute(damage)

    assert kept(snapshots) == {10: [b"ol", b"d", b"er"]}


def test_one_that_was_swept_away_meanwhile_is_unreadable(snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, [b"older"])
    (manifest,) = snapshots.at_or_below(0, 10, CODEC).manifests
    for next_offset in (20, 30):
        snapshots.save(0, next_offset, CODEC, [b"newer"])

    with pytest.raises(UnreadableError, match="snapshot 10: chunk 0 is not as it was written"):
        list(snapshots.chunks(manifest))


def test_one_without_a_manifest_was_never_finished_and_is_swept_away(path: Path, snapshots: Snapshots) -> None:
    def broken_off() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    snapshots.save(0, 10, CODEC, [b"finished"])
    with pytest.raises(KeyboardInterrupt):
        snapshots.save(0, 15, CODEC, broken_off())

    assert kept(snapshots) == {10: [b"finished"]}
    snapshots.save(0, 20, CODEC, [b"next"])
    assert kept(snapshots) == {20: [b"next"], 10: [b"finished"]}
    with tables(path) as opened:
        assert opened.execute("SELECT count(*) FROM chunks").fetchone() == (2,)


def test_a_full_disk_is_told_and_what_was_kept_is_still_there(path: Path, snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, [b"kept"])
    with tables(path) as opened:
        opened.execute("CREATE TRIGGER full BEFORE INSERT ON manifests BEGIN SELECT RAISE(ABORT, 'disk is full'); END")

    with pytest.raises(SnapshotError, match="disk is full; make room, or delete the file"):
        snapshots.save(0, 20, CODEC, [b"too much"])
    assert kept(snapshots) == {10: [b"kept"]}


def test_a_file_that_cannot_be_used_is_set_aside_and_a_new_one_made(path: Path) -> None:
    path.write_text("no database at all " * 100)
    snapshots = Snapshots(path)
    snapshots.save(0, 10, CODEC, [b"new"])

    assert snapshots.set_aside == path.with_name("snapshots.db.damaged")
    assert snapshots.set_aside.read_text().startswith("no database at all")
    assert kept(snapshots) == {10: [b"new"]}
    assert Snapshots(path).set_aside is None


def test_a_file_of_another_layout_is_emptied_and_used(path: Path) -> None:
    with tables(path) as opened:
        opened.executescript("CREATE TABLE chunks (snapshot, data); CREATE TABLE manifests (snapshot, sha256)")
        opened.execute("INSERT INTO chunks VALUES (1, X'00')")
    snapshots = Snapshots(path)

    assert kept(snapshots) == {}
    snapshots.save(0, 10, CODEC, [b"new"])
    assert kept(Snapshots(path)) == {10: [b"new"]}
    with tables(path) as opened:
        assert opened.execute("PRAGMA user_version").fetchone() == (LAYOUT,)


def test_a_file_that_breaks_later_is_told_and_stops_nobody(path: Path, snapshots: Snapshots) -> None:
    snapshots.save(0, 10, CODEC, [b"state"])
    (manifest,) = snapshots.at_or_below(0, 10, CODEC).manifests
    path.write_text("no database any more " * 1_000)
    search = snapshots.at_or_below(0, 100, CODEC)

    assert search.manifests == ()
    assert search.trouble is not None
    assert "delete the file: the next start folds the log instead" in search.trouble
    with pytest.raises(UnreadableError, match="delete the file"):
        list(snapshots.chunks(manifest))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="unable to open database file"):
        Snapshots(tmp_path / "nowhere" / "snapshots.db")
