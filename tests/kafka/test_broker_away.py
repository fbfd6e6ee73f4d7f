"""All five workers while their broker is frozen, and while it is down: none calls itself ready, none is dead, all go on."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from schemas.topics import DECISIONS, TOPICS
from services.runtime.broker import LocalBroker
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from services.runtime.topics import apply
from services.runtime.worker.health import HEARD_WITHIN_S
from tests.kafka.inbound import said_in, write
from tests.kafka.workers import WorkerProcess, running, within

pytestmark = pytest.mark.slow
NAMES = ("intake", "matching", "board", "notifications", "impact")
NOTICED_WITHIN_S = HEARD_WITHIN_S + 30
"""With what a request that is under way may take before it is given up."""
BACK_WITHIN_S = 120


@contextmanager
def all_workers(kafka: KafkaSettings, folder: Path) -> Iterator[list[WorkerProcess]]:
    """Each service in a process of its own."""
    with ExitStack() as started:
        yield [started.enter_context(running(name, kafka, folder / name, settings(folder))) for name in NAMES]


def settings(folder: Path) -> dict[str, str]:
    return {"COMMONWEAL_DATABASE_URL": f"sqlite:///{folder / 'commonweal.db'}"}


def standing(workers: list[WorkerProcess], path: str, status: int) -> Callable[[], bool]:
    return lambda: all(worker.get(path)[0] == status for worker in workers)


def decisions(kafka: KafkaSettings) -> int:
    with closing(KafkaLog(kafka, TOPICS)) as log:
        return sum(log.next_offset(DECISIONS.name, partition) for partition in log.partitions(DECISIONS.name))


def says(worker: WorkerProcess) -> str:
    return f"{worker.log.stem}: {worker.troubles()}"


@pytest.mark.parametrize("how", ["frozen", "down"])
def test_without_a_broker_no_worker_is_ready_and_none_is_dead_and_all_go_on_when_it_is_back(
    own_broker: LocalBroker, tmp_path: Path, how: str
) -> None:
    bootstrap = own_broker.up().bootstrap
    assert bootstrap is not None
    kafka = KafkaSettings(bootstrap=bootstrap)
    apply(kafka)
    asyncio.run(write(kafka, said_in("north", 30)))
    with all_workers(kafka, tmp_path) as workers:
        within(lambda: decisions(kafka) > 0, "nothing is decided")
        leave, come_back = ways(own_broker, kafka, how)
        leave()
        try:
            unready = [worker for worker in workers if not noticed(worker)]
            assert [says(worker) for worker in unready] == []
            assert standing(workers, "/health/ready", 503)(), "it was heard of by somebody"
            assert standing(workers, "/health/live", 200)(), "starting anew would not help"
        finally:
            come_back()
        within(standing(workers, "/health/ready", 200), "not all are ready again", BACK_WITHIN_S)
        decided = decisions(kafka)
        asyncio.run(write(kafka, said_in("south", 30)))
        within(lambda: decisions(kafka) > decided, "nothing is decided any more", BACK_WITHIN_S)

        assert all(worker.process.poll() is None for worker in workers)


def noticed(worker: WorkerProcess) -> bool:
    """Whether it says within bounds that it is not ready."""
    try:
        within(standing([worker], "/health/ready", 503), "ready without a broker", NOTICED_WITHIN_S)
    except AssertionError:
        return False
    return True


def ways(broker: LocalBroker, kafka: KafkaSettings, how: str) -> tuple[Callable[[], object], Callable[[], object]]:
    """How the broker goes, and how it comes back."""
    if how == "frozen":
        return broker.freeze, broker.thaw
    return broker.down, LocalBroker(broker.folder, port=int(kafka.bootstrap.split(":")[1])).up
