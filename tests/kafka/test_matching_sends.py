"""One send fails and the next would succeed: nothing is lost for good, and nothing stands twice."""

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


@pytest.mark.parametrize("written", ["before", "after"])
def test_after_a_send_that_failed_the_engine_is_restored_and_nothing_is_missing(
    written: str, kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    towns = Towns(log)
    with Workers(kafka, tmp_path) as workers:
        workers.start(fail=[written, 25])
        towns.live_until(lambda: "a test lost" in workers.said(), "a send's failing")
        towns.live(2)
        await_caught_up(log, towns.partitions, "deciding what came")

    assert one_history(log, towns.partitions)
    assert [log.next_offset(DECISIONS.name, one) for one in towns.partitions] == [
        log.next_offset(JOURNAL.name, one) for one in towns.partitions
    ]
