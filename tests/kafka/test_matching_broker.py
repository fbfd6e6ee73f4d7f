"""The broker hangs, dies, comes back, cleans up: nothing is lost, and nothing is decided twice."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from schemas.dead_letters import Quarantined
from schemas.topics import QUARANTINE, TOPICS
from services.runtime.broker import LocalBroker
from services.runtime.kafka import KafkaSettings, administering
from services.runtime.kafka_log import KafkaLog
from services.runtime.log import scan
from services.runtime.quarantine import Quarantine
from services.runtime.topics import apply
from tests.kafka.matching_workers import Workers, await_caught_up, caught_up, one_history
from tests.kafka.towns import Towns, until

NEEDED = ("journal", "decisions", "quarantine")
pytestmark = [pytest.mark.slow]


@pytest.mark.parametrize("seconds", [8, pytest.param(60, marks=pytest.mark.long)])
def test_a_broker_that_hangs_and_one_that_is_killed_are_waited_for(
    seconds: int, own_broker: LocalBroker, tmp_path: Path
) -> None:
    bootstrap = own_broker.up().bootstrap
    assert bootstrap is not None
    kafka = KafkaSettings(bootstrap=bootstrap)
    apply(kafka, NEEDED)
    with closing(KafkaLog(kafka, TOPICS)) as log, Workers(kafka, tmp_path) as workers:
        towns = Towns(log)
        workers.start()
        towns.live_until(lambda: caught_up(log, towns.partitions), "deciding")
        for _ in range(10):
            towns.go_on()
        own_broker.freeze()
        threading.Event().wait(seconds)
        own_broker.thaw()
        towns.live(2)
        await_caught_up(log, towns.partitions, "going on after it hung")
        for _ in range(10):
            towns.go_on()
        own_broker.kill()
        LocalBroker(own_broker.folder).up()  # where it listened before
        towns.live(2)
        await_caught_up(log, towns.partitions, "going on after it was killed")

        assert one_history(log, towns.partitions)


@pytest.mark.parametrize("kafka", [NEEDED], indirect=True)
def test_operators_words_outlive_compaction(kafka: KafkaSettings) -> None:
    compact_at_once(kafka)
    with closing(KafkaLog(kafka, TOPICS)) as log:
        quarantine = Quarantine(log)

        def says(at_ms: int) -> None:
            for index in range(3):
                place = f"7/12/{index}"
                quarantine.put(Quarantined(place=place, operator="somebody", reason="engine-stopped", at_ms=at_ms))

        for at_ms in range(1, 20):
            says(at_ms)
        moments = iter(range(20, 10_000))

        def is_compacted() -> bool:
            says(next(moments))
            left = sum(1 for _ in scan(log, QUARANTINE.name, 7))
            return left < log.next_offset(QUARANTINE.name, 7) - 20

        until(is_compacted, "compaction")
        words = Quarantine(log).of(7)

        assert [words[12][index].at_ms for index in range(3)] == [next(moments) - 1] * 3


def compact_at_once(kafka: KafkaSettings) -> None:
    """Have the broker clean the topic as soon as it looks, which it does every 15 seconds."""
    from kafka.admin import ConfigResource, ConfigResourceType

    eager = {"min.cleanable.dirty.ratio": "0.001", "segment.ms": "50", "max.compaction.lag.ms": "100"}
    with administering(kafka, "compact") as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, kafka.topic(QUARANTINE.name), eager)])
