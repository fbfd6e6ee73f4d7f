from dataclasses import replace
from pathlib import Path

from schemas.topics import DECISIONS, TOPICS
from services.embedded import DataFolder, Embedded
from services.runtime.log import SqliteLog, VirtualClock, scan
from services.simulation.proof import proof_sentences, prove
from tests.unit.embedded.riverside import PARTITION, START_MS, founding


def a_folder(path: Path) -> Path:
    with Embedded.open(path, VirtualClock(START_MS), clock_kind="virtual") as embedded:
        embedded.submit(founding())
        embedded.settle()
    return path


def test_a_folder_in_which_all_is_right_is_said_to_be_right(tmp_path: Path) -> None:
    sentences = proof_sentences(prove(a_folder(tmp_path)))

    assert sentences[0].startswith("An auditor that shares no code with the engine read 1 decisions with 3 facts")
    assert sentences[-1] == "It is: nothing was found that breaks a rule."


def test_a_changed_decision_is_named_and_nothing_is_called_right(tmp_path: Path) -> None:
    honest = DataFolder(a_folder(tmp_path / "honest")).read_log()
    log = SqliteLog(DataFolder(tmp_path).log, TOPICS, VirtualClock(START_MS), clock_kind="virtual")
    for topic in TOPICS.values():
        for partition in honest.partitions(topic.name):
            records = list(scan(honest, topic.name, partition))
            if topic is DECISIONS:
                value = (records[0].value or b"").replace(b'"cell_m":10', b'"cell_m":99')
                records[0] = replace(records[0], value=value)
            log.restore(topic.name, partition, records)
    log.close()
    honest.close()

    sentences = proof_sentences(prove(tmp_path))

    assert "It found that not all of it is right." in sentences[-1]
    assert f"partition {PARTITION}, decision 0" in sentences[-1]
