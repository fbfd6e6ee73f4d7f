"""The matching worker beside a real broker, with nothing going wrong."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from tests.kafka.matching_workers import Workers, await_caught_up, one_history
from tests.kafka.towns import Towns

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("journal", "decisions", "quarantine")], indirect=True),
]


@pytest.fixture
def log(kafka: KafkaSettings) -> Iterator[KafkaLog]:
    with closing(KafkaLog(kafka, TOPICS)) as opened:
        yield opened


def test_what_was_journalled_is_decided_as_an_engine_in_this_process_decides_it(
    kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    towns = Towns(log)
    for _ in range(20):
        towns.go_on()
    with Workers(kafka, tmp_path) as workers:
        worker = workers.start()
        await_caught_up(log, towns.partitions, "deciding what was there")
        towns.live(5)
        await_caught_up(log, towns.partitions, "deciding what came")
        worker.send_signal(signal.SIGTERM)

        assert worker.wait(30) == 0
    assert one_history(log, towns.partitions)
    assert [log.next_offset(DECISIONS.name, one) for one in towns.partitions] == [
        log.next_offset(JOURNAL.name, one) for one in towns.partitions
    ]


def test_a_worker_that_starts_anew_goes_on_where_its_snapshot_and_the_decisions_end(
    kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    towns = Towns(log)
    with Workers(kafka, tmp_path) as workers:
        for _ in range(2):
            worker = workers.start(eager=True)
            towns.live(3)
            await_caught_up(log, towns.partitions, "deciding what came")
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(30) == 0
        said = workers.said()

    assert one_history(log, towns.partitions)
    assert "cannot be read" not in said
    assert (tmp_path / "one" / "board.sqlite").stat().st_size > 0
