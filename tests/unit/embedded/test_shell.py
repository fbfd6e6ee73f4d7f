"""The one-process product: what goes in by the door comes out decided, on the board, and the same after every start."""

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.facts import Proposed, Refused
from schemas.operations import CommunityDefined
from schemas.partitions import partition_of
from schemas.topics import DECISIONS, JOURNAL
from services.board import BoardReader, BoardWriter, rebuild, summary
from services.board.errors import BoardUnwritable
from services.embedded import DataFolder, Embedded, LeapError, Step, VirtualFolderError, replay
from services.matching import Engine
from services.runtime.log import ClockMismatch, LogBusy, VirtualClock
from tests.unit.embedded.riverside import (
    AT_ONCE,
    HERE,
    MINUTE_MS,
    PARTITION,
    START_MS,
    founding,
    live,
    minute,
    raw,
    settled,
)

DAY_MS = 86_400_000


def opened(path: Path, clock: VirtualClock) -> Embedded:
    return Embedded.open(path, clock, clock_kind="virtual")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START_MS)


def test_an_ask_and_an_offer_come_out_as_a_proposal(tmp_path: Path, clock: VirtualClock) -> None:
    with opened(tmp_path, clock) as embedded:
        report = embedded.submit([*founding(), *minute(1)])
        step = embedded.step()

    assert report.admitted == {"community.defined": 1, "policy.set": 1, "ask.opened": 1, "offer.opened": 1}
    assert step.cut == 4
    ((partition, block),) = step.decided
    assert partition == PARTITION
    assert [fact.ask for fact in block.facts if isinstance(fact, Proposed)] == ["ask-1"]


def test_the_board_has_read_what_a_step_decided(tmp_path: Path, clock: VirtualClock) -> None:
    with opened(tmp_path, clock) as embedded:
        embedded.submit([*founding(), *minute(1)])
        embedded.step()
        with BoardReader(embedded.folder.board) as board:
            assert summary(board).asks_proposed == 1


def test_where_nothing_waits_a_step_is_idle(tmp_path: Path, clock: VirtualClock) -> None:
    with opened(tmp_path, clock) as embedded:
        assert embedded.step() == Step()
        embedded.submit(founding())
        embedded.settle()
        assert embedded.step().is_idle


def test_a_partition_that_fell_silent_gets_a_tick_after_ten_seconds_and_not_before(
    tmp_path: Path, clock: VirtualClock
) -> None:
    with opened(tmp_path, clock) as embedded:
        embedded.submit(founding())
        embedded.settle()
        clock.advance_to(START_MS + 9_999)
        assert embedded.step().ticks == 0
        clock.advance_to(START_MS + 10_000)
        step = embedded.step()
        assert step.ticks == 1
        assert [block.now_ms for _, block in step.decided] == [START_MS + 10_000]
        assert embedded.step().ticks == 0


def test_a_load_lets_time_go_on_by_a_tick_of_its_own(tmp_path: Path, clock: VirtualClock) -> None:
    with opened(tmp_path, clock) as embedded:
        embedded.submit(founding())
        assert embedded.step(tick=True).ticks == 0
        clock.advance_to(START_MS + 1)
        assert embedded.step(tick=True).ticks == 1


def test_the_same_event_twice_is_decided_once(tmp_path: Path, clock: VirtualClock) -> None:
    with opened(tmp_path, clock) as embedded:
        embedded.submit([*founding(), *minute(1)])
        embedded.settle()
        embedded.submit(minute(1))
        (block,) = settled(embedded)

    assert [fact.reason for fact in block.facts if isinstance(fact, Refused)] == ["duplicate", "duplicate"]


def test_a_second_process_on_the_same_folder_is_refused(tmp_path: Path, clock: VirtualClock) -> None:
    with opened(tmp_path, clock), pytest.raises(LogBusy, match="being written by process"):
        opened(tmp_path, clock)


def test_a_start_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    hashes = []
    for restarts in (False, True):
        clock = VirtualClock(START_MS)
        embedded = opened(tmp_path / f"restarts-{restarts}", clock)
        embedded.submit(founding())
        for minutes in (range(5), range(5, 9)):
            live(embedded, clock, minutes)
            if restarts:
                embedded.close()
                embedded = opened(embedded.folder.path, clock)
        hashes.append(embedded.matching.at_end(PARTITION).state_hash())
        embedded.close()

    assert hashes[0] == hashes[1]


def test_opening_catches_up_decisions_with_the_journal_and_the_board_with_both(
    tmp_path: Path, clock: VirtualClock
) -> None:
    with opened(tmp_path, clock) as embedded:
        embedded.submit([*founding(), *minute(1)])
        embedded._intake.cut(PARTITION)  # and killed here
    with opened(tmp_path, clock) as embedded:
        assert embedded.log.next_offset(DECISIONS.name, PARTITION) == 1
        with BoardReader(embedded.folder.board) as board:
            assert summary(board).asks_proposed == 1


def test_communities_of_different_partitions_are_decided_apart(tmp_path: Path, clock: VirtualClock) -> None:
    there = next(name for name in ("hillside", "harbour") if partition_of(name) != PARTITION)
    with opened(tmp_path, clock) as embedded:
        embedded.submit([*founding(), *founding(AT_ONCE, there), *minute(1), *minute(1, there)])
        step = embedded.step()

    assert sorted(partition for partition, _ in step.decided) == sorted((PARTITION, partition_of(there)))


def test_a_bug_stops_its_partition_alone_and_says_where_it_is(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = next(name for name in ("hillside", "harbour") if partition_of(name) != PARTITION)
    decide = Engine.decide

    def broken(engine: Engine, record: object, *more: object) -> object:
        if HERE in engine.state.communities:
            raise KeyError("ask-1 of somebody")
        return decide(engine, record, *more)  # type: ignore[arg-type] # handed on as it came

    with opened(tmp_path, clock) as embedded:
        embedded.submit([*founding(), *founding(AT_ONCE, there)])
        embedded.settle()
        monkeypatch.setattr(Engine, "decide", broken)
        embedded.submit([*minute(1), *minute(1, there)])
        decided = {fact.community for block in settled(embedded) for fact in block.facts}
        stopped = embedded.troubles[PARTITION]

        assert decided == {there}
        assert stopped.stopped
        assert f"partition {PARTITION}: a bug stopped it (KeyError, at " in stopped.sentence
        assert "broken" in stopped.sentence
        assert "somebody" not in stopped.sentence

    monkeypatch.undo()
    with opened(tmp_path, clock) as embedded:
        assert embedded.log.next_offset(DECISIONS.name, PARTITION) == embedded.log.next_offset(JOURNAL.name, PARTITION)
        assert embedded.troubles == {}


def test_a_disk_that_refuses_the_board_is_asked_again_and_nothing_is_skipped(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise BoardUnwritable("board.db", "disk full")

    with opened(tmp_path, clock) as embedded:
        with monkeypatch.context() as patched:
            patched.setattr(BoardWriter, "apply_all", full)
            embedded.submit([*founding(), *minute(1)])
            embedded.step()
            embedded.step()
            assert not embedded.troubles[PARTITION].stopped
            assert embedded.log.next_offset(DECISIONS.name, PARTITION) == 1
        embedded.submit(minute(2))
        embedded.settle()
        assert embedded.troubles == {}
    assert_board_equals_rebuild(DataFolder(tmp_path))


def assert_board_equals_rebuild(folder: DataFolder) -> None:
    with BoardReader(folder.board) as board:
        as_it_is = board.content_hash()
    log = folder.read_log()
    rebuild(log, folder.board)
    log.close()
    with BoardReader(folder.board) as board:
        assert board.content_hash() == as_it_is


def test_a_folder_on_the_worlds_clock_refuses_a_loads_and_the_other_way_round(tmp_path: Path) -> None:
    opened(tmp_path / "load", VirtualClock(START_MS)).close()
    Embedded.open(tmp_path / "world").close()

    with pytest.raises(VirtualFolderError, match="holds a load or a demo"):
        Embedded.open(tmp_path / "load")
    with pytest.raises(ClockMismatch):
        opened(tmp_path / "world", VirtualClock(START_MS))


def test_log_time_does_not_leap_without_an_operators_word(tmp_path: Path, clock: VirtualClock) -> None:
    with Embedded.open(tmp_path, clock) as embedded:
        embedded.submit([*founding(), *minute(1)])
        embedded.settle()
    clock.advance_to(START_MS + 3 * DAY_MS)

    with Embedded.open(tmp_path, clock) as embedded:
        with pytest.raises(LeapError, match=r"stands at 2026-01-01 09:00 UTC, .* 2026-01-04 09:00 UTC.*--allow-leap"):
            embedded.go_on(leap_allowed=False)
        embedded.go_on(leap_allowed=True)
        assert embedded.leaps() == []
        embedded.submit([raw(CommunityDefined(community=HERE, cell_m=20), "later")])
        embedded.settle()
        assert embedded.matching.at_end(PARTITION).state.clock.now_ms == clock.now_ms


def test_a_pause_within_the_policys_bound_asks_nobody(tmp_path: Path, clock: VirtualClock) -> None:
    with Embedded.open(tmp_path, clock) as embedded:
        embedded.go_on(leap_allowed=False)
        embedded.submit(founding())
        embedded.settle()
        clock.advance_to(START_MS + DAY_MS)
        embedded.go_on(leap_allowed=False)
        assert embedded.leaps() == []
        clock.advance_to(START_MS + DAY_MS + 1)
        assert [leap.partition for leap in embedded.leaps()] == [PARTITION]


def test_snapshots_that_cannot_be_read_are_set_aside_and_said(tmp_path: Path, clock: VirtualClock) -> None:
    opened(tmp_path, clock).close()
    DataFolder(tmp_path).snapshots.write_bytes(b"no database" * 500)

    with opened(tmp_path, clock) as embedded:
        (notice,) = embedded.notices
        assert "snapshots.db.damaged" in notice
        embedded.submit([*founding(), *minute(1)])
        assert not embedded.step().is_idle


@pytest.mark.slow
def test_without_assertions_it_does_not_start(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from services.embedded import Embedded; Embedded.open(Path(sys.argv[1]))"
    )

    run = subprocess.run(
        [sys.executable, "-O", "-c", code, str(tmp_path)], check=False, capture_output=True, text=True, timeout=60
    )

    assert "Commonweal stops bugs by its assertions, and `python -O` leaves them out" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_live_engine_and_the_replayed_decisions_have_one_hash(tmp_path: Path, clock: VirtualClock) -> None:
    with opened(tmp_path, clock) as embedded:
        embedded.submit(founding())
        live(embedded, clock, range(8))
        clock.advance_to(START_MS + 9 * MINUTE_MS)
        embedded.step(tick=True)
        alive = embedded.matching.at_end(PARTITION).state_hash()
        (folded,) = replay(embedded.log).partitions

    assert folded.state_hash == alive
    assert (folded.decided, folded.undecided, folded.communities) == (9, 0, (HERE,))
