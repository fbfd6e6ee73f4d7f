"""What a run shows on a terminal: how far it is, and its report as a table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from textwrap import fill
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from services.simulation.comparison import Row

LINE_MIN = 40
NAMES = {
    "nearest_at_once": "nearest at once",
    "nearest_10s_rounds": "nearest, every 10 s",
    "longest_waiting_first": "longest waiting first",
}
COLUMNS = ("pairs", "share", "mean_distance_m", "mean_wait_s", "mean_wait_all_s", "p95_wait_s")
HEADINGS = ("pairs", "of best", "way", "wait", "wait, all", "95 % within")
"""Way and wait are means; `wait, all` counts those never helped with their whole patience."""


@contextmanager
def progress(what: str, *, quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on the error channel, gone when it is done; nothing where nobody looks.

    Yields:
        To be told how much is done, of how much, and a few words about where things stand.
    """
    shown = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[where]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=quiet,
    )
    with shown:
        task = shown.add_task(what, total=None, where="")

        def told(done: int, total: int, where: str) -> None:
            shown.update(task, completed=done, total=total, where=where)

        yield told


def show_lines(console: Console, heading: str, lines: Iterable[str], *, inward: int = 0) -> None:
    """A heading, and the lines under it with a hanging indent: what is too long for a line goes on under its beginning."""
    if not inward:
        console.print()
    console.print(Text(" " * inward + heading, style="italic" if inward else "bold"), soft_wrap=True)
    for line in lines:
        show_sentence(console, line, inward=inward)


def show_sentence(console: Console, line: str, *, inward: int = 0) -> None:
    """A line that goes on under its beginning; nothing where it is empty."""
    indent, width = " " * (inward + 2), max(console.width, LINE_MIN)
    if line:
        wrapped = fill(line, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
        console.print(Text(wrapped), soft_wrap=True)


def comparison_table(rows: Iterable[Row]) -> Table:
    """Two stories beside each other."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    table.add_column("Commonweal", justify="right", style="bold")
    table.add_column("one at a time", justify="right")
    for row in rows:
        table.add_row(row.what, row.ours, row.theirs)
    return table


def report_table(found: Mapping[str, Any]) -> Table:
    """The load beside the simple policies. Where these say nothing, the load stands alone."""
    best = found["optimum"]
    caption = "" if best is None else f"best possible in hindsight: {best:,} pairs"
    table = Table(box=SIMPLE_HEAD, caption=caption, caption_justify="left")
    table.add_column("policy", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    table.add_row(f"Commonweal, {found['policy']}", *_cells(found), style="bold")
    for name, figures in found["baselines"].items():
        table.add_row(NAMES.get(name, name), *_cells(figures))
    return table


def _cells(figures: Mapping[str, Any]) -> list[str]:
    pairs, share, way, *waits = (figures[name] for name in COLUMNS)
    return [
        f"{pairs:,}",
        "-" if share is None else f"{100 * share:.1f} %",
        "-" if way is None else f"{way:,.0f} m",
        *("-" if wait is None else f"{wait:,.0f} s" for wait in waits),
    ]
