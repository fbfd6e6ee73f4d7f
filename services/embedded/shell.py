"""The embedded shell: intake, matching, board and relay over one log, in one process and one thread.

A step takes every partition with work through the same numbered order as anywhere in the house:

1. cut: what lies on the inbound topics goes to the journal; a partition that fell silent gets a tick instead.
   Killed here: the journal says how far it took the inbound topics; the next cut goes on there.
2. decide: journal records become decision blocks, in memory.
   Killed here: nothing has happened; the same records are decided again, with the same outcome.
3. append decisions: the blocks go to the log, one record each, durable together.
   Killed here: the board is behind; it catches up when it is opened.
4. board: its tables follow the decisions.
   Killed here: the relay is behind; it reads what was decided meanwhile when it is opened.
5. relay: what was referred to a neighbour, or comes back, is let in by the door.
   Killed here: what was sent is sent once more at the next start, under the same id, and dropped as a duplicate.
6. snapshot: the state is kept, once folding has become dear.
   Killed here: a snapshot that was not finished does not count; the one before it does.

Trouble in one partition leaves its neighbours alone: a disk that refuses is asked again with the next step, anything
else stops the partition until the process starts anew, and its sentence stands in `troubles`.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pydantic import ValidationError

from schemas.dead_letters import Quarantined
from schemas.decisions import DecisionBlock
from schemas.journal import JOURNAL_BODY
from schemas.taxonomy.load import load as load_taxonomy
from schemas.topics import INBOUND, JOURNAL
from services.board import BoardWriter, open_board
from services.embedded.data_folder import DataFolder
from services.embedded.errors import EmbeddedError, ImportedFolderError, LeapError, VirtualFolderError
from services.embedded.leaping import Leap, leaps
from services.embedded.quarantining import undecided_event
from services.embedded.settings import EmbeddedSettings
from services.embedded.troubles import Trouble, trouble
from services.intake import Intake, RawEvent, SubmitReport
from services.matching.agent import AfterStep, Matching, silently
from services.relay import SOURCE as RELAY
from services.relay import Relay
from services.runtime.collector import collect_rarely
from services.runtime.dead_letters import DeadLetters
from services.runtime.log import Clock, ClockKind, ClockMismatch, Log, SqliteLog, wall_clock
from services.runtime.quarantine import Quarantine
from services.runtime.sealing_keys import SealingKeys
from services.runtime.snapshots import Snapshots

OPERATOR: Final = "operator"
"""Whoever types on this machine. Who that is, the machine's own accounts know."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did."""

    cut: int = 0
    """Inbound records taken into the journal."""
    ticks: int = 0
    passed_on: int = 0
    """Events that the relay sent from one community to the next."""
    decided: tuple[tuple[int, DecisionBlock], ...] = ()
    """Partition and block, in the order in which they were decided."""

    @property
    def is_idle(self) -> bool:
        """Nothing waited anywhere."""
        return not (self.cut or self.ticks or self.passed_on or self.decided)


def unheard(step: Step) -> None:
    """Tell nobody."""


class Embedded:
    """The one-process product over one data folder. One caller at a time, always on the thread that opened it."""

    def __init__(
        self,
        folder: DataFolder,
        log: Log,
        clock: Clock,
        dead_letters: DeadLetters,
        intake: Intake,
        matching: Matching,
        board: BoardWriter,
        relay: Relay,
        after_step: AfterStep,
    ) -> None:
        """See `open`, which puts together what this holds."""
        self.folder = folder
        self.log = log
        self.dead_letters = dead_letters
        self.matching = matching
        self.troubles: dict[int, Trouble] = {}
        """Partitions that do not go on, and why; empty while all is well."""
        self.notices: tuple[str, ...] = ()
        """What an operator may want to know of how it was opened; nothing has to be done."""
        self._clock = clock
        self._intake = intake
        self._board = board
        self._relay = relay
        self._after_step = after_step
        self._owed: dict[int, tuple[DecisionBlock, ...]] = {}
        self._files = ExitStack()

    @classmethod
    def open(
        cls,
        path: Path,
        clock: Clock = wall_clock,
        *,
        clock_kind: ClockKind = "wall",
        settings: EmbeddedSettings | None = None,
        after_step: AfterStep = silently,
        log: Log | None = None,
    ) -> Self:
        """Open a data folder, made if there is none, and catch up: decisions with the journal, the board with both.

        What was let in and not journalled yet is for the first step.

        Args:
            clock: stamps what is let in and journalled.
            clock_kind: whose time that is; a folder keeps to the kind it was made with.
            after_step: told "cut", "decide", "append decisions", "board", "relay" and "snapshot" as each is done.
            log: instead of the folder's own: one in memory, for a run of which only what was decided is wanted.

        Raises:
            VirtualFolderError: the folder lives on a load's clock, and the world's was given.
            LogBusy: another process writes the folder.
            EmbeddedError, LogError, BoardError: the folder cannot be used; the message says why, and what to do.
        """
        collect_rarely()
        if not __debug__:
            raise EmbeddedError(
                "Commonweal stops bugs by its assertions, and `python -O` leaves them out; start without"
            )
        settings = settings or EmbeddedSettings()
        folder = DataFolder(path)
        folder.create()
        with ExitStack() as opened:
            log = log or _open_log(folder, clock, clock_kind)
            opened.callback(log.close)
            taxonomy = load_taxonomy()
            dead_letters = DeadLetters(log, SealingKeys(folder.keys), clock)
            snapshots = Snapshots(folder.snapshots)
            intake = Intake(log, dead_letters, taxonomy, clock, settings.intake)
            matching = Matching(log, snapshots, taxonomy, settings.matching, after_step=after_step)
            board = opened.enter_context(open_board(log, folder.board))
            relay = Relay(log, folder.relay, _by_the_door(intake))
            embedded = cls(folder, log, clock, dead_letters, intake, matching, board, relay, after_step)
            embedded._catch_up()
            embedded.notices += _set_aside(snapshots) + matching.notices()
            embedded._files = opened.pop_all()
        return embedded

    def submit(self, raws: Iterable[RawEvent]) -> SubmitReport:
        """Let events in by the door. The steps that follow decide them.

        Raises:
            LogError: the log did not take them all; send all of them again, what came twice is dropped.
        """
        return self._intake.submit(raws)

    def quarantine(self, word: Quarantined) -> None:
        """Have an event that stopped its partition stepped over; the partition goes on with the next step.

        Raises:
            NotToQuarantineError: there is no undecided event at that place; nothing was written.
            LogError: the log did not take the word.
        """
        undecided_event(self.log, word.place)
        Quarantine(self.log).put(word)
        self.troubles.pop(int(word.place.split("/")[0]), None)

    def step(self, *, tick: bool = False) -> Step:
        """Take every partition with work once through the six steps, each as far as its bounds go.

        Args:
            tick: write a tick into every partition that had events once and has none now, without waiting for it to
                fall silent: a load's time goes on by this.
        """
        cut, ticks, passed_on, decided = 0, 0, 0, list[tuple[int, DecisionBlock]]()
        for partition in self._going_on():
            try:
                taken = self._intake.cut(partition)
                ticked = taken == 0 and self._tick(partition, at_once=tick)
                cut, ticks = cut + taken, ticks + ticked
                self._after_step("cut")  # 1
                blocks = self._decide(partition)
                decided += [(partition, block) for block in blocks]
                passed_on += self._relay.send()  # 5
                self._keep(partition, blocks)
            except Exception as error:  # noqa: BLE001 - noted with its place, and the partition stands still
                self.troubles[partition] = trouble(partition, error)
        return Step(cut, ticks, passed_on, tuple(decided))

    def settle(self, told: Callable[[Step], None] = unheard) -> None:
        """Step until nothing waits anywhere but in partitions that stand still.

        Args:
            told: hears of each step.
        """
        while not (step := self.step()).is_idle:
            told(step)

    def go_on(self, *, leap_allowed: bool) -> None:
        """Settle whether the folder can be gone on with from where it stands, before anything new is let in.

        Args:
            leap_allowed: an operator's word that log time may leap to now; it is recorded as an event.

        Raises:
            ImportedFolderError: its journal is from elsewhere.
            LeapError: log time would have to leap, and nobody allowed it.
        """
        if is_imported(self.log):
            raise ImportedFolderError(self.folder.path)
        if leap_allowed and (found := self.leaps()):
            self.submit([leap.allowed_by(OPERATOR) for leap in found])
            self.settle()
        self.expect_no_leap()

    def expect_no_leap(self) -> None:
        """Refuse to go on where log time would have to leap.

        Raises:
            LeapError: it would, in this partition, that far.
        """
        for leap in self.leaps():
            raise LeapError(leap.partition, leap.stands_ms, leap.now_ms, leap.bound_ms)

    def leaps(self) -> list[Leap]:
        """What log time would have to do to get to now: where it may not by itself, nothing new is decided.

        Empty on a virtual clock, which goes on in steps.
        """
        if self.log.clock_kind == "virtual":
            return []
        engines = [(partition, self.matching.at_end(partition)) for partition in self._going_on()]
        return leaps(engines, self._clock())

    def close(self) -> None:
        """Close all files and let the next process in."""
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _catch_up(self) -> None:
        for partition in self._going_on():
            try:
                while blocks := self._decide(partition):
                    self._keep(partition, blocks)
            except Exception as error:  # noqa: BLE001 - noted with its place, and the partition stands still
                self.troubles[partition] = trouble(partition, error)

    def _going_on(self) -> list[int]:
        """The partitions anything ever came to, in order, without those that stand still for good.

        Those in passing trouble are tried again: their trouble is forgotten until it comes back.
        """
        self.troubles = {partition: known for partition, known in self.troubles.items() if known.stopped}
        topics = (*(topic.name for topic in INBOUND), JOURNAL.name)
        found = {partition for topic in topics for partition in self.log.partitions(topic)}
        return sorted(found - self.troubles.keys())

    def _tick(self, partition: int, *, at_once: bool) -> bool:
        due = at_once or self._intake.tick_due(partition, self._clock())
        return due and self._intake.tick(partition)

    def _decide(self, partition: int) -> tuple[DecisionBlock, ...]:
        """Steps 2 to 4 of one partition."""
        self._follow(partition)  # what its disk did not take the last time, before anything is added to it
        blocks = self._owed[partition] = self.matching.decide(partition)  # 2, 3
        self._relay.follow(partition, blocks)
        self._follow(partition)  # 4
        if blocks:
            self._after_step("board")
        return blocks

    def _keep(self, partition: int, blocks: tuple[DecisionBlock, ...]) -> None:
        """Step 6."""
        if blocks:
            self._after_step("relay")
            self.matching.snapshot(partition)  # 6
            self._after_step("snapshot")

    def _follow(self, partition: int) -> None:
        """Give the board what was decided and not applied."""
        if self._owed.get(partition):
            self._board.apply_all(partition, self._owed[partition])
            self._owed[partition] = ()


def _open_log(folder: DataFolder, clock: Clock, clock_kind: ClockKind) -> SqliteLog:
    try:
        return folder.open_log(clock, clock_kind)
    except ClockMismatch:
        if clock_kind == "wall":
            raise VirtualFolderError(folder.path) from None
        raise


def _by_the_door(intake: Intake) -> Callable[[bytes, str], str | None]:
    """How the relay lets an event in: as anybody would."""

    def deliver(raw: bytes, origin: str) -> str | None:
        return next(iter(intake.submit([RawEvent(RELAY, raw, origin)]).rejected), None)

    return deliver


def is_imported(log: Log) -> bool:
    """Whether the journal speaks of inbound records that never lay on this log's own inbound topics."""
    for partition in log.partitions(JOURNAL.name):
        end = log.next_offset(JOURNAL.name, partition)
        (last,) = log.read(JOURNAL.name, partition, end - 1, records_max=1)
        try:
            body = JOURNAL_BODY.validate_json(last.value or b"")
        except ValidationError:
            continue  # intake says what is wrong with it
        if any(log.next_offset(topic, partition) <= taken for topic, taken in body.inbound.items()):
            return True
    return False


def _set_aside(snapshots: Snapshots) -> tuple[str, ...]:
    if snapshots.set_aside is None:
        return ()
    return (f"{snapshots.set_aside}: snapshots that could not be read lie here now; this start folded the log instead",)
