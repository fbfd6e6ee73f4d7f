"""Matching at its log: engines that stand where they are asked to stand, and decisions written exactly once.

A partition's decisions come about in numbered steps, the same here, in `services.embedded` and in the runbooks:

1. cut: intake's; the journal has grown.
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

Whatever goes wrong on the way, the engine is thrown away: state is what the log says, never what was left in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from schemas.decisions import DecisionBlock
from schemas.taxonomy import Taxonomy
from schemas.topics import DECISIONS, JOURNAL
from services.matching import recovery
from services.matching.canonical import Sealed
from services.matching.engine import Engine
from services.matching.history import MatchingError, OvertakenError, Standing, is_made_from, journal_record
from services.matching.settings import MatchingSettings
from services.matching.state import PartitionState
from services.runtime.log import Log, NewRecord, scan
from services.runtime.quarantine import Quarantine
from services.runtime.snapshots import SnapshotStore

__all__ = ["AfterStep", "Matching", "MatchingError", "OvertakenError", "silently"]

AfterStep = Callable[[str], None]
"""Is told the name of each step once it is done."""


def silently(step: str) -> None:
    """Tell nobody."""


class Matching:
    """The engines of all partitions over one log. One caller at a time.

    Args:
        snapshots: None restores from none and keeps none: whoever needs a state folds the whole log for it.
        after_step: told "decide" and "append decisions".
    """

    def __init__(
        self,
        log: Log,
        snapshots: SnapshotStore | None,
        taxonomy: Taxonomy,
        settings: MatchingSettings | None = None,
        *,
        after_step: AfterStep = silently,
    ) -> None:
        self._log = log
        self._snapshots = snapshots
        self._taxonomy = taxonomy
        self._settings = settings or MatchingSettings()
        self._after_step = after_step
        self._quarantine = Quarantine(log)
        self._standings: dict[int, Standing] = {}
        self._notices: list[str] = []

    def decide(self, partition: int, records_max: int | None = None) -> tuple[DecisionBlock, ...]:
        """Decide the next journal records (steps 2 and 3): exactly one decision block each, empty allowed.

        Args:
            records_max: at most so many journal records; never more than the settings allow together.

        Returns:
            What was decided and is durable; empty where nothing waited.

        Raises:
            OvertakenError: somebody else decides this partition.
            MatchingError: its logs do not go together.
            EventFailedError: a bug, in deciding one event; an operator may have it stepped over.
            QuarantineError: the operators' words cannot be read.
            LogError: the log did not answer, or did not take the decisions.
        """
        bound = min(records_max or self._settings.records_max, self._settings.records_max)
        with self._dropped_on_error(partition):
            standing = self._standing(partition)
            decided = self._decided(partition, standing.engine, bound)
            if decided:
                self._after_step("decide")
                self._append(partition, standing, decided)
                self._after_step("append decisions")
        return tuple(one.block for one in decided)

    def snapshot(self, partition: int) -> bool:
        """Keep the partition's state (step 6), if the decisions since the last snapshot have grown enough.

        Returns:
            Whether one was taken.

        Raises:
            SnapshotError: the disk did not take it. Nothing is lost: it is due again with the next decisions.
        """
        standing = self._standings.get(partition)
        if standing is None or self._snapshots is None:
            return False
        if not standing.is_snapshot_due(self._settings.snapshot_growth, self._settings.snapshot_bytes_min):
            return False
        standing.kept(recovery.keep(self._snapshots, partition, standing.engine))
        return True

    def at(self, partition: int, offset: int) -> Engine:
        """The engine as it stands with everything before journal record `offset` applied, and nothing from there on.

        At or beyond where the decisions end it is the live engine, to be looked at and left alone: what was only
        journalled is decided, and written, as `decide` does. Below, an engine of its own is restored.

        Raises:
            MatchingError: the logs do not reach there, or do not go together.
            LogError: the log did not answer, or did not take the decisions.
        """
        engine = self.at_end(partition)
        if offset < engine.next_offset:
            return self._restored(partition, offset)
        while (missing := offset - engine.next_offset) > 0:
            if not self.decide(partition, missing):
                raise MatchingError(
                    f"partition {partition}: engine stands at {engine.next_offset}, where the journal ends, "
                    f"{offset} was wanted; wait for intake, or restore the journal if it was longer once"
                )
        return engine

    def at_end(self, partition: int) -> Engine:
        """The live engine, with every decision folded that was written. To be looked at and left alone.

        Raises:
            MatchingError: the logs do not go together.
            LogError: the log did not answer.
        """
        with self._dropped_on_error(partition):
            return self._standing(partition).engine

    def notices(self) -> tuple[str, ...]:
        """Snapshots that were passed over since this was asked last: starts take longer, and nothing else is wrong."""
        told, self._notices = tuple(self._notices), []
        return told

    @contextmanager
    def _dropped_on_error(self, partition: int) -> Iterator[None]:
        """Whatever is raised, the engine that may be in two minds is gone; the next call restores one from the log."""
        try:
            yield
        except BaseException:
            self._standings.pop(partition, None)
            raise

    def _standing(self, partition: int) -> Standing:
        """The live engine, restored if it is missing, gone on if others decided meanwhile."""
        end = self._log.next_offset(DECISIONS.name, partition)
        standing = self._standings.get(partition) or self._from_snapshot(partition, end)
        self._standings[partition] = standing
        self._fold(partition, standing, end)
        return standing

    def _decided(self, partition: int, engine: Engine, records_max: int) -> list[Sealed]:
        """The blocks of the next journal records, as many as are appended together."""
        decided: list[Sealed] = []
        room, words = self._settings.append_bytes_max, self._quarantine.of(partition)
        for record in self._log.read(JOURNAL.name, partition, engine.next_offset, records_max=records_max):
            decided.append(engine.decide(journal_record(record), words.get(record.offset)))
            room -= len(decided[-1].written)
            if room <= 0:
                break
        return decided

    def _append(self, partition: int, standing: Standing, decided: Sequence[Sealed]) -> None:
        offset = self._log.append(DECISIONS.name, partition, [NewRecord(one.written) for one in decided])
        standing.wrote(offset, decided)

    def _restored(self, partition: int, offset: int) -> Engine:
        """An engine of its own, as it stood at an offset that was decided."""
        standing = self._from_snapshot(partition, offset)
        self._fold(partition, standing, self._log.next_offset(DECISIONS.name, partition), offset)
        return standing.engine

    def _fold(self, partition: int, standing: Standing, end: int, offset: int | None = None) -> None:
        """Take in what was decided, up to where the decisions end or the engine stands at `offset`.

        Recorded decisions are never decided again, whatever decides by now.
        """
        standing.expect_end(end)
        for record in scan(self._log, DECISIONS.name, partition, start=standing.next_decision, end=end):
            if standing.engine.next_offset == offset:
                return
            standing.fold(record)

    def _from_snapshot(self, partition: int, offset: int) -> Standing:
        """The newest snapshot at or below that can be read and is of this log; the beginning, if there is none."""
        if self._snapshots is not None and offset > 0:
            is_ours = partial(self._is_of_this_log, partition)
            found = recovery.restore(self._snapshots, partition, offset, self._taxonomy, is_ours)
            self._notices += found.notices
            if found.engine is not None:
                return Standing(partition, found.engine, found.engine.next_offset, snapshot_bytes=found.size_bytes)
        return Standing(partition, Engine(self._taxonomy))

    def _is_of_this_log(self, partition: int, state: PartitionState) -> bool:
        """Whether the decisions up to the snapshot are those it was made from: the chain says all of them at once."""
        last_source = state.next_offset - 1
        end = self._log.next_offset(DECISIONS.name, partition)
        for record in scan(self._log, DECISIONS.name, partition, start=min(last_source, end), end=end):
            found = is_made_from(state, record)
            if found is not None:
                return found
        return False
