"""The one-process product killed between any two of its steps: after a start nothing is missing and nothing is double."""

import signal
import subprocess
import sys
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest

from schemas.decisions import DecisionBlock
from schemas.journal import JOURNAL_BODY, Block
from schemas.topics import DECISIONS, INBOUND, JOURNAL
from services.board import BoardReader, rebuild
from services.embedded import DataFolder, Embedded, import_journal, replay
from services.runtime.log import Log, VirtualClock, export_topic, scan
from tests.fault.embedded_child import SETTINGS
from tests.unit.embedded.riverside import PARTITION, START_MS, minute

pytestmark = pytest.mark.slow
STEPS = ("cut", "decide", "append decisions", "board", "relay", "snapshot")
LONG_S = 120.0


def killed_after(folder: Path, step: str, times: int) -> None:
    """A process that lived in the folder until it was killed there."""
    command = [sys.executable, "-m", "tests.fault.embedded_child", str(folder), step, str(times)]
    process = subprocess.run(command, timeout=LONG_S, check=False, capture_output=True, text=True)
    assert process.returncode == -signal.SIGKILL, process.stderr


@pytest.mark.parametrize("times", [1, 6])
@pytest.mark.parametrize("step", STEPS)
def test_killed_after_a_step_every_event_is_decided_exactly_once(step: str, times: int, tmp_path: Path) -> None:
    killed_after(tmp_path / "city", step, times)

    with reopened(tmp_path / "city") as embedded:
        embedded.settle()
        assert embedded.troubles == {}
        assert_dense(embedded.log)
        assert_all_taken_in_once(embedded.log)
        alive = embedded.matching.at_end(PARTITION).state_hash()
        assert replay(embedded.log).partitions[0].state_hash == alive

    assert_board_equals_rebuild(tmp_path / "city")
    assert uninterrupted(tmp_path / "city", tmp_path / "copy") == alive


def test_killed_again_and_again_it_still_gets_through_the_day(tmp_path: Path) -> None:
    for times, step in enumerate(STEPS, start=1):
        killed_after(tmp_path / "city", step, times)

    with reopened(tmp_path / "city") as embedded:
        embedded.submit(minute(30))
        embedded.settle()
        assert_dense(embedded.log)
        assert_all_taken_in_once(embedded.log)
        alive = embedded.matching.at_end(PARTITION).state_hash()
    assert uninterrupted(tmp_path / "city", tmp_path / "copy") == alive


def reopened(folder: Path) -> Embedded:
    return Embedded.open(folder, VirtualClock(START_MS), clock_kind="virtual", settings=SETTINGS)


def assert_dense(log: Log) -> None:
    """One decision per journal record, in its order."""
    blocks = [DecisionBlock.model_validate_json(record.value or b"") for record in scan(log, DECISIONS.name, PARTITION)]
    assert [block.source for block in blocks] == list(range(log.next_offset(JOURNAL.name, PARTITION)))


def assert_all_taken_in_once(log: Log) -> None:
    """Every inbound record lies in the journal exactly once."""
    sent = [dict(record.headers)["ce_id"].decode() for topic in INBOUND for record in scan(log, topic.name, PARTITION)]
    bodies = [JOURNAL_BODY.validate_json(record.value or b"") for record in scan(log, JOURNAL.name, PARTITION)]
    taken = [event.id for body in bodies if isinstance(body, Block) for event in body.events]
    assert sorted(taken) == sorted(sent)


def assert_board_equals_rebuild(folder: Path) -> None:
    with BoardReader(DataFolder(folder).board) as board:
        as_it_is = board.content_hash()
    log = DataFolder(folder).read_log()
    rebuild(log, DataFolder(folder).board)
    log.close()
    with BoardReader(DataFolder(folder).board) as board:
        assert board.content_hash() == as_it_is


def uninterrupted(folder: Path, copy: Path) -> str:
    """The state hash of a run of the same journal that nobody killed."""
    log, journal = DataFolder(folder).read_log(), BytesIO()
    export_topic(log, JOURNAL, journal)
    log.close()
    journal.seek(0)
    import_journal(copy, BufferedReader(journal))
    whole = DataFolder(copy).read_log()
    try:
        return replay(whole).partitions[0].state_hash
    finally:
        whole.close()
