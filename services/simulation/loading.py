"""A load: a table of asks and offers goes through Commonweal on a virtual clock, and time goes on until nothing is open.

Everybody's events keep their own moments. One journal record is cut per tick of the policy; where nothing could be
matched before somebody comes or leaves, the clock goes on to the tick of that at once. Where people may not answer,
hours pass between the events, and a silent journal gets its ticks as it does in the world: every ten seconds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from schemas.operations import PolicySet
from schemas.policy import Policy
from schemas.presets import with_certain_answers
from services.intake import CsvMapping, IntakeSettings, RawEvent, SubmitReport, events_in_table, lines_of
from services.simulation.acceptance.answering import InTheirTime
from services.simulation.acceptance.people import People
from services.simulation.answers import AcceptAll, Silence
from services.simulation.chronicle import Chronicle
from services.simulation.row_changes import RowChanges, changed, opened
from services.simulation.said import Said
from services.simulation.table_rows import TableRows
from services.simulation.timing import Stopwatch
from services.simulation.virtual_run import Answers, VirtualRun

ROWS_SOURCE = "load"
"""Who sends the rows of a table."""
PAUSE_MS_MAX = 3_600_000
"""How far the clock goes on in one record, where nothing happens: well within every policy's bound on leaps."""
ANSWERS = ("accept", "none", "curve")
CURVE = "curve"
SILENCE_MS = IntakeSettings().tick_after_ms

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
    """One of `ANSWERS`. Where everybody accepts or nobody does, pairs are final, and the policy is told so."""
    people: People | None = None
    """Who answers along the `curve`; set for it, and for nothing else."""
    changes: RowChanges = field(default_factory=RowChanges)
    """What is changed about the table's rows."""

    def __post_init__(self) -> None:
        assert (self.people is not None) == (self.answers == CURVE), "people answer along the curve, and nowhere else"


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
    accepted_ms: Mapping[str, int] = field(default_factory=dict)
    """Match → when its offerer accepted, in vain or not, where people answer along the curve."""


def load(order: Load, folder: Path, *, tell: Told = silently, is_kept: bool = True) -> Loaded:
    """Load a table into a fresh data folder, which then holds the whole load.

    Args:
        tell: hears how far it is.
        is_kept: otherwise the log lies in memory, and the folder is of no use afterwards.

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
    answers = _answers(order)
    with VirtualRun(
        folder, start_ms=start_ms, tick_ms=tick_ms, answers=answers, stopwatch=stopwatch, is_kept=is_kept
    ) as run:
        _open_community(run, order)
        run.will_say(_joining(order, rows))
        for row in rows:
            run.will_send(start_ms if row.at_ms is None else row.at_ms, row)
        silence_ms, stirred = SILENCE_MS if order.answers == CURVE else tick_ms, True
        while (at_ms := _next_ms(run, told, tick_ms if stirred else silence_ms)) is not None:
            blocks = run.go_to(at_ms)
            for block in blocks:
                told.take(block)
            stirred = any(block.facts for block in blocks)
            tell(min(at_ms, last_ms) - start_ms, last_ms - start_ms)
        with stopwatch.stage("state hash"):
            state_hash = run.state_hash()
    accepted_ms = answers.accepted_ms if isinstance(answers, InTheirTime) else {}
    return Loaded(told, said, run.report, run.records, state_hash, stopwatch, accepted_ms)


def _rows(order: Load) -> list[RawEvent]:
    with order.table.open("rb") as file:
        lines = lines_of(file)
        rows = events_in_table(order.mapping, lines, source=ROWS_SOURCE, name=order.table.name)
        return list(changed(rows, order.changes))


def _answers(order: Load) -> Answers:
    if order.people is not None:
        return InTheirTime(order.people)
    return AcceptAll(order.policy.tick_ms) if order.answers == "accept" else Silence()


def _joining(order: Load, rows: Sequence[RawEvent]) -> Iterator[Said]:
    """Whoever offers joins in the moment of their first offer, and before it: with what is known of them."""
    joined: set[str] = set()
    for row in rows if order.people is not None else ():
        event = opened(row)
        if order.people is None or event is None or row.at_ms is None or "offer" not in event["data"]:
            continue
        member = event["data"]["member"]
        if member not in joined:
            joined.add(member)
            yield Said(row.at_ms, order.people.joined(order.mapping.definition.community, member))


def _start_ms(order: Load, rows: Sequence[RawEvent]) -> int:
    """The tick at which the table's clock shows 0, or the last one before its first row, whichever is earlier."""
    origin_ms = order.mapping.time.origin_ms
    first_ms = min((row.at_ms for row in rows if row.at_ms is not None), default=origin_ms)
    start_ms = first_ms if order.mapping.time.origin is None else min(origin_ms, first_ms)
    return start_ms // order.policy.tick_ms * order.policy.tick_ms


def _open_community(run: VirtualRun, order: Load) -> None:
    """The community and its policy stand before the first row comes, in a record of their own."""
    definition = order.mapping.definition
    policy = order.policy if order.answers == CURVE else with_certain_answers(order.policy)
    decides = PolicySet(community=definition.community, policy=policy)
    run.will_say([Said(run.now_ms, definition), Said(run.now_ms, decides)])
    run.go_to(run.now_ms)


def _next_ms(run: VirtualRun, told: Chronicle, step_ms: int) -> int | None:
    """The next tick at which anything can happen; None once nothing is open and nobody comes.

    Args:
        step_ms: how far the clock goes on at most, where somebody may be asked.
    """
    if told.may_match:
        step_to_ms = run.now_ms + step_ms
        return run.next_tick_ms(step_to_ms if run.next_due_ms is None else min(step_to_ms, run.next_due_ms))
    ends = [ends_ms + 1 for ends_ms in told.open_until_ms()]
    moments = ends if run.next_due_ms is None else [*ends, run.next_due_ms]
    return run.next_tick_ms(min(*moments, run.now_ms + PAUSE_MS_MAX)) if moments else None
