"""Prometheus metrics whose labels stay few: a value that the catalogue does not know is counted as `other`.

An id that slips into a label would make a series per person; here it cannot.
"""

import re
from collections.abc import Callable
from typing import Generic, TypeVar

import prometheus_client
from prometheus_client.metrics import MetricWrapperBase

from services.runtime.metrics.catalogue import LABEL_VALUES_MAX, OTHER, Metric

Kind = TypeVar("Kind", bound=MetricWrapperBase)
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


class SeriesOf(Generic[Kind]):
    """The series of one metric by the values of its labels; the metric itself where nothing is told apart."""

    def __init__(self, metric: Metric, plain: Kind) -> None:
        self._values = LabelValues(metric)
        self._plain = plain
        self._known: dict[tuple[tuple[str, str], ...], Kind] = {}
        """By labels as they were given, where none was bounded: as few as there are series."""

    def __call__(self, labels: dict[str, str]) -> Kind:
        """The series these labels belong to.

        Raises:
            KeyError: a label of the metric is missing.
        """
        if not labels:
            return self._plain
        given = tuple(labels.items())
        known = self._known.get(given)
        if known is None:
            bounded = self._values.bounded(labels)
            known = self._plain.labels(**bounded)
            if bounded == labels:
                self._known[given] = known
        return known


class Counter:
    """What only grows."""

    def __init__(self, metric: Metric, registry: prometheus_client.CollectorRegistry) -> None:
        self._plain = prometheus_client.Counter(metric.full_name, metric.meaning, names(metric), registry=registry)
        self._series = SeriesOf(metric, self._plain)

    def inc(self, amount: float = 1, **labels: str) -> None:
        """Count so many more; every label of the metric is named."""
        self._series(labels).inc(amount)


class Gauge:
    """What goes up and down."""

    def __init__(self, metric: Metric, registry: prometheus_client.CollectorRegistry) -> None:
        self._plain = prometheus_client.Gauge(metric.full_name, metric.meaning, names(metric), registry=registry)
        self._series = SeriesOf(metric, self._plain)

    def set(self, value: float, **labels: str) -> None:
        """So much it is now; every label of the metric is named."""
        self._series(labels).set(value)

    def inc(self, amount: float = 1, **labels: str) -> None:
        """So much more, or less where the amount is negative."""
        self._series(labels).inc(amount)

    def asked(self, read: Callable[[], float]) -> None:
        """From now on the value is read whenever somebody asks for it. Only for metrics without labels."""
        self._plain.set_function(read)


class Histogram:
    """How often something took how long."""

    def __init__(self, metric: Metric, registry: prometheus_client.CollectorRegistry) -> None:
        plain = prometheus_client.Histogram(
            metric.full_name, metric.meaning, names(metric), registry=registry, buckets=metric.buckets
        )
        self._series = SeriesOf(metric, plain)

    def observe(self, seconds: float, **labels: str) -> None:
        """It took so long."""
        self._series(labels).observe(seconds)


def names(metric: Metric) -> tuple[str, ...]:
    """The names of a metric's labels."""
    return tuple(label.name for label in metric.labels)
