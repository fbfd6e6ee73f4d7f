"""What every service counts for its operator: one catalogue, and a registry of it per process.

`build_metrics()` makes the registry of a process; nothing is made at import. Times are seconds, sizes bytes. Labels take
few values and never name a person, a place or an event: what is not in the catalogue's lists is counted as `other`.
`docs/metrics.md` is this catalogue as a page.
"""

from services.runtime.metrics.catalogue import CATALOGUE, LABEL_VALUES_MAX, OTHER, PREFIX, Label, Metric
from services.runtime.metrics.page import CONTENT_TYPE, catalogue_table, exposed
from services.runtime.metrics.registry import Metrics, build_metrics

__all__ = [
    "CATALOGUE",
    "CONTENT_TYPE",
    "LABEL_VALUES_MAX",
    "OTHER",
    "PREFIX",
    "Label",
    "Metric",
    "Metrics",
    "build_metrics",
    "catalogue_table",
    "exposed",
]
