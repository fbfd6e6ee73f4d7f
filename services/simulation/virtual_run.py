"""A run: the one-process product over a data folder, living on a clock that goes on tick by tick.

Everything takes the way it takes in the world: the door, the inbound topics, the cutter, the journal, the engine, the
decisions, the board. Only time and the people's answers are made here. What is said reaches the log at its own moment,
so its stamp, and with it `received_ms`, is that moment; at each multiple of the policy's tick a journal record is cut.

Nothing here sends anything to anybody: a run has no notifications, and knows no provider of messages.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count, groupby
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent
from schemas.topics import JOURNAL, TOPICS
from services.embedded import Embedded, EmbeddedSettings, Replayed, ReplayedPartition
from services.intake import IntakeSettings, RawEvent, SourceLimits, SubmitReport
from services.runtime.log import MemoryLog, VirtualClock
from services.simulation.errors import RunError
from services.simulation.fresh_folder import refuse_used
from services.simulation.said import Said
from services.simulation.timing import Stopwatch

SOURCE = "simulation"
"""Who sends what simulated people say."""
EXAMPLES_MAX = 10
UNLIMITED = SourceLimits(events_per_minute_max=10**9, burst_max=10**9, rejected_ppm_max=1_000_000)
"""A run hands in one's own data as fast as the clock goes: there is nobody to protect from it."""


class Answers(Protocol):
    """How people answer what was decided."""

    def answers_to(self, block: DecisionBlock, heard_ms: int) -> Iterable[Said]:
        """What will be said because of a block.

        Args:
            heard_ms: when people hear of it; nothing is said before.
        """


@dataclass(order=True, slots=True)
class _Due:
    """Something that will reach the door; in the order of moments, then as it was given."""

    at_ms: int
    number: int
    raw: RawEvent = field(compare=False)


class VirtualRun:
    """One data folder, from its first record on.

    Args:
        path: of the folder; made if there is none.
        start_ms: where the clock begins.
        tick_ms: of the policy that will decide.
        stopwatch: is told when each stage is over.
        is_kept: the log lies in the folder; otherwise in memory, ten times as fast, and gone with the run.

    Raises:
        UsedFolderError: something lies in the folder.
    """

    def __init__(
        self,
        path: Path,
        *,
        start_ms: int,
        tick_ms: int,
        answers: Answers,
        stopwatch: Stopwatch,
        is_kept: bool = True,
    ) -> None:
        refuse_used(path)
        self.report = SubmitReport()
        """What became of everything that was handed in."""
        self.records = 0
        """Journal records so far."""
        self._tick_ms = tick_ms
        self._answers = answers
        self._stopwatch = stopwatch
        self._clock = VirtualClock(start_ms)
        self._due: list[_Due] = []
        self._numbers, self._names = count(), count(1)
        self._undecided = 0
        """Events that were let in and wait to be cut."""
        settings = EmbeddedSettings(intake=IntakeSettings(limits=UNLIMITED))
        log = None if is_kept else MemoryLog(TOPICS, self._clock)
        self._product = Embedded.open(
            path, self._clock, clock_kind="virtual", settings=settings, after_step=stopwatch.over, log=log
        )

    @property
    def now_ms(self) -> int:
        """Where the clock stands."""
        return self._clock.now_ms

    @property
    def next_due_ms(self) -> int | None:
        """When somebody says something next; None where nobody will."""
        return self._due[0].at_ms if self._due else None

    def will_say(self, said: Iterable[Said]) -> None:
        """Something will be said, each at its moment; what lies in the past is said at once."""
        for one in said:
            self.will_send(one.at_ms, raw_event(one.event, f"s{next(self._names):06}"))

    def will_send(self, at_ms: int, raw: RawEvent) -> None:
        """An event will reach the door at its moment; those of one moment in the order in which they were given."""
        heappush(self._due, _Due(max(at_ms, self.now_ms), next(self._numbers), raw))

    def next_tick_ms(self, not_before_ms: int | None = None) -> int:
        """The first multiple of the tick after now, and at or after `not_before_ms`."""
        after_ms = max(self.now_ms + 1, not_before_ms or 0)
        return -(-after_ms // self._tick_ms) * self._tick_ms

    def go_to(self, until_ms: int) -> list[DecisionBlock]:
        """Go on to a moment: hand in what is due by then, and decide it.

        Returns:
            What was decided: a block per journal record, a record at least. People heard it, and will answer.

        Raises:
            RunError: a partition stands still.
        """
        self._hand_in(until_ms)
        self._clock.advance_to(until_ms)
        self._stopwatch.start()
        blocks = self._decide()
        self.records += len(blocks)
        for block in blocks:
            self.will_say(self._answers.answers_to(block, until_ms))
        self._stopwatch.over("answers")
        return blocks

    def state_hash(self) -> str:
        """The name of the whole state as it lives in memory; `replay` computes the same from the log alone."""
        return Replayed(tuple(self._partitions())).state_hash

    def close(self) -> None:
        """Close the folder's files."""
        self._product.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hand_in(self, until_ms: int) -> None:
        """Each moment's events together, with the clock at that moment."""
        self._stopwatch.start()
        for at_ms, due in groupby(self._taken(until_ms), key=lambda one: one.at_ms):
            self._clock.advance_to(at_ms)
            submitted = self._product.submit(one.raw for one in due)
            self._undecided += submitted.admitted_total
            self.report.admitted.update(submitted.admitted)
            self.report.rejected.update(submitted.rejected)
            self.report.examples += submitted.examples[: EXAMPLES_MAX - len(self.report.examples)]
        self._stopwatch.over("door")

    def _taken(self, until_ms: int) -> Iterator[_Due]:
        while self._due and self._due[0].at_ms <= until_ms:
            yield heappop(self._due)

    def _decide(self) -> list[DecisionBlock]:
        """Everything that came, or a tick where nothing did. One step mostly; more came at once than one step takes."""
        blocks: list[DecisionBlock] = []
        step = self._product.step(tick=True)
        while not step.is_idle:
            blocks += [block for _, block in step.decided]
            self._undecided -= step.cut
            if self._undecided <= 0:
                break
            step = self._product.step()
        for trouble in self._product.troubles.values():
            raise RunError(f"the run stopped: {trouble.sentence}")
        return blocks

    def _partitions(self) -> Iterator[ReplayedPartition]:
        for partition in self._product.log.partitions(JOURNAL.name):
            engine = self._product.matching.at_end(partition)
            yield ReplayedPartition(
                partition=partition,
                communities=tuple(sorted(engine.state.communities)),
                decided=engine.next_offset,
                undecided=0,
                now_ms=engine.state.clock.now_ms,
                state_hash=engine.state_hash(),
            )


def raw_event(event: AnyEvent, name: str) -> RawEvent:
    """The event as it is sent: through the same door as everybody's."""
    raw = b'{"id":"%s","data":%s}' % (name.encode(), event.model_dump_json(exclude_none=True).encode())
    return RawEvent(SOURCE, raw, f"{SOURCE} {name}")
