"""The dashboard: whole, readable, and asking for what services expose."""

from itertools import combinations
from typing import Any

import pytest
import yaml

from services.runtime.metrics import CATALOGUE
from tests.deploy.dashboard import DASHBOARD, PANELS, QUERIES
from tests.deploy.queries import metrics_in, unknown_names
from tests.house.sources import ROOT

GRAFANA = ROOT / "deploy/grafana"
COLUMNS = 24
each_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])


@pytest.mark.parametrize(("title", "query"), QUERIES)
def test_a_panel_asks_for_what_services_expose(title: str, query: str) -> None:
    assert unknown_names(title, query) == []


def test_every_metric_of_the_catalogue_is_shown() -> None:
    shown = {name for _, query in QUERIES for name in metrics_in(query)}
    assert shown == {metric.full_name for metric in CATALOGUE}


def test_it_shows_what_an_operator_looks_for_first() -> None:
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    assert rows == ["People", "Flow", "Lag", "Deciding", "Trouble", "Recovery", "Machine"]


@each_panel
def test_a_panel_says_what_it_shows_and_in_which_unit(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert [target["refId"] for target in panel["targets"]] == list("ABCDEF"[: len(panel["targets"])])


@each_panel
def test_a_panel_asks_the_prometheus_that_is_provisioned(panel: dict[str, Any]) -> None:
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text(encoding="utf-8"))
    uids = {source["uid"] for source in sources["datasources"]}
    assert {panel["datasource"]["uid"]} | {target["datasource"]["uid"] for target in panel["targets"]} <= uids


def test_grafana_finds_the_dashboard_where_it_is_told_to_look() -> None:
    found = yaml.safe_load((GRAFANA / "provisioning/dashboards/commonweal.yml").read_text(encoding="utf-8"))
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    (provider,) = found["providers"]
    mounted = {volume.split(":")[1] for volume in compose["services"]["grafana"]["volumes"]}
    assert f"{provider['options']['path']}/commonweal.json" in mounted


def test_panels_lie_beside_each_other_and_have_numbers_of_their_own() -> None:
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(place["x"] + place["w"] <= COLUMNS for place in places)
    assert not [pair for pair in combinations(places, 2) if _overlap(*pair)]


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )
