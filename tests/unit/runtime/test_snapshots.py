import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from services.runtime.snapshots import LAYOUT, SnapshotError, Snapshots, UnreadableError

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
