"""Worker processes on a real broker: alive and bounded under a flood, red while the broker is away, and counting by the catalogue."""

import asyncio
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.topics import CONTACT_BUDGETS
from services.runtime.broker import LocalBroker
from services.runtime.kafka import KafkaSettings
from services.runtime.metrics import CATALOGUE, LABEL_VALUES_MAX, OTHER, PREFIX
from services.runtime.topics import apply
from tests.kafka.decided import decided, write
from tests.kafka.reading import committed
from tests.kafka.workers import WorkerProcess, running, within

pytestmark = pytest.mark.slow
TOPICS = ("decisions", "notifications", CONTACT_BUDGETS.name)
MEMORY_BYTES_MAX = 500 * 1024 * 1024
FLOOD_EVENTS = 2_000


@pytest.mark.parametrize("kafka", [TOPICS], indirect=True)
def test_a_flood_is_worked_off_alive_in_bounded_memory_and_counted_by_the_catalogue(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    flood = decided(("north", "south"), FLOOD_EVENTS, block_events=20)
    wanted = {partition: len(written) for partition, written in flood.items()}
    most_bytes, deaths = 0, list[str]()

    with running("notifications", kafka, tmp_path) as worker:
        asyncio.run(write(kafka, flood))
        memory = psutil.Process(worker.process.pid)

        def is_done() -> bool:
            nonlocal most_bytes
            most_bytes = max(most_bytes, memory.memory_info().rss)
            status, body = worker.get("/health/live")
            if status != 200:
                deaths.append(body)
            return asyncio.run(committed(kafka, "notifications", "decisions")) == wanted

        within(is_done, f"the flood was not worked off; see {worker.log}", 120)
        within(lambda: worker.metric("lag_records", topic="decisions") == 0, "its lag does not end")
        assert labels_out_of_bounds(worker) == []
        assert worker.metric("lag_seconds", topic="decisions") == 0
        assert worker.metric("last_progress_timestamp_seconds") > 0
        assert worker.stop() == 0

    assert deaths == []
    assert most_bytes < MEMORY_BYTES_MAX


def labels_out_of_bounds(worker: WorkerProcess) -> list[str]:
    """Series that the catalogue does not allow."""
    known = {metric.full_name.removesuffix("_total"): metric for metric in CATALOGUE}
    found = []
    for family in text_string_to_metric_families(worker.get("/metrics")[1]):
        if not family.name.startswith(PREFIX) or family.name.endswith("_created"):
            continue
        labels = {label.name: label for label in known[family.name].labels}
        taken: dict[str, set[str]] = {}
        for sample in family.samples:
            for name, value in sample.labels.items():
                taken.setdefault(name, set()).add(value)
        for name, values in taken.items():
            if name == "le":
                continue
            closed = labels[name].values
            if len(values) > LABEL_VALUES_MAX + 1 or (closed is not None and not values <= closed | {OTHER}):
                found.append(f"{family.name} {name}: {sorted(values)}")
    return found


@pytest.mark.long  # test_broker_away asks all five workers in less time
def test_while_the_broker_is_away_the_worker_is_not_ready_and_not_dead_and_goes_on_when_it_is_back(
    own_broker: LocalBroker, tmp_path: Path
) -> None:
    bootstrap = own_broker.up().bootstrap
    assert bootstrap is not None
    kafka = KafkaSettings(bootstrap=bootstrap, prefix="away-")
    apply(kafka, TOPICS)
    flood = decided(("north",), 300)

    with running("notifications", kafka, tmp_path) as worker:
        own_broker.freeze()
        try:
            within(lambda: worker.get("/health/ready")[0] == 503, "it calls itself ready without a broker", 90)
            assert "the broker was not heard of" in " ".join(worker.troubles())
            assert worker.get("/health/live")[0] == 200
        finally:
            own_broker.thaw()
        asyncio.run(write(kafka, flood))
        wanted = {partition: len(written) for partition, written in flood.items()}
        within(lambda: asyncio.run(committed(kafka, "notifications", "decisions")) == wanted, "it does not go on", 120)
        within(lambda: worker.get("/health/ready")[0] == 200, f"it is not ready again; see {worker.log}", 90)


def test_a_worker_refuses_a_cluster_without_its_topics_in_a_sentence(own_broker: LocalBroker, tmp_path: Path) -> None:
    bootstrap = own_broker.up().bootstrap
    assert bootstrap is not None
    worker = WorkerProcess("impact", KafkaSettings(bootstrap=bootstrap, prefix="empty-"), tmp_path)

    assert worker.process.wait(60) == 2
    assert "empty-decisions" in worker.said()
    assert "commonweal topics apply" in worker.said()
    assert "Traceback" not in worker.said()
