"""The proof: every decision held against its journal record in four ways, up to the first that does not hold.

- chain: the bytes continue the chain of hashes, so they are as they were written.
- rules: an auditor that shares no code with the engine finds every promise kept.
- again: what the running logic version decided it decides again, byte for byte. What another version decided is
  folded, and counted as not decided again.
- best: each part of a round that was solved exactly has the greatest total, found out without a solver.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import ValidationError

from schemas.dead_letters import Quarantined
from schemas.decisions import DecisionBlock
from schemas.facts import EventQuarantined
from schemas.journal import JOURNAL_BODY, JournalRecord
from schemas.taxonomy import Taxonomy
from schemas.taxonomy.load import load as load_taxonomy
from schemas.topics import DECISIONS, JOURNAL, QUARANTINE
from services.audit import (
    BEST_ANSWER,
    DECIDED_AGAIN,
    DENSE,
    FOLDS,
    NO_CHAIN,
    STEPPED_OVER,
    Auditor,
    Breach,
    BrokenRuleError,
    continued,
    difference,
    why_not_best,
)
from services.embedded.errors import UnreadableRecordError
from services.matching import Engine, EventFailedError, StaleBlockError, quarantined_in
from services.runtime.log import Log, Record, scan

EXACT = "min-cost-flow"
"""The solver whose answers are held to be best; a greedy one promises no such thing."""


class Proof(StrEnum):
    """One way of holding decisions against their journal."""

    chain = "chain"
    rules = "rules"
    again = "again"
    best = "best"


ALL = tuple(Proof)


@dataclass(frozen=True, slots=True)
class VerifiedPartition:
    """What was found out about one partition, up to its end or its first breach."""

    partition: int
    communities: tuple[str, ...]
    records: int
    """Journal records whose decisions were held against them."""
    facts: int
    undecided: int
    """Journal records that nobody has decided yet."""
    decided_again: int
    not_decided_again: int
    """Blocks of another logic version: folded, and not decided again."""
    solved: int
    """Parts of rounds whose answers are of the greatest total."""
    asks: int
    """Asks that were listed."""
    asks_open: int
    asks_ended: dict[str, int]
    """How the others ended."""
    breach: Breach | None


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found out about a log."""

    partitions: tuple[VerifiedPartition, ...]

    @property
    def breach(self) -> Breach | None:
        """The first broken promise, after which nothing more was looked at; None where all are kept."""
        return next((one.breach for one in self.partitions if one.breach is not None), None)


def verify(log: Log, taxonomy: Taxonomy | None = None, proofs: tuple[Proof, ...] = ALL) -> Verified:
    """Hold all that was decided against what was asked, partition by partition, up to the first breach.

    Nothing is written; whoever writes the log may go on meanwhile.

    Args:
        taxonomy: the shipped one if nothing is said.
        proofs: which ways to go; "best" needs "again".

    Raises:
        UnreadableRecordError: a record is not of a version this one reads.
        LogError: the log did not answer.
    """
    known, found = taxonomy or load_taxonomy(), list[VerifiedPartition]()
    for partition in sorted({*log.partitions(JOURNAL.name), *log.partitions(DECISIONS.name)}):
        found.append(_Proving(partition, known, proofs).through(log))
        if found[-1].breach is not None:
            break
    return Verified(tuple(found))


@dataclass(slots=True)
class _Proving:
    """One partition while it is gone through."""

    partition: int
    taxonomy: Taxonomy
    proofs: tuple[Proof, ...]
    chain: str = NO_CHAIN
    records: int = 0
    decided_again: int = 0
    solved: int = 0
    words: frozenset[str] = frozenset()
    """Places of events that an operator ever told matching to step over."""
    auditor: Auditor = field(init=False)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.auditor = Auditor(self.partition, self.taxonomy)
        self.engine = Engine(self.taxonomy)

    def through(self, log: Log) -> VerifiedPartition:
        """All of it, or as far as the first breach."""
        self.words = _words(log, self.partition)
        end = log.next_offset(DECISIONS.name, self.partition)  # before the journal's: whoever writes stays behind it
        journal = scan(log, JOURNAL.name, self.partition)
        breach = None
        for written in scan(log, DECISIONS.name, self.partition, end=end):
            block = _decision_block(written)
            if block.source < self.records:
                continue  # of two records for one source the first one counts
            try:
                breach = self._prove(next(journal, None), block, written.value or b"")
            except BrokenRuleError as broken:
                breach = Breach(self.partition, block.source, None, broken.rule, broken.stands, broken.wanted)
            if breach is not None:
                break
            self.records += 1
        return self._found(log.next_offset(JOURNAL.name, self.partition) - self.records, breach)

    def _prove(self, asked: Record | None, block: DecisionBlock, written: bytes) -> Breach | None:
        if asked is None or asked.offset != block.source:
            raise BrokenRuleError(
                DENSE,
                f"the block answers record {block.source}",
                f"record {self.records} waits for its answer" if asked else f"the journal ends at {self.records}",
            )
        record = _journal_record(asked)
        if Proof.chain in self.proofs:
            self.chain = continued(self.chain, written)
        breach = self._audit(record, block) if Proof.rules in self.proofs else None
        return breach or self._follow(record, block, written)

    def _audit(self, record: JournalRecord, block: DecisionBlock) -> Breach | None:
        breach = self.auditor.check(record, block)
        for index, fact in enumerate(block.facts if breach is None else ()):
            if isinstance(fact, EventQuarantined) and fact.place not in self.words:  # the fact is not the word itself
                stands, wanted = (
                    f"the event at {fact.place} was stepped over",
                    "no operator's word about it is in the log",
                )
                return Breach(self.partition, block.source, index, STEPPED_OVER, stands, wanted)
        return breach

    def _follow(self, record: JournalRecord, block: DecisionBlock, written: bytes) -> Breach | None:
        """Decide again what this version decided; fold what another one did."""
        if Proof.again not in self.proofs:
            return None
        if block.logic != self.engine.logic:
            self._fold(block, written)
            return None
        self.engine.solved = []
        try:
            again = self.engine.decide(record, self._stepped_over(block))
        except EventFailedError as error:
            raise BrokenRuleError(
                DECIDED_AGAIN, f"the block answers an event that fails: {error}", str(error.__cause__)
            ) from error
        if Proof.best in self.proofs:
            self._weigh()
        if again.written != written:
            return difference(self.partition, block, again.block)
        self.decided_again += 1
        return None

    def _stepped_over(self, block: DecisionBlock) -> dict[int, Quarantined]:
        """The words that were applied, as the block itself tells them; one about another place was none for it."""
        words = quarantined_in(block.facts).items()
        return {index: word for index, word in words if word.place == f"{self.partition}/{block.source}/{index}"}

    def _fold(self, block: DecisionBlock, written: bytes) -> None:
        try:
            self.engine.fold(block, written)
        except (StaleBlockError, AssertionError, KeyError) as error:
            raise BrokenRuleError(
                FOLDS, f"the block cannot be taken in: {error}", "it follows from those before"
            ) from error

    def _weigh(self) -> None:
        """Look for an exchange that gains, in each part that was solved just now."""
        for part in self.engine.solved or ():
            if part.solver != EXACT:
                continue
            pairs = [(arc.ask, arc.helper, arc.points) for arc in part.arcs]
            taken = [(arc.ask, arc.helper, arc.points) for arc in part.taken]
            why_not = why_not_best(pairs, part.wanted, part.slots, taken)
            if why_not:
                raise BrokenRuleError(
                    BEST_ANSWER, f"a part of {len(pairs)} pairs was answered by {len(taken)}", why_not
                )
            self.solved += 1

    def _found(self, undecided: int, breach: Breach | None) -> VerifiedPartition:
        towns, ended = self.auditor.towns, self.auditor.ended
        return VerifiedPartition(
            partition=self.partition,
            communities=tuple(sorted(towns)),
            records=self.records,
            facts=self.auditor.facts,
            undecided=undecided,
            decided_again=self.decided_again,
            not_decided_again=self.records - self.decided_again,
            solved=self.solved,
            asks=self.auditor.listed,
            asks_open=self.auditor.listed - sum(ended.values()),
            asks_ended=dict(sorted(ended.items())),
            breach=breach,
        )


def _words(log: Log, partition: int) -> frozenset[str]:
    """Also words that were taken back since: they may have been applied before."""
    return frozenset((record.key or b"").decode() for record in scan(log, QUARANTINE.name, partition))


def _journal_record(record: Record) -> JournalRecord:
    try:
        body = JOURNAL_BODY.validate_json(record.value or b"")
    except ValidationError:
        raise UnreadableRecordError("journal", record.partition, record.offset) from None
    return JournalRecord(offset=record.offset, stamp_ms=record.stamp_ms, body=body)


def _decision_block(record: Record) -> DecisionBlock:
    try:
        return DecisionBlock.model_validate_json(record.value or b"")
    except ValidationError:
        raise UnreadableRecordError("decisions", record.partition, record.offset) from None
