"""The commands that read a log read a cluster's as well: proof, replay, journal, quarantine."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from services.runtime.log import NewRecord
from tests.kafka.matching_workers import decided_again
from tests.kafka.towns import Towns
from tests.unit.cli.commands import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("journal", "decisions", "quarantine")], indirect=True),
]


@pytest.fixture
def towns(kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Towns]:
    """Two towns whose journals were decided, all but the last record of each."""
    for name, value in kafka.environment().items():
        monkeypatch.setenv(name, value)
    with closing(KafkaLog(kafka, TOPICS)) as log:
        towns = Towns(log, ("riverside", "hillside"))
        for _ in range(5):
            towns.go_on()
        for partition in towns.partitions:
            for written in decided_again(log, partition)[:-1]:
                log.append(DECISIONS.name, partition, [NewRecord(written)])
        yield towns


def test_what_was_decided_on_a_cluster_is_proved_and_replayed(towns: Towns) -> None:
    proved, replayed = run("verify", "--kafka", "--json"), run("replay", "--kafka", "--json")

    assert (proved.exit_code, replayed.exit_code) == (0, 0)
    assert proved.document["clean"]
    assert [(one["records"], one["undecided"]) for one in proved.document["partitions"]] == [(5, 1), (5, 1)]
    assert [one["decided"] for one in replayed.document["partitions"]] == [5, 5]


def test_a_changed_decision_on_a_cluster_is_found(towns: Towns) -> None:
    partition = towns.partitions[0]
    last = decided_again(towns.log, partition)[-1]
    towns.log.append(DECISIONS.name, partition, [NewRecord(last.replace(b'"told_ms"', b'"told_ms" '))])

    said = run("verify", "--kafka", "--json")

    assert said.exit_code == 1
    assert (said.document["breach"]["partition"], said.document["breach"]["rule"]) == (partition, "chain")


def test_a_clusters_journal_is_exported_and_decided_elsewhere(towns: Towns, tmp_path: Path) -> None:
    exported = run("journal", "export", tmp_path / "journal.jsonl", "--kafka")
    imported = run("journal", "import", tmp_path / "journal.jsonl", "--data", tmp_path / "here", "--json")

    assert exported.exit_code == 0
    assert imported.document == {"records": 12, "decided": 12, "quarantined": 0, "troubles": []}
    assert run("verify", "--data", tmp_path / "here", "--json").document["clean"]


def test_an_undecided_event_on_a_cluster_can_be_stepped_over_and_a_decided_one_cannot(towns: Towns) -> None:
    partition = towns.partitions[0]
    offset = towns.log.next_offset(JOURNAL.name, partition) - 1

    put = run("quarantine", f"{partition}/{offset}/1", "--kafka")
    refused = run("quarantine", f"{partition}/{offset - 1}/0", "--kafka")
    listed = json.loads(run("quarantine", "list", "--kafka", "--json").out)

    assert (put.exit_code, refused.exit_code) == (0, 2)
    assert "decided already" in refused.err
    assert [(one["word"]["place"], one["applied"]) for one in listed] == [(f"{partition}/{offset}/1", False)]


def test_status_and_explain_tell_of_the_workers_board(
    towns: Towns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = ("--kafka", "--data", tmp_path)
    missing = run("status", *at)
    assert run("board", "rebuild", *at).exit_code == 0

    status = run("status", *at, "--json").document
    waiting = status["waiting_most_urgent"][0]["ask"]
    told = run("explain", waiting, *at, "--json").document
    match = told["matches"][0]["row"]["match"] if told["matches"] else None
    words = run("status", *at)
    nobody = run("explain", "nobody", *at)
    monkeypatch.setenv("COMMONWEAL_DATABASE_URL", f"sqlite:///{tmp_path / 'board.sqlite'}")
    by_address = run("explain", waiting, "--kafka")
    monkeypatch.setenv("COMMONWEAL_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    without_broker = run("status", "--kafka")

    assert (missing.exit_code, "there is no board yet" in missing.err) == (1, True)
    assert {each["community"] for each in status["communities"]} == set(towns.names)
    behind = {each["partition"]: (each["engine_behind"], each["board_behind"]) for each in status["partitions"]}
    assert behind == dict.fromkeys(towns.partitions, (1, 0))
    assert " ".join(words.out.split()).count("engine 1 behind the journal") == len(towns.partitions)
    assert (told["kind"], told["ask"]["row"]["ask"]) == ("ask", waiting)
    assert match is None or run("explain", match, *at).exit_code == 0
    assert (nobody.exit_code, "`commonweal status --kafka` shows some" in nobody.err) == (1, True)
    assert (by_address.exit_code, waiting in by_address.out) == (0, True)
    assert (without_broker.exit_code, "how far behind it is cannot be told" in without_broker.err) == (0, True)


@pytest.mark.parametrize("command", ["submit events.jsonl", "up", "quarantine 0/1/1"])
def test_a_word_about_log_time_that_no_worker_would_hear_is_refused(towns: Towns, command: str) -> None:
    before = {partition: towns.log.next_offset(JOURNAL.name, partition) for partition in towns.partitions}

    said = run(*command.split(), "--kafka", "--allow-leap")

    assert said.exit_code == 2
    assert "clock.leap_allowed" in said.err
    assert {partition: towns.log.next_offset(JOURNAL.name, partition) for partition in towns.partitions} == before


def test_a_cluster_that_is_not_there_is_said_in_a_sentence(
    kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMONWEAL_KAFKA_BOOTSTRAP", "127.0.0.1:1")

    said = run("verify", "--kafka")

    assert said.exit_code == 2
    assert "127.0.0.1:1: no Kafka broker answers" in said.err
