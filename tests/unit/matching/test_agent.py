"""The shell around the engine: one decision per journal record, whatever goes wrong on the way."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.taxonomy.load import load
from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.matching import Engine
from services.matching.agent import Matching, MatchingError, OvertakenError
from services.matching.frozen import CODEC
from services.matching.settings import MatchingSettings
from services.runtime.log import LogFull, MemoryLog, NewRecord, VirtualClock
from services.runtime.snapshots import Snapshots
from tests.unit.matching.journalled import PARTITION, START_MS, Town, decisions, sources

TAXONOMY = load()


def matching(town: Town, settings: MatchingSettings | None = None) -> Matching:
    return Matching(town.log, None, TAXONOMY, settings)


def test_each_journal_record_gets_exactly_one_decision_block_at_its_own_offset() -> None:
    town = Town().grows(5)

    blocks = matching(town).decide(PARTITION)

    assert sources(blocks) == [0, 1, 2, 3, 4]
    assert decisions(town.log) == list(blocks)


def test_where_nothing_waits_nothing_is_decided() -> None:
    town = Town().grows(1)
    at_work = matching(town)
    at_work.decide(PARTITION)

    assert at_work.decide(PARTITION) == ()
    assert sources(decisions(town.log)) == [0]


def test_no_more_is_decided_at_once_than_was_asked_for_or_the_settings_allow() -> None:
    at_work = matching(Town().grows(9), MatchingSettings(records_max=4))

    assert sources(at_work.decide(PARTITION, 2)) == [0, 1]
    assert sources(at_work.decide(PARTITION, 100)) == [2, 3, 4, 5]


def test_large_blocks_are_appended_before_more_of_them_pile_up() -> None:
    at_work = matching(Town().grows(3), MatchingSettings(append_bytes_max=1))

    assert sources(at_work.decide(PARTITION)) == [0]


def test_a_new_process_goes_on_where_the_last_one_stopped() -> None:
    town = Town().grows(3)
    before = matching(town)
    before.decide(PARTITION)
    town.grows(2)

    after = matching(town)

    assert sources(after.decide(PARTITION)) == [3, 4]
    before.decide(PARTITION)
    assert after.at_end(PARTITION).state_hash() == before.at_end(PARTITION).state_hash()


class FailingLog(MemoryLog):
    """A log whose disk is full for one append; it may have taken the batch all the same, as after a power cut."""

    def __init__(self, clock: VirtualClock, *, taken: bool) -> None:
        super().__init__(TOPICS, clock)
        self.taken = taken
        self.fails = False

    def append(self, topic: str, partition: int, records: Sequence[NewRecord]) -> int:
        """Fail once."""
        if self.fails and topic == DECISIONS.name:
            self.fails = False
            if self.taken:
                super().append(topic, partition, records)
            raise LogFull("no room")
        return super().append(topic, partition, records)


@pytest.mark.parametrize("taken", [False, True])
def test_after_an_append_that_failed_every_decision_stands_once(taken: bool) -> None:
    clock = VirtualClock(START_MS)
    log = FailingLog(clock, taken=taken)
    town = Town(log, clock).grows(4)
    at_work = matching(town)
    log.fails = True

    with pytest.raises(LogFull):
        at_work.decide(PARTITION)
    at_work.decide(PARTITION)

    whole = Town().grows(4)
    matching(whole).decide(PARTITION)
    assert decisions(log) == decisions(whole.log)


def test_what_others_decided_meanwhile_is_folded_and_not_decided_again() -> None:
    town = Town().grows(2)
    one, other = matching(town), matching(town)
    other.decide(PARTITION, 1)
    one.decide(PARTITION)

    assert other.decide(PARTITION) == ()
    assert sources(decisions(town.log)) == [0, 1]
    assert other.at_end(PARTITION).state_hash() == one.at_end(PARTITION).state_hash()


def test_two_who_decide_at_once_notice_and_the_first_record_for_an_offset_counts() -> None:
    town = Town().grows(1)
    faster = matching(town)

    def meanwhile(step: str) -> None:
        if step == "decide":
            faster.decide(PARTITION)

    slower = Matching(town.log, None, TAXONOMY, after_step=meanwhile)

    with pytest.raises(OvertakenError, match=r"partition 3: decisions ended at 0, and ours came to stand at 1"):
        slower.decide(PARTITION)

    assert sources(decisions(town.log)) == [0, 0]
    assert slower.decide(PARTITION) == ()
    town.grows(1)
    assert sources(faster.decide(PARTITION)) == [1]
    assert slower.at_end(PARTITION).state_hash() == faster.at_end(PARTITION).state_hash()


def test_decisions_that_were_longer_once_are_not_written_anew() -> None:
    town = Town().grows(2)
    at_work = matching(town)
    at_work.decide(PARTITION)
    town.log = at_work._log = MemoryLog(TOPICS, town.clock)

    with pytest.raises(MatchingError, match=r"engine stands at 2, and the decisions end at 0; they were longer once"):
        at_work.decide(PARTITION)


def test_an_engine_can_be_asked_for_at_any_offset_that_was_decided() -> None:
    town = Town()
    at_work = matching(town)
    hashes = []
    for _ in range(6):
        hashes.append(at_work.at_end(PARTITION).state_hash())
        town.grows(1)
        at_work.decide(PARTITION)

    assert [at_work.at(PARTITION, offset).state_hash() for offset in range(6)] == hashes
    assert at_work.at_end(PARTITION).next_offset == 6


def test_an_engine_asked_for_beyond_the_decisions_decides_the_gap_and_writes_it() -> None:
    town = Town().grows(5)

    engine = matching(town).at(PARTITION, 4)

    assert engine.next_offset == 4
    assert sources(decisions(town.log)) == [0, 1, 2, 3]


def test_an_engine_asked_for_beyond_the_journal_is_refused_in_words() -> None:
    at_work = matching(Town().grows(2))

    with pytest.raises(MatchingError) as refusal:
        at_work.at(PARTITION, 7)

    assert str(refusal.value) == (
        "partition 3: engine stands at 2, where the journal ends, 7 was wanted; "
        "wait for intake, or restore the journal if it was longer once"
    )


def test_a_decision_that_was_changed_stops_whoever_folds_it() -> None:
    town = Town().grows(3)
    matching(town).decide(PARTITION)
    changed = Town()
    for block in decisions(town.log):
        forged = block.model_copy(update={"told_ms": block.told_ms + 1}) if block.source == 1 else block
        changed.log.append(DECISIONS.name, PARTITION, [NewRecord(forged.model_dump_json().encode())])

    with pytest.raises(MatchingError, match=r"partition 3: block 1 does not continue the chain"):
        matching(changed).at_end(PARTITION)


def test_a_decision_that_is_missing_stops_whoever_folds_the_rest() -> None:
    town = Town().grows(3)
    matching(town).decide(PARTITION)
    holed = Town()
    for block in decisions(town.log):
        if block.source != 1:
            holed.log.append(DECISIONS.name, PARTITION, [NewRecord(block.model_dump_json().encode())])

    with pytest.raises(MatchingError, match=r"the engine stands at 1, the block answers 2"):
        matching(holed).at_end(PARTITION)


@pytest.mark.parametrize("topic", [JOURNAL.name, DECISIONS.name])
def test_a_record_that_cannot_be_read_is_named_by_its_place(topic: str) -> None:
    town = Town()
    town.log.append(topic, PARTITION, [NewRecord(b"{}")])

    with pytest.raises(MatchingError, match=rf"partition 3: {topic.removesuffix('s')}.* 0 is no block"):
        matching(town).decide(PARTITION)


GROWN = MatchingSettings(snapshot_bytes_min=1)


def snapshot_at(town: Town, blocks: int, path: Path) -> Snapshots:
    """Snapshots of a town, the newest at this offset."""
    snapshots = Snapshots(path / "snapshots.db")
    at_work = Matching(town.log, snapshots, TAXONOMY, GROWN)
    at_work.decide(PARTITION, blocks)
    assert at_work.snapshot(PARTITION)
    return snapshots


def test_a_snapshot_is_due_once_the_decisions_have_grown_by_twice_its_size(tmp_path: Path) -> None:
    town = Town().grows(30)
    snapshots = Snapshots(tmp_path / "snapshots.db")
    at_work = Matching(town.log, snapshots, TAXONOMY, GROWN)

    taken = [at_work.snapshot(PARTITION) for _ in range(30) if at_work.decide(PARTITION, 1)]

    assert taken[0]
    assert not taken[1]
    assert 2 <= sum(taken) < 15
    patient = Matching(town.log, snapshots, TAXONOMY, MatchingSettings(snapshot_bytes_min=10**9))
    patient.at_end(PARTITION)
    assert not patient.snapshot(PARTITION)


def test_an_engine_is_restored_from_its_snapshot_and_only_what_came_after_is_folded(tmp_path: Path) -> None:
    town = Town().grows(9)
    snapshots = snapshot_at(town, 6, tmp_path)
    matching(town).decide(PARTITION)
    town.log._records[DECISIONS.name, PARTITION][3] = replace(  # nobody reads what lies before the snapshot
        town.log._records[DECISIONS.name, PARTITION][3], value=b"damaged"
    )

    restored = Matching(town.log, snapshots, TAXONOMY).at_end(PARTITION)

    whole = Town().grows(9)
    assert restored.state_hash() == matching(whole).at(PARTITION, 9).state_hash()


def test_an_engine_asked_for_below_a_snapshot_is_folded_from_before_it(tmp_path: Path) -> None:
    town = Town().grows(9)
    snapshots = snapshot_at(town, 6, tmp_path)
    at_work = Matching(town.log, snapshots, TAXONOMY)
    at_work.decide(PARTITION)

    assert at_work.at(PARTITION, 4).state_hash() == matching(town).at(PARTITION, 4).state_hash()
    assert at_work.notices() == ()


def test_a_snapshot_of_another_log_is_passed_over_and_said(tmp_path: Path) -> None:
    snapshots = snapshot_at(Town().grows(4), 3, tmp_path)
    town = Town()
    town.clock.advance_to(START_MS + 1)
    town.grows(5)
    matching(town).decide(PARTITION)
    at_work = Matching(town.log, snapshots, TAXONOMY)

    assert at_work.at_end(PARTITION).state_hash() == matching(town).at_end(PARTITION).state_hash()
    assert at_work.notices() == ("partition 3: snapshot 3 is of another log or version",)
    assert at_work.notices() == ()


@pytest.mark.parametrize("chunks", [[b"not JSON"], [b"{}", b"[]"], []])
def test_a_snapshot_that_this_version_does_not_understand_is_passed_over(chunks: list[bytes], tmp_path: Path) -> None:
    town = Town().grows(5)
    snapshots = snapshot_at(town, 3, tmp_path)
    matching(town).decide(PARTITION)
    snapshots.save(PARTITION, 4, CODEC, chunks)
    at_work = Matching(town.log, snapshots, TAXONOMY)

    assert at_work.at_end(PARTITION).state_hash() == matching(town).at_end(PARTITION).state_hash()
    assert at_work.notices() == ("partition 3: snapshot 4 is of another log or version",)


def test_an_engine_in_which_something_broke_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town().grows(3)
    at_work = matching(town)
    whole = at_work.at(PARTITION, 3).state_hash()
    town.grows(1)

    with monkeypatch.context() as patched:
        patched.setattr(Engine, "_pass_time", broken)
        with pytest.raises(AssertionError, match="a bug"):
            at_work.decide(PARTITION)

    assert at_work.at_end(PARTITION).state_hash() == whole
    assert sources(at_work.decide(PARTITION)) == [3]


def broken(*_: object) -> None:
    raise AssertionError("a bug")
