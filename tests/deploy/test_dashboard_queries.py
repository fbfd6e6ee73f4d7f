"""Every query of the dashboard and of the rules in a real Prometheus, over the catalogue as a process exposes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import start_http_server

from services.runtime.metrics import CATALOGUE, Metrics, build_metrics
from tests.deploy.dashboard import QUERIES
from tests.deploy.scraping import Prometheus, scraping
from tests.house.sources import ROOT

pytestmark = pytest.mark.slow

SERVICES = ("intake", "matching", "board", "notifications", "impact")
SEEN_WITHIN_S = 30.0


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One that scrapes a process that has counted something of everything."""
    metrics = build_metrics(version="0.1.0", logic="7")
    _count_everything(metrics)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=metrics.registry)
    folder: Path = tmp_path_factory.mktemp("prometheus")
    at = f"127.0.0.1:{server.server_port}"
    with scraping(folder, dict.fromkeys(SERVICES, at)) as running:
        assert running.wait_for_series("count(rate(commonweal_blocks_written_total[1m])) == 5", SEEN_WITHIN_S)
        yield running
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(("title", "query"), QUERIES)
def test_a_panel_shows_something(prometheus: Prometheus, title: str, query: str) -> None:
    assert prometheus.series(query), f"{title} stays empty"


def test_a_query_that_is_none_is_refused(prometheus: Prometheus) -> None:
    with pytest.raises(ValueError, match="parse error"):
        prometheus.series("sum by (commonweal_lag_seconds")


def test_every_rule_is_judged_without_an_error(prometheus: Prometheus) -> None:
    rules = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text(encoding="utf-8"))
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    assert all(isinstance(prometheus.series(expression), list) for expression in expressions)
    assert "WorkerDown" not in prometheus.alerts()


def _count_everything(metrics: Metrics) -> None:
    for metric in CATALOGUE:
        labels = {label.name: min(label.values) if label.values else "some" for label in metric.labels}
        counted = getattr(metrics, metric.name.removesuffix("_total").removesuffix("_timestamp_seconds"))
        count = {"counter": "inc", "gauge": "set", "histogram": "observe"}[metric.kind]
        getattr(counted, count)(1, **labels)
