"""The state as people were told it: recorded decisions folded from the beginning, and nothing decided anew."""

import hashlib
from dataclasses import dataclass

from schemas.taxonomy import Taxonomy
from schemas.taxonomy.load import load as load_taxonomy
from schemas.topics import JOURNAL
from services.matching.agent import Matching
from services.runtime.log import Log


@dataclass(frozen=True, slots=True)
class ReplayedPartition:
    """One partition, folded."""

    partition: int
    communities: tuple[str, ...]
    decided: int
    """Journal records that were decided."""
    undecided: int
    """Journal records that were not: they are no part of the state."""
    now_ms: int
    state_hash: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """All partitions, folded."""

    partitions: tuple[ReplayedPartition, ...]

    @property
    def state_hash(self) -> str:
        """SHA-256 over every partition's number and hash, in their order: one name for the whole state."""
        digest = hashlib.sha256()
        for one in sorted(self.partitions, key=lambda one: one.partition):
            digest.update(f"{one.partition} {one.state_hash}\n".encode())
        return digest.hexdigest()


def replay(log: Log, taxonomy: Taxonomy | None = None) -> Replayed:
    """Fold every partition's recorded decisions from offset 0, without snapshots.

    Args:
        taxonomy: the shipped one if nothing is said; folding asks it nothing.

    Raises:
        MatchingError: the decisions are not as they were written.
        LogError: the log did not answer.
    """
    known = taxonomy or load_taxonomy()
    return Replayed(tuple(_replayed(log, known, partition) for partition in log.partitions(JOURNAL.name)))


def _replayed(log: Log, taxonomy: Taxonomy, partition: int) -> ReplayedPartition:
    engine = Matching(log, None, taxonomy).at_end(partition)  # freed with its partition: one state at a time in memory
    return ReplayedPartition(
        partition=partition,
        communities=tuple(sorted(engine.state.communities)),
        decided=engine.next_offset,
        undecided=log.next_offset(JOURNAL.name, partition) - engine.next_offset,
        now_ms=engine.state.clock.now_ms,
        state_hash=engine.state_hash(),
    )
