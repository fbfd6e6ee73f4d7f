"""An engine beside the log it is the fold of: which records of decisions count, and where ours come to stand.

Of two records for one journal offset the first one counts, whoever wrote it: a worker that was thought dead may wake up
and write behind its successor. So a lower source than the next is dropped, and a higher one means that the log is not
as it was written. A writer that finds its record elsewhere than at the end it knew is not alone, or not sure: its
engine is thrown away, and what the log says counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from schemas.decisions import DecisionBlock
from schemas.journal import JOURNAL_BODY, JournalRecord
from services.matching.canonical import Sealed
from services.matching.engine import Engine, StaleBlockError
from services.matching.state import PartitionState
from services.runtime.log.records import Record


class MatchingError(Exception):
    """Matching cannot stand where it was asked to; nothing was written. Names the partition and what to do."""


class OvertakenError(MatchingError):
    """Somebody else writes decisions of this partition. Of two for one journal offset, the first one counts."""


@dataclass(slots=True)
class Standing:
    """An engine, and where its decisions end."""

    partition: int
    engine: Engine
    next_decision: int = 0
    """Offset at which the next block will lie in `decisions`: the journal's own, unless two ever wrote at once."""
    grown_bytes: int = 0
    """Of decisions since the last snapshot."""
    snapshot_bytes: int = 0
    """Of that snapshot; 0 where there is none."""

    def fold(self, record: Record) -> None:
        """Take in a record of decisions, if it counts. Recorded decisions are never decided again.

        Raises:
            MatchingError: the record does not follow on what was decided before it.
        """
        block = decision_block(record)
        if block.source >= self.engine.next_offset:  # of two records for one source the first one counts
            self._take(block, record.value or b"")
            self.grown_bytes += record.size_bytes
        self.next_decision = record.offset + 1

    def expect_end(self, end: int) -> None:
        """Refuse decisions that end before what was folded.

        Raises:
            MatchingError: they do.
        """
        if self.next_decision > end:
            raise MatchingError(
                f"partition {self.partition}: engine stands at {self.engine.next_offset}, and the decisions end at "
                f"{end}; they were longer once: restore the log from a backup"
            )

    def wrote(self, offset: int, decided: Sequence[Sealed]) -> None:
        """Hear where what was decided last came to stand.

        Raises:
            OvertakenError: not where the decisions ended: throw this engine away.
        """
        if offset != self.next_decision:
            raise OvertakenError(
                f"partition {self.partition}: decisions ended at {self.next_decision}, and ours came to stand at "
                f"{offset}: somebody else decides this partition; stop one of the two, what came twice is dropped"
            )
        self.next_decision += len(decided)
        self.grown_bytes += sum(len(one.written) for one in decided)

    def is_snapshot_due(self, growth: int, bytes_min: int) -> bool:
        """Whether folding what came since the last snapshot has become dear; see `MatchingSettings` for the bounds."""
        return self.grown_bytes >= max(bytes_min, growth * self.snapshot_bytes)

    def kept(self, snapshot_bytes: int) -> None:
        """Hear that a snapshot was taken."""
        self.snapshot_bytes, self.grown_bytes = snapshot_bytes, 0

    def _take(self, block: DecisionBlock, written: bytes) -> None:
        try:
            self.engine.fold(block, written)
        except StaleBlockError as error:
            raise MatchingError(
                f"partition {self.partition}: {error}; the decisions log is not as it was written: restore it from a "
                "backup"
            ) from error


def is_made_from(state: PartitionState, record: Record) -> bool | None:
    """Whether a state was folded from the log in which this record of decisions lies: the chain says all at once.

    Returns:
        None: the record speaks of an earlier source; ask with the one behind it.
    """
    block = decision_block(record)
    last_source = state.next_offset - 1
    if block.source < last_source:
        return None
    return block.source == last_source and block.chain == state.chain


def journal_record(record: Record) -> JournalRecord:
    """A record of the journal as the engine takes it.

    Raises:
        MatchingError: it is none that this version reads.
    """
    try:
        body = JOURNAL_BODY.validate_json(record.value or b"")
    except ValidationError:
        raise MatchingError(
            f"partition {record.partition}: journal record {record.offset} is no block or tick this version reads; "
            "start the version that wrote it, or a later one"
        ) from None
    return JournalRecord(offset=record.offset, stamp_ms=record.stamp_ms, body=body)


def decision_block(record: Record) -> DecisionBlock:
    """A record of decisions.

    Raises:
        MatchingError: it is none that this version reads.
    """
    try:
        return DecisionBlock.model_validate_json(record.value or b"")
    except ValidationError:
        raise MatchingError(
            f"partition {record.partition}: decision {record.offset} is no block this version reads; "
            "start the version that wrote it, or a later one"
        ) from None
