"""The metrics as they are read: by Prometheus from /metrics, and by people from the catalogue's page."""

from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.runtime.metrics.catalogue import CATALOGUE, Metric
from services.runtime.metrics.registry import Metrics

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


def exposed(metrics: Metrics) -> bytes:
    """What /metrics answers, in Prometheus's text form."""
    return generate_latest(metrics.registry)


def catalogue_table() -> str:
    """The catalogue as a table in Markdown, as it stands in docs/metrics.md."""
    rows = ["| metric | kind | labels | meaning | when it looks wrong |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(_row(metric) for metric in CATALOGUE)])


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label.name}`" for label in metric.labels)
    return f"| `{metric.full_name}` | {metric.kind} | {labels} | {metric.meaning} | {metric.remedy} |"
