"""Engines out of snapshots: the newest that can be used, else the older, else the whole log."""

import gc
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.matching import Engine, recovery
from services.matching.agent import Matching
from services.matching.canonical import encode
from services.matching.recovery import Restored, keep, restore
from services.matching.settings import MatchingSettings
from services.runtime.snapshots import SnapshotError, Snapshots
from tests.unit.matching.journalled import PARTITION, Town, journal
from tests.unit.matching.pairs import TAXONOMY
from tests.unit.matching.stories import check

GROWN = MatchingSettings(snapshot_bytes_min=1)
NEVER = MatchingSettings(snapshot_bytes_min=10**12)
OLDER, NEWER, END = 3, 6, 9
SECOND_CHUNK = "number = 1 AND snapshot"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "snapshots.db"


@pytest.fixture
def town(path: Path) -> Town:
    """A town that was decided to its end, with two snapshots on the way."""
    town = Town().grows(END)
    snapshots = Snapshots(path)
    for offset in (OLDER, NEWER, END):
        at_work = Matching(town.log, None, TAXONOMY, NEVER)
        engine = at_work.at(PARTITION, offset)
        if offset != END:
            assert keep(snapshots, PARTITION, engine) > 0
    return town


def damage(path: Path, where: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        damaged = file.execute(f"UPDATE chunks SET data = data || X'20' WHERE {where}")
        assert damaged.rowcount > 0


def whole(town: Town) -> str:
    """The state after every decision, folded from the first."""
    return Matching(town.log, None, TAXONOMY).at_end(PARTITION).state_hash()


@pytest.mark.parametrize(
    ("where", "passed_over"),
    [("0 = 1", ()), (f"{SECOND_CHUNK} = 2", (NEWER,)), (f"{SECOND_CHUNK} IN (1, 2)", (NEWER, OLDER))],
)
def test_an_unreadable_snapshot_costs_a_longer_fold_and_nothing_else(
    where: str, passed_over: tuple[int, ...], town: Town, path: Path
) -> None:
    if passed_over:
        damage(path, where)
    at_work = Matching(town.log, Snapshots(path), TAXONOMY, NEVER)

    assert at_work.at_end(PARTITION).state_hash() == whole(town)
    assert at_work.at_end(PARTITION).next_offset == END
    assert at_work.notices() == tuple(f"partition 3: snapshot {offset} cannot be read" for offset in passed_over)


def test_the_engine_stands_where_it_stood_when_it_was_kept(town: Town, path: Path) -> None:
    at_newer = restore(Snapshots(path), PARTITION, END, TAXONOMY)
    at_older = restore(Snapshots(path), PARTITION, NEWER - 1, TAXONOMY)
    before_any = restore(Snapshots(path), PARTITION, OLDER - 1, TAXONOMY)

    assert at_newer.engine is not None
    assert at_older.engine is not None
    assert [at_newer.engine.next_offset, at_older.engine.next_offset] == [NEWER, OLDER]
    assert at_newer.size_bytes > at_older.size_bytes > 0
    assert before_any == Restored(None)
    as_decided = Matching(town.log, None, TAXONOMY).at(PARTITION, NEWER)
    assert at_newer.engine.state == as_decided.state


def test_a_snapshot_that_is_not_ours_is_passed_over(town: Town, path: Path) -> None:
    found = restore(Snapshots(path), PARTITION, END, TAXONOMY, lambda state: state.next_offset == OLDER)

    assert found.engine is not None
    assert found.engine.next_offset == OLDER
    assert found.notices == ("partition 3: snapshot 6 is of another log or version",)


def test_a_file_that_cannot_be_searched_is_said_and_the_log_folded(town: Town, path: Path) -> None:
    snapshots = Snapshots(path)
    path.write_text("no database any more " * 1_000)
    at_work = Matching(town.log, snapshots, TAXONOMY, NEVER)

    assert at_work.at_end(PARTITION).state_hash() == whole(town)
    (notice,) = at_work.notices()
    assert "delete the file: the next start folds the log instead" in notice


def test_a_snapshot_that_the_disk_did_not_take_is_due_again(town: Town, path: Path) -> None:
    snapshots = Snapshots(path)
    at_work = Matching(town.log, snapshots, TAXONOMY, GROWN)
    at_work.at_end(PARTITION)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("CREATE TRIGGER full BEFORE INSERT ON manifests BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        town.grows(20)
        at_work.decide(PARTITION)
        with pytest.raises(SnapshotError, match="disk is full"):
            at_work.snapshot(PARTITION)
        file.execute("DROP TRIGGER full")

    assert at_work.snapshot(PARTITION)
    assert not at_work.snapshot(PARTITION)


def test_indexes_that_were_built_at_the_start_decide_as_those_that_were_not(town: Town, path: Path) -> None:
    engines = [restore(Snapshots(path), PARTITION, END, TAXONOMY).engine for _ in range(2)]
    after = Matching(town.log, None, TAXONOMY).at_end(PARTITION).state
    for number, engine in enumerate(engines):
        assert engine is not None
        if number:
            engine.build_indexes()
            assert engine._indexes.keys() == engine.state.communities.keys()
        for record in journal(town.log)[engine.next_offset :]:
            engine.apply(record)
        assert engine.state == after


@pytest.mark.parametrize("is_enabled", [True, False])
def test_the_collector_is_left_as_it_was(is_enabled: bool, town: Town, path: Path) -> None:
    was_enabled = gc.isenabled()
    (gc.enable if is_enabled else gc.disable)()
    try:
        damage(path, f"{SECOND_CHUNK} = 2")
        assert recovery.restore(Snapshots(path), PARTITION, END, TAXONOMY).notices
        assert gc.isenabled() is is_enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()
        gc.unfreeze()


def test_what_a_folded_round_looked_at_is_not_looked_at_again() -> None:
    story = check("""
        policy answers=uncertain
        member m-bo paused=3m
        offer  O1 food cell=0,1 by=m-bo
        tick   80s
        ask    A1 food cell=0,0 needed=9h
        tick   50s              -> nothing
        tick   20s              -> nothing
        tick   40s              -> nothing
        tick   20s              -> proposed A1 O1
    """)
    looked_at = story.records[-3]  # when the ask was 70 s old, and everybody took a pause
    follower = Engine(TAXONOMY)
    for record, block in zip(story.records, story.blocks, strict=True):
        if record.offset <= looked_at.offset:
            follower.fold(block, encode(block))
        else:
            assert follower.apply(record) == block, f"record {record.offset}"
