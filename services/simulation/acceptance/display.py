"""The figures of several policies beside each other, as a table on a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

HEADINGS = {
    "fulfilled": "fulfilled",
    "median_accept_min": "median minutes",
    "proposals_per_fulfilled": "asked per fulfilled",
    "asked_over_3": "asked more than 3 times",
    "in_vain": "in vain per fulfilled",
}
NAMES = {"nearest": "the same, ranked by nearness", "one_at_a_time": "one at a time, the nearest"}


def figures_table(found: Mapping[str, Any]) -> Table:
    """Means with their standard deviations; the policy itself first."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("policy", no_wrap=True)
    for heading in HEADINGS.values():
        table.add_column(heading, justify="right")
    for name, figures in found["figures"].items():
        own = name == found["policy"]
        cells = (_cell(figures[column]) for column in HEADINGS)
        table.add_row(f"Commonweal, {name}" if own else NAMES[name], *cells, style="bold" if own else "")
    return table


def _cell(figure: Mapping[str, float] | None) -> str:
    return "-" if figure is None else f"{figure['mean']:.3g} ± {figure['sd']:.2g}"
