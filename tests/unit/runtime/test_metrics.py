"""The metrics catalogue: each line on /metrics, and no label that could hold an id."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from services.runtime.metrics import CATALOGUE, LABEL_VALUES_MAX, PREFIX, build_metrics, catalogue_table, exposed

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"
NAMES = """
    events_received_total blocks_written_total records_decided_total facts_total decide_seconds round_seconds
    ask_to_proposal_seconds asks_waiting asks_overdue oldest_waiting_seconds dead_letters_total quarantined_total
    lag_records lag_seconds recovering_partitions recovery_seconds snapshot_seconds snapshot_bytes send_errors_total
    engines_dropped_total board_rows_total notifications_requested_total last_progress_timestamp_seconds
    disk_free_bytes build_info
""".split()


def test_every_name_that_dashboards_and_rules_lean_on_is_in_the_catalogue() -> None:
    assert set(NAMES) <= {metric.name for metric in CATALOGUE}


def test_every_metric_of_the_catalogue_is_exposed_under_its_name_and_with_its_meaning() -> None:
    told = exposed(build_metrics(version="1")).decode()

    for metric in CATALOGUE:
        assert re.search(rf"^# HELP {metric.full_name} {re.escape(metric.meaning)}$", told, re.MULTILINE)
        assert re.search(rf"^# TYPE {metric.full_name} {metric.kind}$", told, re.MULTILINE)


def test_nothing_of_ours_is_exposed_that_the_catalogue_does_not_name() -> None:
    told = exposed(build_metrics(version="1")).decode()

    families = {name for name in re.findall(r"^# TYPE (\S+)", told, re.MULTILINE) if name.startswith(PREFIX)}
    assert families - {metric.full_name for metric in CATALOGUE} == {f"{name}_created" for name in _with_a_birthday()}


def _with_a_birthday() -> set[str]:
    """prometheus_client says of counters and histograms when they began, once a series of theirs exists."""
    return {
        metric.full_name.removesuffix("_total")
        for metric in CATALOGUE
        if metric.kind in ("counter", "histogram") and not metric.labels
    }


def test_units_and_kinds_are_in_the_names() -> None:
    for metric in CATALOGUE:
        assert (metric.kind == "counter") == metric.name.endswith("_total"), metric.name
        assert bool(metric.buckets) == (metric.kind == "histogram"), metric.name
        assert metric.kind != "histogram" or metric.name.endswith("_seconds"), metric.name
        assert "ms" not in metric.name.split("_"), metric.name


def test_labels_are_few_and_never_speak_of_people_places_or_events() -> None:
    refused = {"member", "ask", "offer", "match", "community", "partition", "offset", "id", "event", "cell", "source"}

    for metric in CATALOGUE:
        assert refused.isdisjoint(label.name for label in metric.labels), metric.name
        for label in metric.labels:
            assert label.values is None or 0 < len(label.values) <= LABEL_VALUES_MAX, metric.name


def test_a_value_that_a_closed_label_does_not_know_is_counted_as_other() -> None:
    metrics = build_metrics(version="1")

    metrics.events_received.inc(2, topic="asks")
    metrics.events_received.inc(3, topic="member-17")

    assert _series(exposed(metrics), "events_received_total") == {"asks": 2, "other": 3}


def test_an_open_label_takes_so_many_words_and_counts_the_rest_as_other() -> None:
    metrics = build_metrics(version="1")

    for number in range(LABEL_VALUES_MAX + 10):
        metrics.dead_letters.inc(reason=f"reason-{number}")
    metrics.dead_letters.inc(reason="Maria, 5th floor, at the back")

    series = _series(exposed(metrics), "dead_letters_total")
    assert len(series) == LABEL_VALUES_MAX + 1
    assert series["other"] == 11


def test_two_registries_know_nothing_of_each_other() -> None:
    one, other = build_metrics(version="1"), build_metrics(version="1")

    one.quarantined.inc()

    assert b"commonweal_quarantined_total 1.0" in exposed(one)
    assert b"commonweal_quarantined_total 0.0" in exposed(other)


def test_the_page_is_the_catalogue() -> None:
    assert catalogue_table() in PAGE.read_text(encoding="utf-8")


def _series(told: bytes, name: str) -> dict[str, float]:
    return {
        sample.labels[next(iter(sample.labels))]: sample.value
        for family in text_string_to_metric_families(told.decode())
        for sample in family.samples
        if sample.name == PREFIX + name
    }
