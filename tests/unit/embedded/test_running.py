"""A running process: it steps until told to stop, takes in for others, drains, and says how it is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.topics import JOURNAL
from services.embedded import Embedded, EmbeddedSettings, Health, LeapError, Running
from services.embedded.running import StoppingError, TooBusyError
from services.intake import Intake, RawEvent, SubmitReport
from services.runtime.log import LogFull, VirtualClock
from tests.unit.embedded.riverside import HERE, PARTITION, START_MS, founding, minute

QUICK = EmbeddedSettings(idle_ms=1, handed_in_max=2)
LONG_S = 60.0


@contextmanager
def running_in_a_thread(path: Path, settings: EmbeddedSettings = QUICK) -> Iterator[Running]:
    """A loop at work on a thread of its own, as the main one of a process would be."""
    made: list[Running] = []
    ready = threading.Event()

    def run() -> None:
        with Embedded.open(path, VirtualClock(START_MS), clock_kind="virtual", settings=settings) as embedded:
            made.append(Running(embedded, settings))
            made[0].run(lambda health: ready.set() if health.is_ready else None)

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(LONG_S)
    try:
        yield made[0]
    finally:
        made[0].stop()
        thread.join(LONG_S)
        assert not thread.is_alive()


def test_what_is_handed_in_is_let_in_and_decided_before_the_loop_ends(tmp_path: Path) -> None:
    with running_in_a_thread(tmp_path) as running:
        report = running.hand_in([*founding(), *minute(1)])

    assert report.admitted_total == 4
    with Embedded.open(tmp_path, VirtualClock(START_MS), clock_kind="virtual") as embedded:
        engine = embedded.matching.at_end(PARTITION)
        assert sorted(engine.state.communities[HERE].asks) == ["ask-1"]
        assert embedded.step().is_idle


def test_once_told_to_stop_nothing_more_is_taken_in(tmp_path: Path) -> None:
    with running_in_a_thread(tmp_path) as running:
        pass

    with pytest.raises(StoppingError, match="send this again once it is up"):
        running.hand_in(founding())


def test_whoever_hands_in_hears_what_the_log_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Intake, raws: list[RawEvent]) -> SubmitReport:
        raise LogFull("no room left")

    monkeypatch.setattr(Intake, "submit", full)
    with running_in_a_thread(tmp_path) as running, pytest.raises(LogFull):
        running.hand_in(founding())


def test_more_submissions_than_may_wait_are_asked_to_come_again(tmp_path: Path) -> None:
    with Embedded.open(tmp_path, VirtualClock(START_MS), clock_kind="virtual") as embedded:
        running = Running(embedded, QUICK)
        waiting = [threading.Thread(target=ask_patiently, args=(running,)) for _ in range(2)]
        for thread in waiting:
            thread.start()
        while running._waiting.qsize() < QUICK.handed_in_max:
            pass
        with pytest.raises(TooBusyError):
            running.hand_in([])
        running.stop()
        running.run()
        for thread in waiting:
            thread.join(LONG_S)
            assert not thread.is_alive()


def ask_patiently(running: Running) -> None:
    running.hand_in([])


def test_it_is_ready_once_it_caught_up_and_not_while_a_partition_is_in_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Health] = []
    with Embedded.open(tmp_path, VirtualClock(START_MS), clock_kind="virtual") as embedded:
        embedded.submit([*founding(), *minute(1)])
        monkeypatch.setattr(Intake, "cut", broken)
        running = Running(embedded, QUICK)
        assert not running.health().is_ready
        running.stop()
        running.run(told.append)

    assert not told[-1].is_ready
    assert [trouble.partition for trouble in told[-1].troubles] == [PARTITION]


def broken(*_: object) -> int:
    raise AssertionError("a bug")


def test_a_loop_that_finished_no_step_for_long_is_no_longer_called_alive(tmp_path: Path) -> None:
    with Embedded.open(tmp_path, VirtualClock(START_MS), clock_kind="virtual") as embedded:
        running = Running(embedded, EmbeddedSettings(stalled_after_ms=30_000))
        assert running.health().is_alive
        running._stepped_s -= 30.0
        assert not running.health().is_alive


def test_a_machine_that_slept_for_days_is_not_taken_at_its_word(tmp_path: Path) -> None:
    clock = VirtualClock(START_MS)
    with Embedded.open(tmp_path, clock) as embedded:
        embedded.submit(founding())
        embedded.settle()
        clock.advance_to(START_MS + 3 * 86_400_000)
        with pytest.raises(LeapError, match="--allow-leap"):
            Running(embedded, QUICK).run()
        assert embedded.log.next_offset(JOURNAL.name, PARTITION) == 1


def test_a_loop_that_breaks_leaves_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[Exception] = []
    with Embedded.open(tmp_path, VirtualClock(START_MS), clock_kind="virtual") as embedded:
        running = Running(embedded, QUICK)

        def hand_in() -> None:
            try:
                running.hand_in([])
            except StoppingError as error:
                outcomes.append(error)

        waiting = threading.Thread(target=hand_in)
        waiting.start()
        while not running._waiting.qsize():
            pass
        monkeypatch.setattr(Embedded, "step", broken)
        with pytest.raises(AssertionError, match="a bug"):
            running.run()
        waiting.join(LONG_S)

    assert len(outcomes) == 1


def test_bounds_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="`idle_ms` is 0; it is a bound, at least 1"):
        EmbeddedSettings(idle_ms=0)
    with pytest.raises(ValueError, match="`handed_in_max` is 0"):
        EmbeddedSettings(handed_in_max=0)
    with pytest.raises(ValueError, match="`stalled_after_ms` is -1"):
        EmbeddedSettings(stalled_after_ms=-1)
