"""What holds wherever snapshots are kept: in a file of their own, or in the database that workers share."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.runtime.database import DatabaseSnapshots, upgrade
from services.runtime.snapshots import Found, SnapshotError, Snapshots, SnapshotStore, UnreadableError
from tests.databases import Opened

CODEC = 1


@dataclass(frozen=True)
class Kept:
    """A store, another worker's view of the same one, and a way to look at and change what lies in it."""

    store: SnapshotStore
    other: SnapshotStore
    run: Callable[[str], list[tuple[object, ...]]]
    """Runs a statement, written for the tables `chunks` and `manifests`."""


@pytest.fixture(params=["file", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, opened: Opened) -> Kept:
    if request.param == "file":
        return in_a_file(tmp_path / "snapshots.db")
    if request.param == "sqlite":
        return in_a_database(f"sqlite:///{tmp_path / 'commonweal.db'}", opened)
    return in_a_database(request.getfixturevalue("postgres_url"), opened)


def in_a_file(path: Path) -> Kept:
    def run(statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(path, isolation_level=None)) as opened:
            return opened.execute(statement).fetchall()

    return Kept(Snapshots(path), Snapshots(path), run)


def in_a_database(address: str, opened: Opened) -> Kept:
    engine = opened(address)
    upgrade(engine)

    def run(statement: str) -> list[tuple[object, ...]]:
        with engine.begin() as connection:
            named = statement.replace("chunks", "snapshot_chunks").replace("manifests", "snapshots")
            done = connection.exec_driver_sql(named)
            return [tuple(row) for row in done] if done.returns_rows else []

    return Kept(DatabaseSnapshots(engine), DatabaseSnapshots(opened(address)), run)


def found(store: SnapshotStore, offset: int = 1_000, partition: int = 0, codec: int = CODEC) -> dict[int, list[bytes]]:
    """Every state that can be read at or below an offset, by its own, the newest first."""
    readable = {}
    for manifest in store.at_or_below(partition, offset, codec).manifests:
        with suppress(UnreadableError):
            readable[manifest.next_offset] = list(store.chunks(manifest))
    return readable


def test_where_nothing_was_saved_nothing_is_found(kept: Kept) -> None:
    assert kept.store.at_or_below(0, 100, CODEC) == Found(())


def test_what_was_saved_is_found_the_newest_first(kept: Kept) -> None:
    kept.store.save(3, 10, CODEC, [b"state at ten"])
    kept.store.save(3, 20, CODEC, [b"state at twenty"])

    assert list(found(kept.other, 25, 3).items()) == [(20, [b"state at twenty"]), (10, [b"state at ten"])]
    assert list(found(kept.other, 20, 3)) == [20, 10]
    assert list(found(kept.other, 19, 3)) == [10]
    assert found(kept.other, 9, 3) == {}


def test_partitions_and_codecs_are_kept_apart(kept: Kept) -> None:
    kept.store.save(0, 10, CODEC, [b"a"])
    kept.store.save(1, 11, CODEC, [b"b"])
    kept.store.save(1, 12, CODEC + 1, [b"c"])

    assert found(kept.other, partition=0) == {10: [b"a"]}
    assert found(kept.other, partition=1) == {11: [b"b"]}
    assert found(kept.other, partition=1, codec=CODEC + 1) == {12: [b"c"]}
    assert found(kept.other, partition=2) == {}


@pytest.mark.parametrize("chunks", [[], [b""], [b"one"], [b"one", b"", b"two", b"one"], [bytes(range(256)) * 999]])
def test_chunks_come_back_as_they_were_cut(kept: Kept, chunks: list[bytes]) -> None:
    size_bytes = kept.store.save(0, 1, CODEC, chunks)

    assert found(kept.other) == {1: chunks}
    assert size_bytes == sum(map(len, chunks))
    assert [manifest.size_bytes for manifest in kept.other.at_or_below(0, 1, CODEC).manifests] == [size_bytes]


def test_chunks_are_written_as_they_come_and_count_once_all_are_there(kept: Kept) -> None:
    def chunks() -> Iterator[bytes]:
        for number in range(3):
            assert kept.run("SELECT count(*) FROM chunks") == [(number,)]
            assert found(kept.other) == {}
            yield b"%d" % number

    kept.store.save(0, 1, CODEC, chunks())
    assert found(kept.other) == {1: [b"0", b"1", b"2"]}


def test_two_are_kept_per_partition_and_no_chunk_of_the_others(kept: Kept) -> None:
    kept.store.save(1, 5, CODEC, [b"another partition's"])
    for next_offset in (10, 20, 30):
        kept.store.save(0, next_offset, CODEC, [b"%d" % next_offset])

    assert found(kept.other) == {30: [b"30"], 20: [b"20"]}
    assert found(kept.other, partition=1) == {5: [b"another partition's"]}
    assert kept.run("SELECT count(*) FROM chunks") == [(3,)]


def test_of_two_for_one_offset_the_later_one_counts(kept: Kept) -> None:
    kept.store.save(0, 10, CODEC, [b"first"])
    kept.store.save(0, 10, CODEC, [b"second"])

    manifests = kept.other.at_or_below(0, 10, CODEC).manifests
    assert [list(kept.other.chunks(manifest)) for manifest in manifests] == [[b"second"], [b"first"]]


def test_after_a_log_was_set_back_what_was_saved_before_goes_first(kept: Kept) -> None:
    for next_offset in (100, 200, 50, 60):
        kept.store.save(0, next_offset, CODEC, [b"%d" % next_offset])

    assert list(found(kept.other, 300)) == [60, 50]
    assert list(found(kept.other, 55)) == [50]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE chunks SET data = (SELECT data FROM chunks WHERE number = 2 LIMIT 1) WHERE number = 1",
        "UPDATE chunks SET number = number + 3",
        "DELETE FROM chunks WHERE number = 2",
        "UPDATE manifests SET sha256s = substr(sha256s, 1, 64)",
        "UPDATE manifests SET sha256s = substr(sha256s, 1, 90)",
        "UPDATE manifests SET size_bytes = 2",
    ],
)
def test_an_unreadable_one_is_told_and_the_older_one_is_there(kept: Kept, damage: str) -> None:
    kept.store.save(0, 10, CODEC, [b"ol", b"d", b"er"])
    kept.store.save(0, 20, CODEC, [b"ne", b"w", b"er"])
    ((newer,),) = kept.run("SELECT max(snapshot) FROM manifests")
    kept.run(f"{damage}{' AND' if 'WHERE number' in damage else ' WHERE'} snapshot = {newer}")

    assert found(kept.other) == {10: [b"ol", b"d", b"er"]}


def test_one_that_was_swept_away_meanwhile_is_unreadable(kept: Kept) -> None:
    kept.store.save(0, 10, CODEC, [b"older"])
    (manifest,) = kept.store.at_or_below(0, 10, CODEC).manifests
    for next_offset in (20, 30):
        kept.store.save(0, next_offset, CODEC, [b"newer"])

    with pytest.raises(UnreadableError, match="snapshot 10: chunk 0 is not as it was written"):
        list(kept.store.chunks(manifest))


def test_one_that_was_not_finished_is_none_and_is_swept_away(kept: Kept) -> None:
    def broken_off() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    kept.store.save(0, 10, CODEC, [b"finished"])
    with pytest.raises(KeyboardInterrupt):
        kept.store.save(0, 15, CODEC, broken_off())

    assert found(kept.other) == {10: [b"finished"]}
    kept.other.save(0, 20, CODEC, [b"next"])
    assert found(kept.store) == {20: [b"next"], 10: [b"finished"]}
    assert kept.run("SELECT count(*) FROM chunks") == [(2,)]


def test_of_two_workers_that_keep_one_partition_the_later_one_wins_and_the_other_is_told(
    database_url: str, opened: Opened
) -> None:
    kept = in_a_database(database_url, opened)

    def chunks() -> Iterator[bytes]:
        yield b"the frozen one's"
        kept.other.save(0, 20, CODEC, [b"its successor's"])
        yield b"and on it goes"

    with pytest.raises(SnapshotError, match="somebody else's now"):
        kept.store.save(0, 10, CODEC, chunks())
    assert found(kept.store) == {20: [b"its successor's"]}
    kept.other.save(0, 30, CODEC, [b"next"])
    assert kept.run("SELECT count(*) FROM chunks") == [(2,)]


def test_a_database_that_goes_away_is_told_and_stops_nobody(tmp_path: Path, opened: Opened) -> None:
    kept = in_a_database(f"sqlite:///{tmp_path / 'commonweal.db'}", opened)
    kept.store.save(0, 10, CODEC, [b"state"])
    (manifest,) = kept.store.at_or_below(0, 10, CODEC).manifests
    kept.run("DROP TABLE chunks")
    kept.run("DROP TABLE manifests")

    search = kept.store.at_or_below(0, 100, CODEC)
    assert search.manifests == ()
    assert search.trouble is not None
    assert "nothing is lost" in search.trouble
    with pytest.raises(UnreadableError, match="see that the database runs"):
        list(kept.store.chunks(manifest))
    with pytest.raises(SnapshotError, match="no such table"):
        kept.store.save(0, 20, CODEC, [b"more"])
