"""A load: a table of asks and offers goes through Commonweal on a virtual clock, and time goes on until nothing is open.

Everybody's events keep their own moments. One journal record is cut per tick of the policy; where nothing could be
matched before somebody comes or leaves, the clock goes on to the tick of that at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.operations import PolicySet
from schemas.policy import Policy
from schemas.presets import with_certain_answers
from services.intake import CsvMapping, RawEvent, SubmitReport, events_in_table, lines_of
from services.simulation.answers import AcceptAll, Silence
from services.simulation.chronicle import Chronicle
from services.simulation.said import Said
from services.simulation.table_rows import TableRows
from services.simulation.timing import Stopwatch
from services.simulation.virtual_run import Answers, VirtualRun

ROWS_SOURCE = "load"
"""Who sends the rows of a table."""
PAUSE_MS_MAX = 3_600_000
"""How far the clock goes on in one record, where nothing happens: well within every policy's bound on leaps."""
ANSWERS = ("accept", "none")

Told = Callable[[int, int], None]
"""Is told how far the table's clock has come, and how far it goes until the last row, both in milliseconds."""


def silently(come_ms: int, goes_ms: int) -> None:
    """Tell nobody."""
    del come_ms, goes_ms


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be loaded, and how."""

    table: Path
    mapping: CsvMapping
    policy: Policy
    """The whole policy that will decide: the mapping's wishes are laid over it already."""
    answers: str
    """One of `ANSWERS`. Everybody accepts or nobody does: pairs are final, and the policy is told so."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of it."""

    told: Chronicle
    rows: TableRows
    submitted: SubmitReport
    records: int
    """Journal records, one per tick."""
    state_hash: str
    stopwatch: Stopwatch


def load(order: Load, folder: Path, *, tell: Told = silently) -> Loaded:
    """Load a table into a fresh data folder, which then holds the whole load.

    Raises:
        MappingError: the table cannot be read at all. Rows that cannot are counted and kept as dead letters.
        OSError: the table cannot be opened.
        UsedFolderError: something lies in the folder.
        RunError: the run stopped.
    """
    stopwatch, said, told = Stopwatch(), TableRows(), Chronicle()
    with stopwatch.stage("read"):
        rows = _rows(order)
        for row in rows:
            said.note(row.raw, row.at_ms or 0)
    start_ms = _start_ms(order, rows)
    last_ms = max((row.at_ms for row in rows if row.at_ms is not None), default=start_ms)
    tick_ms = order.policy.tick_ms
    answers: Answers = AcceptAll(tick_ms) if order.answers == "accept" else Silence()
    with VirtualRun(folder, start_ms=start_ms, tick_ms=tick_ms, answers=answers, stopwatch=stopwatch) as run:
        _open_community(run, order)
        for row in rows:
            run.will_send(start_ms if row.at_ms is None else row.at_ms, row)
        while (at_ms := _next_ms(run, told)) is not None:
            for block in run.go_to(at_ms):
                told.take(block)
            tell(min(at_ms, last_ms) - start_ms, last_ms - start_ms)
        with stopwatch.stage("state hash"):
            state_hash = run.state_hash()
    return Loaded(told, said, run.report, run.records, state_hash, stopwatch)


def _rows(order: Load) -> list[RawEvent]:
    with order.table.open("rb") as file:
        lines = lines_of(file)
        return list(events_in_table(order.mapping, lines, source=ROWS_SOURCE, name=order.table.name))


def _start_ms(order: Load, rows: Sequence[RawEvent]) -> int:
    """The tick at which the table's clock shows 0, or the last one before its first row, whichever is earlier."""
    origin_ms = order.mapping.time.origin_ms
    first_ms = min((row.at_ms for row in rows if row.at_ms is not None), default=origin_ms)
    start_ms = first_ms if order.mapping.time.origin is None else min(origin_ms, first_ms)
    return start_ms // order.policy.tick_ms * order.policy.tick_ms


def _open_community(run: VirtualRun, order: Load) -> None:
    """The community and its policy stand before the first row comes, in a record of their own."""
    definition = order.mapping.definition
    policy = PolicySet(community=definition.community, policy=with_certain_answers(order.policy))
    run.will_say([Said(run.now_ms, definition), Said(run.now_ms, policy)])
    run.go_to(run.now_ms)


def _next_ms(run: VirtualRun, told: Chronicle) -> int | None:
    """The next tick at which anything can happen; None once nothing is open and nobody comes."""
    if told.may_match:
        return run.next_tick_ms()
    ends = [ends_ms + 1 for ends_ms in told.open_until_ms()]
    moments = ends if run.next_due_ms is None else [*ends, run.next_due_ms]
    return run.next_tick_ms(min(*moments, run.now_ms + PAUSE_MS_MAX)) if moments else None
