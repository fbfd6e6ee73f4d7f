"""What a PromQL expression names: metrics of ours, and the labels it picks them by."""

import re

from services.runtime.metrics import CATALOGUE, Metric

OF_THE_SCRAPE = {"job", "service", "instance"}
"""Labels that Prometheus adds to every series."""
_SUFFIXES = ("_bucket", "_sum", "_count")
_SELECTED = re.compile(r"\b(commonweal_\w+)(?:\{([^}]*)\})?")
_GROUPED = re.compile(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")


def unknown_names(where: str, query: str) -> list[str]:
    """Metrics and labels in a query that the catalogue does not have; one sentence each."""
    found = []
    of_these: set[str] = set()
    for name, selectors in _SELECTED.findall(query):
        metric = _metric(name)
        if metric is None:
            found.append(f"{where} asks for {name}, which services/runtime/metrics does not have")
            continue
        labels = (
            {label.name for label in metric.labels} | OF_THE_SCRAPE | ({"le"} if name.endswith("_bucket") else set())
        )
        of_these |= labels
        found += [
            f"{where} picks {name} by {label}, which it does not have"
            for label in _LABEL.findall(selectors)
            if label not in labels
        ]
    grouped = {label.strip() for labels in _GROUPED.findall(query) for label in labels.split(",") if label.strip()}
    known = of_these or OF_THE_SCRAPE
    return found + [f"{where} groups by {label}, which nothing in it has" for label in sorted(grouped - known)]


def metrics_in(query: str) -> set[str]:
    """Full names, as in the catalogue, of the metrics a query asks for."""
    return {metric.full_name for name, _ in _SELECTED.findall(query) if (metric := _metric(name))}


def _metric(name: str) -> Metric | None:
    for metric in CATALOGUE:
        if metric.full_name == name:
            return metric if metric.kind != "histogram" else None
        if metric.kind == "histogram" and name in {metric.full_name + suffix for suffix in _SUFFIXES}:
            return metric
    return None
