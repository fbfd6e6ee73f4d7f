"""A matching worker is killed, at every point where it hurts and at any moment: one history, decided once."""

import random
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from schemas.topics import TOPICS
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


@pytest.mark.parametrize(("step", "times"), [("decide", 30), ("append decisions", 30), ("snapshot", 12), ("commit", 3)])
def test_killed_after_any_step_the_next_worker_goes_on_and_each_decision_stands_once(
    step: str, times: int, kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    towns = Towns(log)
    with Workers(kafka, tmp_path) as workers:
        killed = workers.start(kill=[step, times], eager=True)
        towns.live_until(lambda: killed.poll() is not None, "being killed")
        workers.start(eager=True)
        towns.live(2)
        await_caught_up(log, towns.partitions, "deciding what is left")

        assert killed.returncode == -signal.SIGKILL
    assert one_history(log, towns.partitions)


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.long)])
def test_killed_at_any_moment_under_load_two_workers_write_one_history(
    kills: int, kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    seed = kills
    chance = random.Random(seed)
    towns = Towns(log)
    with Workers(kafka, tmp_path) as workers:
        running = {place: workers.start(place, eager=True) for place in ("one", "two")}
        for _ in range(kills):
            towns.live(chance.uniform(2, 6))
            place = chance.choice(sorted(running))
            running[place].kill()
            running[place].wait()
            running[place] = workers.start(place, eager=True)
        towns.live(2)
        await_caught_up(log, towns.partitions, "deciding what is left")

    assert one_history(log, towns.partitions), f"again: seed {seed}"
