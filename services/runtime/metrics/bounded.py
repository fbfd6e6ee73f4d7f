"""Prometheus metrics whose labels stay few: a value that the catalogue does not know is counted as `other`.

An id that slips into a label would make a series per person; here it cannot.
"""

import re
from collections.abc import Callable

import prometheus_client

from services.runtime.metrics.catalogue import LABEL_VALUES_MAX, OTHER, Metric

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")


class LabelValues:
    """The values the labels of one metric have taken so far."""

    def __init__(self, metric: Metric) -> None:
        self._labels = metric.labels
        self._taken: dict[str, set[str]] = {label.name: set() for label in metric.labels}

    def bounded(self, values: dict[str, str]) -> dict[str, str]:
        """The same values, `other` in place of each that its label does not take.

        Raises:
            KeyError: a label of the metric is missing.
        """
        return {label.name: self._one(label.name, label.values, str(values[label.name])) for label in self._labels}

    def _one(self, name: str, known: frozenset[str] | None, value: str) -> str:
        if known is not None:
            return value if value in known else OTHER
        taken = self._taken[name]
        if value not in taken:
            if len(taken) >= LABEL_VALUES_MAX or not _WORD.fullmatch(value):
                return OTHER
            taken.add(value)
        return value


class Counter:
    """What only grows."""

    def __init__(self, metric: Metric, registry: prometheus_client.CollectorRegistry) -> None:
        self._values = LabelValues(metric)
        self._plain = prometheus_client.Counter(metric.full_name, metric.meaning, names(metric), registry=registry)

    def inc(self, amount: float = 1, **labels: str) -> None:
        """Count so many more; every label of the metric is named."""
        (self._plain.labels(**self._values.bounded(labels)) if labels else self._plain).inc(amount)


class Gauge:
    """What goes up and down."""

    def __init__(self, metric: Metric, registry: prometheus_client.CollectorRegistry) -> None:
        self._values = LabelValues(metric)
        self._plain = prometheus_client.Gauge(metric.full_name, metric.meaning, names(metric), registry=registry)

    def set(self, value: float, **labels: str) -> None:
        """So much it is now; every label of the metric is named."""
        (self._plain.labels(**self._values.bounded(labels)) if labels else self._plain).set(value)

    def inc(self, amount: float = 1, **labels: str) -> None:
        """So much more, or less where the amount is negative."""
        (self._plain.labels(**self._values.bounded(labels)) if labels else self._plain).inc(amount)

    def asked(self, read: Callable[[], float]) -> None:
        """From now on the value is read whenever somebody asks for it. Only for metrics without labels."""
        self._plain.set_function(read)


class Histogram:
    """How often something took how long."""

    def __init__(self, metric: Metric, registry: prometheus_client.CollectorRegistry) -> None:
        self._values = LabelValues(metric)
        self._plain = prometheus_client.Histogram(
            metric.full_name, metric.meaning, names(metric), registry=registry, buckets=metric.buckets
        )

    def observe(self, seconds: float, **labels: str) -> None:
        """It took so long."""
        (self._plain.labels(**self._values.bounded(labels)) if labels else self._plain).observe(seconds)


def names(metric: Metric) -> tuple[str, ...]:
    """The names of a metric's labels."""
    return tuple(label.name for label in metric.labels)
