"""The dashboard and the alerts over real workers: what an operator sees when people ask, offer and answer."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from services.runtime.kafka import KafkaSettings
from services.simulation.bench_kafka.processes import ANSWERS_AT, Site, Worker
from tests.deploy.dashboard import QUERIES
from tests.deploy.queries import metrics_in
from tests.deploy.scraping import Prometheus, scraping
from tests.kafka import inbound

pytestmark = pytest.mark.slow

SERVICES = ("intake", "matching", "board", "notifications", "impact")
ONLY_IN_TROUBLE = {
    "commonweal_engines_dropped_total",
    "commonweal_notifications_withheld_total",
    "commonweal_records_full_total",
}
EXPECTED = [(title, query) for title, query in QUERIES if metrics_in(query).isdisjoint(ONLY_IN_TROUBLE)]
UP_WITHIN_S = 120.0
SHOWN_WITHIN_S = 120.0
LOOK_S = 0.2


@pytest.fixture
def site(kafka: KafkaSettings) -> Iterator[Site]:
    with Site(kafka) as running:
        yield running


def test_every_panel_shows_what_real_services_do_and_an_alert_when_one_is_gone(
    kafka: KafkaSettings, site: Site, tmp_path: Path
) -> None:
    targets = {name: address(worker) for name, worker in [(name, site.start(name)) for name in SERVICES]}
    with scraping(tmp_path, targets) as prometheus:
        asyncio.run(inbound.write(kafka, [*inbound.said_in("north", 600), *rubbish("north", 20)]))

        empty = panels_that_stay_empty(prometheus)
        site.check()
        alerts = prometheus.alerts()
        site.workers[0].kill()
        gone = wait_for_alert(prometheus, "WorkerDown")

    assert empty == []
    assert "firing" not in alerts.values()
    assert gone in {"pending", "firing"}


def panels_that_stay_empty(prometheus: Prometheus) -> list[str]:
    """Also asks every other query, which raises where Prometheus refuses it."""
    end_s = time.monotonic() + SHOWN_WITHIN_S
    shown = {query: prometheus.wait_for_series(query, end_s - time.monotonic()) for _, query in EXPECTED}
    assert all(isinstance(prometheus.series(query), list) for _, query in QUERIES)
    return [f"{title}: {query}" for title, query in EXPECTED if not shown[query]]


def wait_for_alert(prometheus: Prometheus, name: str) -> str:
    end_s = time.monotonic() + SHOWN_WITHIN_S
    while name not in prometheus.alerts() and time.monotonic() < end_s:
        Event().wait(LOOK_S)
    return prometheus.alerts().get(name, "silent")


def rubbish(community: str, count: int) -> list[inbound.Sent]:
    """What no service can use."""
    topic, partition, record = inbound.founded(community)
    return [
        (topic, partition, replace(record, value=b"{", key=f"rubbish-{number}".encode(), headers=()))
        for number in range(count)
    ]


def address(worker: Worker) -> str:
    """`host:port`, as soon as its log says where it answers."""
    end_s = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < end_s:
        worker.check()
        if said := ANSWERS_AT.search(worker.log.read_text(errors="replace")):
            return said[1].removeprefix("http://")
        Event().wait(LOOK_S)
    raise AssertionError(f"{worker.service} is not up after {UP_WITHIN_S:g} s: {worker.last_words()}")
