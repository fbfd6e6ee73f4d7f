"""A worker is stopped in its sleep, its successor is a later version and decides by a newer policy, the first wakes up."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from schemas.decisions import DecisionBlock
from schemas.operations import PolicySet
from schemas.partitions import partition_of
from schemas.topics import TOPICS
from services.embedded import verify
from services.matching.engine import LOGIC_VERSION
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from tests.kafka.matching_child import LATER
from tests.kafka.matching_workers import Workers, await_caught_up, caught_up, history
from tests.kafka.towns import SOON, Towns, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("journal", "decisions", "quarantine")], indirect=True),
]


@pytest.fixture
def log(kafka: KafkaSettings) -> Iterator[KafkaLog]:
    with closing(KafkaLog(kafka, TOPICS)) as opened:
        yield opened


def versions(log: KafkaLog, partition: int) -> set[str]:
    return {DecisionBlock.model_validate_json(one).logic.split("+")[0] for one in history(log, partition)}


def test_a_worker_that_wakes_up_beside_a_later_version_writes_no_second_history(
    kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    towns = Towns(log)
    with Workers(kafka, tmp_path) as workers:
        sleeper = workers.start("sleeper")
        towns.live_until(lambda: caught_up(log, towns.partitions), "deciding")
        for _ in range(20):
            towns.go_on()  # something to be in the midst of
        sleeper.send_signal(signal.SIGSTOP)
        workers.start("successor", later=True)
        for name in towns.names:
            towns.say(name, [PolicySet(community=name, policy=SOON.model_copy(update={"name": "newer"}))])
        until(lambda: all(LATER in versions(log, one) for one in towns.partitions), "the successor's taking over")
        await_caught_up(log, towns.partitions, "deciding as the successor")
        sleeper.send_signal(signal.SIGCONT)
        towns.live(10)
        await_caught_up(log, towns.partitions, "deciding as both")
    found = verify(log)

    assert found.breach is None
    assert not any(one.undecided for one in found.partitions)
    assert all(one.not_decided_again for one in found.partitions)
    assert [versions(log, partition_of(name)) - {LATER} for name in towns.names] == [{LOGIC_VERSION}] * len(towns.names)
