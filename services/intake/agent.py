"""Intake at work. Its two halves meet only on the inbound topics.

`submit` is the door: raw events, checked, located and widened, go to their inbound topic. `cut` is the cutter: what lies
there goes to the journal, in one order per partition. A cut orders its effects so that nothing is lost or doubled:

1. read the inbound topics from where the journal's last record says they were taken;
2. put aside what is no event (killed here: it is put aside once more, under the same origin);
3. append the blocks, each of which says how far it took the inbound topics (killed here: the next cut reads that);
4. remember where the journal ends. Any doubt about it, and it is read again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from schemas.events import AnyEvent
from schemas.journal import JOURNAL_BODY, Block, Tick
from schemas.operations import CommunityDefined
from schemas.taxonomy import Taxonomy
from schemas.topics import JOURNAL, OPERATIONS
from services.intake.blocks import Reading, Unusable, cut, encode, settled
from services.intake.breaker import Breaker
from services.intake.door import Admitted, admit
from services.intake.inbound import INBOUND_ORDER, as_sent, read_event, source_of
from services.intake.limited import LIMITED
from services.intake.pending import Pending
from services.intake.raw_events import RawEvent
from services.intake.refusals import Rejected
from services.intake.reports import SubmitReport
from services.intake.schema_errors import sentences
from services.intake.settings import IntakeSettings
from services.runtime.dead_letters import DeadLetters
from services.runtime.log import Clock, Log, NewRecord, scan


class IntakeError(Exception):
    """Intake cannot go on with a partition; the message says what stands and what to do."""


@dataclass(frozen=True, slots=True)
class JournalEnd:
    """Where a partition's journal ends, and how far it took the inbound topics."""

    next_offset: int
    taken: dict[str, int]
    """Last inbound offset taken, by topic."""
    stamp_ms: int
    """About when its last record was stamped; says when a tick is due, and nothing else."""
    is_imported: bool = False
    """Its last record speaks of another log's inbound topics."""


class Intake:
    """Owns the inbound topics' way into the journal. One caller at a time."""

    def __init__(
        self,
        log: Log,
        dead_letters: DeadLetters,
        taxonomy: Taxonomy,
        clock: Clock,
        settings: IntakeSettings | None = None,
    ) -> None:
        """Wire intake to its log, and learn the communities whose definitions its inbound topic still holds.

        Args:
            clock: the log's own; limits per source are measured by it.
        """
        self._log = log
        self._dead_letters = dead_letters
        self._taxonomy = taxonomy
        self._clock = clock
        self._settings = settings or IntakeSettings()
        self._breaker = Breaker(self._settings.limits)
        self._ends: dict[int, JournalEnd] = {}
        self._communities: dict[str, CommunityDefined] = {}
        for partition in log.partitions(OPERATIONS.name):
            for record in scan(log, OPERATIONS.name, partition):
                received = read_event(record)
                if not isinstance(received, Rejected):
                    self._learn(received.data)

    def know(self, communities: Iterable[CommunityDefined]) -> None:
        """Learn communities from whoever knows them for good, such as the engine's state.

        Inbound topics keep records for days only, and a journal that was imported comes without any.
        """
        for community in communities:
            self._learn(community)

    def submit(self, raws: Iterable[RawEvent]) -> SubmitReport:
        """Let events in by the door, in batches.

        Returns:
            What became of them, once all that was let in is durable. If this raises, some of them may be in: send all
            again, since the engine drops what it saw.

        Raises:
            LogError: the log did not take a batch.
            DeadLetterError: a refused event could not be put aside.
        """
        report = SubmitReport()
        pending = Pending()
        for raw in raws:
            answer = self._at_the_door(raw)
            if isinstance(answer, Rejected):
                self._dead_letters.put(
                    raw.raw, origin=raw.origin, reason=answer.reason.value, sentence=answer.detail, source=raw.source
                )
                report.refuse(raw.origin, answer)
                continue
            pending.add(answer)
            defines = isinstance(answer.event, CommunityDefined)
            if defines or pending.is_full(self._settings.submit_events_max, self._settings.submit_bytes_max):
                self._append(pending, report)
            self._learn(answer.event)
        self._append(pending, report)
        return report

    def cut(self, partition: int) -> int:
        """Take what waits on a partition's inbound topics into the journal, as far as one bounded read goes.

        Returns:
            How many records were taken, as events or as rejects; 0 says that nothing waits.

        Raises:
            IntakeError: the journal cannot be gone on with.
            LogError: the log did not answer, or did not take the blocks.
            DeadLetterError: a record could not be put aside; nothing was taken.
        """
        end = self._end(partition)
        readings = [self._read(topic, partition, end.taken.get(topic, -1) + 1) for topic in INBOUND_ORDER]  # 1
        records = settled(readings)
        caught_up = all(reading.drained for reading in readings)
        done = cut(records, caught_up=caught_up, taken=end.taken)
        for reject in done.rejects:  # 2
            self._put_aside(reject)
        self._write(partition, end, done.blocks, done.written)  # 3, 4
        for block in done.blocks:
            for event in block.events:
                self._learn(event.data)
        return len(records)

    def tick(self, partition: int) -> bool:
        """Write into the journal that time went on and nothing came.

        Returns:
            False, and nothing was written, where the partition never had events, or something waits to be cut.
        """
        end = self._end(partition)
        if end.next_offset == 0 or not all(self._is_drained(topic, partition, end) for topic in INBOUND_ORDER):
            return False
        self._write_one(partition, end, Tick(inbound=end.taken))
        return True

    def tick_due(self, partition: int, now_ms: int) -> bool:
        """Whether the partition had events once and its journal has been silent for `tick_after_ms`."""
        end = self._end(partition)
        return end.next_offset > 0 and now_ms - end.stamp_ms >= self._settings.tick_after_ms

    def _at_the_door(self, raw: RawEvent) -> Admitted | Rejected:
        now_ms = self._clock()
        if not self._breaker.allow(raw.source, now_ms):
            return LIMITED
        answer = raw.refused or admit(
            raw.raw, source=raw.source, communities=self._communities, knows_need=self._taxonomy.knows
        )
        self._breaker.judged(raw.source, now_ms, rejected=isinstance(answer, Rejected))
        return answer

    def _put_aside(self, reject: Unusable) -> None:
        record = reject.record
        self._dead_letters.put(
            as_sent(record),
            origin=f"{record.topic}/{record.partition}/{record.offset}",
            reason=reject.why.reason.value,
            sentence=reject.why.detail,
            source=source_of(record),
            received_ms=record.stamp_ms,
            partition=record.partition,
        )

    def _append(self, pending: Pending, report: SubmitReport) -> None:
        """Make what is pending durable, then count it."""
        if pending.events:
            batches = pending.batches()
            for _, partition, _ in batches:
                self._begin_anew(partition)
            self._log.append_all(batches)
            report.admitted.update(one.event.type for batch in pending.by_place.values() for one in batch)
            pending.clear()

    def _begin_anew(self, partition: int) -> None:
        """Say in an imported journal that this log's inbound topics are counted from their beginning.

        Without that word before their first record, this log's offsets would later pass for the other log's.
        """
        end = self._end(partition)
        if end.is_imported:
            self._write_one(partition, end, Block(events=(), caught_up=False, inbound=end.taken))

    def _learn(self, event: AnyEvent) -> None:
        if isinstance(event, CommunityDefined):
            self._communities[event.community] = event

    def _read(self, topic: str, partition: int, offset: int) -> Reading:
        end = self._log.next_offset(topic, partition)  # before reading: what comes meanwhile is the next cut's
        records = self._log.read(
            topic,
            partition,
            offset,
            records_max=self._settings.cut_records_max,
            bytes_max=self._settings.cut_bytes_max,
        )
        return Reading(records, drained=offset + len(records) >= end)

    def _is_drained(self, topic: str, partition: int, end: JournalEnd) -> bool:
        return self._log.next_offset(topic, partition) <= end.taken.get(topic, -1) + 1

    def _write_one(self, partition: int, end: JournalEnd, body: Block | Tick) -> None:
        self._write(partition, end, (body,), (encode(body),))

    def _write(self, partition: int, end: JournalEnd, bodies: Sequence[Block | Tick], written: Sequence[bytes]) -> None:
        """Append to the journal, and trust nothing but what the log answers."""
        if not bodies:
            return
        del self._ends[partition]
        offsets = self._log.append_all([(JOURNAL.name, partition, [NewRecord(one)]) for one in written])
        wanted = list(range(end.next_offset, end.next_offset + len(bodies)))
        if offsets != wanted:
            raise IntakeError(
                f"partition {partition}: the journal ended at {end.next_offset}, and our records came to stand at "
                f"{offsets}: another intake writes it; stop one of the two, what came twice is dropped"
            )
        self._ends[partition] = JournalEnd(wanted[-1] + 1, dict(bodies[-1].inbound), self._clock())

    def _end(self, partition: int) -> JournalEnd:
        """Where the journal ends, as its last record says; read once, and again after any doubt."""
        if partition not in self._ends:
            next_offset = self._log.next_offset(JOURNAL.name, partition)
            self._ends[partition] = JournalEnd(0, {}, 0) if next_offset == 0 else self._restored(partition, next_offset)
        return self._ends[partition]

    def _restored(self, partition: int, next_offset: int) -> JournalEnd:
        (last,) = self._log.read(JOURNAL.name, partition, next_offset - 1, records_max=1)
        try:
            body = JOURNAL_BODY.validate_json(last.value or b"")
        except ValidationError as error:
            raise IntakeError(
                f"partition {partition}: journal record {last.offset} is no block or tick this version reads "
                f"({sentences(error)}); start the version that wrote it, or a later one"
            ) from None
        imported = any(
            offset >= self._log.next_offset(topic, partition) for topic, offset in sorted(body.inbound.items())
        )
        return JournalEnd(next_offset, {} if imported else dict(body.inbound), last.stamp_ms, is_imported=imported)
