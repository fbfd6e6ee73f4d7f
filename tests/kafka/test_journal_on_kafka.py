"""`commonweal journal export|import --kafka`: a journal goes onto a cluster and comes back as it was."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from schemas.dead_letters import Quarantined
from schemas.topics import JOURNAL, TOPICS
from services.cli.main import app
from services.embedded import DataFolder
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import FillableKafkaLog
from services.runtime.log import LogUnwritable, NotNext, Record, VirtualClock
from services.runtime.quarantine import Quarantine
from services.runtime.topics import plan
from tests.kafka.cities import live_a_day

pytestmark = pytest.mark.slow

only_the_journal = pytest.mark.parametrize("kafka", [("journal", "quarantine")], indirect=True)


@only_the_journal
def test_a_journal_comes_back_from_a_cluster_as_it_went_there_stamps_included(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    live_a_day(tmp_path / "city", [1], asks=5)
    there, back = tmp_path / "there.jsonl", tmp_path / "back.jsonl"
    assert commonweal(kafka, "journal", "export", str(there), "--data", str(tmp_path / "city")).exit_code == 0

    taken = commonweal(kafka, "journal", "import", str(there), "--kafka")
    given = commonweal(kafka, "journal", "export", str(back), "--kafka")

    assert (taken.exit_code, given.exit_code) == (0, 0), taken.output + given.output
    assert f"took 97 journal records onto {kafka.prefix}journal" in taken.output
    assert back.read_bytes().splitlines()[1:] == there.read_bytes().splitlines()[1:]
    assert plan(kafka, ["journal", "quarantine"]).changes == (), "from now on the cluster stamps again"


@only_the_journal
def test_a_journal_that_is_not_empty_takes_in_no_other(kafka: KafkaSettings, tmp_path: Path) -> None:
    live_a_day(tmp_path / "city", [1], asks=5)
    file = tmp_path / "there.jsonl"
    commonweal(kafka, "journal", "export", str(file), "--data", str(tmp_path / "city"))
    assert commonweal(kafka, "journal", "import", str(file), "--kafka").exit_code == 0

    again = commonweal(kafka, "journal", "import", str(file), "--kafka")

    assert again.exit_code == 2
    assert "the log has records of topic journal already" in again.output


@only_the_journal
def test_what_operators_said_of_events_goes_there_and_comes_back(kafka: KafkaSettings, tmp_path: Path) -> None:
    live_a_day(tmp_path / "city", [1], asks=5)
    there, back = tmp_path / "there.jsonl", tmp_path / "back.jsonl"
    with closing(DataFolder(tmp_path / "city").open_log(VirtualClock(), "virtual")) as log:
        partition = log.partitions(JOURNAL.name)[0]
        word = Quarantined(place=f"{partition}/0/0", operator="op-1", reason="known-bug", at_ms=7)
        Quarantine(log).put(word)
    commonweal(kafka, "journal", "export", str(there), "--data", str(tmp_path / "city"))

    taken = commonweal(kafka, "journal", "import", str(there), "--kafka", "--json")
    commonweal(kafka, "journal", "export", str(back), "--kafka")

    assert json.loads(taken.output)["quarantined"] == 1
    assert back.read_bytes().splitlines()[1] == there.read_bytes().splitlines()[1]
    assert word.model_dump_json().replace('"', '\\"').encode() in back.read_bytes().splitlines()[1]
    again = commonweal(kafka, "journal", "import", str(there), "--kafka")
    assert (again.exit_code, "the log has a journal" in again.output) == (2, True)


@only_the_journal
def test_what_would_leave_a_gap_or_lose_its_stamp_is_refused(kafka: KafkaSettings) -> None:
    log = FillableKafkaLog(kafka, TOPICS, "wall")
    first, second = (Record(JOURNAL.name, 3, offset, 1_000, None, b"{}", ()) for offset in (0, 1))
    try:
        with pytest.raises(NotNext, match="offset 0 comes next"):
            log.restore(JOURNAL.name, 3, [second])
        with pytest.raises(LogUnwritable, match="1000 was wanted"):
            log.restore(JOURNAL.name, 3, [first])
    finally:
        log.close()


def commonweal(kafka: KafkaSettings, *words: str) -> Result:
    return CliRunner().invoke(app, words, env=kafka.environment())
