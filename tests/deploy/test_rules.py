"""Alerts: valid to the tools that will read them, tested in both directions, and each with a page that helps."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy.programs import answer
from tests.deploy.queries import unknown_names
from tests.house.sources import ROOT

PROMETHEUS = ROOT / "deploy/prometheus"
ALERTMANAGER = ROOT / "deploy/alertmanager/alertmanager.yml"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "rules.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
NAMES = [rule["alert"] for rule in RULES]
SEVERITIES = {"page", "ticket"}
SECTIONS = ("## What it means", "## What to look at", "## What to do")

each_rule = pytest.mark.parametrize("rule", RULES, ids=NAMES)


@pytest.mark.parametrize("name", ["prometheus.yml", "kubernetes.yml"])
def test_prometheus_takes_its_configuration(name: str) -> None:
    said = answer("promtool", "check", "config", PROMETHEUS / name)
    assert said.returncode == 0, said.stdout + said.stderr


def test_prometheus_takes_the_rules() -> None:
    said = answer("promtool", "check", "rules", PROMETHEUS / "rules.yml")
    assert said.returncode == 0, said.stdout + said.stderr
    assert f"{len(RULES)} rules found" in said.stdout


def test_alertmanager_takes_its_configuration() -> None:
    said = answer("amtool", "check-config", ALERTMANAGER)
    assert said.returncode == 0, said.stdout + said.stderr


def test_each_alert_fires_when_it_must_and_is_silent_when_it_must() -> None:
    said = answer("promtool", "test", "rules", PROMETHEUS / "rules.test.yml")
    assert said.returncode == 0, said.stdout + said.stderr


@each_rule
def test_a_rule_has_a_test_that_it_fires_and_one_that_it_stays_silent(rule: dict[str, Any]) -> None:
    judged = [
        bool(judgement["exp_alerts"])
        for case in yaml.safe_load((PROMETHEUS / "rules.test.yml").read_text(encoding="utf-8"))["tests"]
        for judgement in case["alert_rule_test"]
        if judgement["alertname"] == rule["alert"]
    ]
    assert {True, False} <= set(judged), f"deploy/prometheus/rules.test.yml judges {rule['alert']} only {judged}"


@each_rule
def test_a_rule_asks_for_what_services_expose(rule: dict[str, Any]) -> None:
    assert unknown_names(rule["alert"], rule["expr"]) == []


@each_rule
def test_a_rule_tells_an_operator_what_it_means_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in SEVERITIES
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    page = ROOT / rule["annotations"]["runbook"]
    assert page.is_file(), f"{rule['alert']} names {rule['annotations']['runbook']}; write it"
    text = page.read_text(encoding="utf-8")
    assert rule["alert"] in text, f"{rule['annotations']['runbook']} does not name {rule['alert']}"
    assert [line for line in text.splitlines() if line.startswith("## ")][:3] == list(SECTIONS)


def test_every_runbook_belongs_to_an_alert() -> None:
    named = {rule["annotations"]["runbook"] for rule in RULES}
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/runbooks").glob("*.md")}
    assert pages == named


def test_alertmanager_speaks_of_alerts_and_severities_that_exist() -> None:
    text = ALERTMANAGER.read_text(encoding="utf-8")
    alerts = {name for value in re.findall(r'alertname=~?"([^"]+)"', text) for name in value.split("|")}
    assert alerts <= set(NAMES)
    assert set(re.findall(r'severity="(\w+)"', text)) <= SEVERITIES


def test_a_name_that_no_service_exposes_is_found() -> None:
    query = 'sum by (town) (rate(commonweal_asks_lost_total[5m])) / commonweal_lag_seconds{topic="asks", person="x"}'
    assert unknown_names("panel", query) == [
        "panel asks for commonweal_asks_lost_total, which services/runtime/metrics does not have",
        "panel picks commonweal_lag_seconds by person, which it does not have",
        "panel groups by town, which nothing in it has",
    ]


def test_a_histogram_is_asked_for_by_its_parts() -> None:
    assert unknown_names("panel", "sum by (le) (rate(commonweal_decide_seconds_bucket[1m]))") == []
    assert len(unknown_names("panel", "commonweal_decide_seconds")) == 1
