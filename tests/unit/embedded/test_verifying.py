"""Proving a log: what was decided by others, what is not decided yet, and what cannot be read."""

import pytest

from schemas.dead_letters import Quarantined
from schemas.decisions import DecisionBlock
from schemas.facts import EventQuarantined
from schemas.journal import Block, JournalRecord
from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.embedded import Proof, UnreadableRecordError, verify
from services.matching import Engine
from services.runtime.log import MemoryLog, Record, VirtualClock, scan
from services.runtime.quarantine import Quarantine
from tests.unit.audit.false_facts import a_second_acceptance, an_ask_for_more_than_was_said
from tests.unit.audit.liars import ACCEPTED, PAIR, PARTITION, TAXONOMY, Recorded, telling, told
from tests.unit.matching.poison import poison


def by_another_version(recorded: Recorded, first: int = 0) -> Recorded:
    """The same log, decided from some block on by a version that is not the running one."""
    for block in recorded.blocks[first:]:
        recorded = recorded.with_block(block.source, logic="0+mcf-0+0")
    return recorded


def with_quarantined(offer: str) -> Recorded:
    """A story whose offer came twice under one id, and an operator had it stepped over both times."""
    story, engine = telling(f"{PAIR}\ntick 2s"), Engine(TAXONOMY)
    records, blocks = list[JournalRecord](), list[DecisionBlock]()
    for told_once in story.records:
        record, words = told_once, dict[int, Quarantined]()
        body = record.body
        if isinstance(body, Block) and any(getattr(event.data, "offer", "") == offer for event in body.events):
            twice = body.model_copy(update={"events": (*body.events, *body.events)})
            record = record.model_copy(update={"body": twice})
            words = {index: word(record, index) for index in range(len(twice.events))}
        records.append(record)
        blocks.append(engine.apply(record, words))
    assert sum(isinstance(fact, EventQuarantined) for block in blocks for fact in block.facts) == 2
    return Recorded(records, blocks)


def word(record: JournalRecord, index: int) -> Quarantined:
    place = f"{PARTITION}/{record.offset}/{index}"
    return Quarantined(place=place, operator="op-1", reason="engine-stopped", at_ms=record.stamp_ms)


def test_what_another_version_decided_is_folded_and_counted() -> None:
    (found,) = verify(by_another_version(told(ACCEPTED), 4).log(), TAXONOMY).partitions

    assert found.breach is None
    assert (found.decided_again, found.not_decided_again) == (4, found.records - 4)


def test_the_auditor_reads_what_another_version_decided() -> None:
    breach = verify(by_another_version(an_ask_for_more_than_was_said().log).log(), TAXONOMY).breach

    assert breach is not None
    assert breach.rule.name == "as_said"


def test_what_cannot_follow_from_what_stands_is_noticed_by_folding_alone() -> None:
    breach = verify(by_another_version(a_second_acceptance().log).log(), TAXONOMY, (Proof.again,)).breach

    assert breach is not None
    assert breach.rule.name == "folds"
    assert "ask A1 has more accepted than was asked for" in breach.stands


def test_what_was_stepped_over_is_stepped_over_again() -> None:
    recorded = with_quarantined("O1")
    log = recorded.log()
    for index in range(2):
        Quarantine(log).put(word(recorded.records[4], index))

    (found,) = verify(log, TAXONOMY).partitions

    assert found.breach is None
    assert found.decided_again == found.records


def test_an_event_that_fails_when_it_is_decided_again_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    log = told(ACCEPTED).log()
    poison(monkeypatch, "O1")

    breach = verify(log, TAXONOMY, (Proof.again,)).breach

    assert breach is not None
    assert breach.rule.name == "decided_again"
    assert breach.sentence.startswith("partition 3, decision 4: rule decided_again is broken: ")
    assert "event 0 of journal record 4, of type offer.opened, could not be decided" in breach.stands


def test_what_is_not_decided_yet_is_counted() -> None:
    recorded = told(ACCEPTED)
    behind = Recorded(recorded.records, recorded.blocks[:-2])

    (found,) = verify(behind.log(), TAXONOMY).partitions

    assert found.breach is None
    assert (found.records, found.undecided) == (len(recorded.records) - 2, 2)


def test_a_decision_about_nothing_is_noticed() -> None:
    recorded = told(ACCEPTED)
    log = MemoryLog(TOPICS, VirtualClock())
    for record in scan(recorded.log(), DECISIONS.name, PARTITION):
        log.restore(DECISIONS.name, PARTITION, [record])

    breach = verify(log, TAXONOMY).breach

    assert breach is not None
    assert (breach.rule.name, breach.wanted) == ("dense", "the journal ends at 0")


def test_a_decision_that_was_written_twice_counts_once() -> None:
    recorded, log = told(ACCEPTED), MemoryLog(TOPICS, VirtualClock())
    for record in scan(recorded.log(), JOURNAL.name, PARTITION):
        log.restore(JOURNAL.name, PARTITION, [record])
    offset = 0
    for record in scan(recorded.log(), DECISIONS.name, PARTITION):
        for _ in range(2):
            twice = Record(DECISIONS.name, PARTITION, offset, record.stamp_ms, None, record.value, ())
            log.restore(DECISIONS.name, PARTITION, [twice])
            offset += 1

    (found,) = verify(log, TAXONOMY).partitions

    assert found.breach is None
    assert found.records == len(recorded.records)


@pytest.mark.parametrize("topic", [JOURNAL.name, DECISIONS.name])
def test_a_record_of_no_known_version_is_named(topic: str) -> None:
    recorded, log = told(ACCEPTED), MemoryLog(TOPICS, VirtualClock())
    block = recorded.blocks[0].model_dump_json().encode()
    values = {JOURNAL.name: recorded.records[0].body.model_dump_json().encode(), DECISIONS.name: block} | {topic: b"{}"}
    for name, value in values.items():
        log.restore(name, PARTITION, [Record(name, PARTITION, 0, recorded.records[0].stamp_ms, None, value, ())])

    with pytest.raises(UnreadableRecordError, match=f"partition 3: record 0 of {topic} is none this version reads"):
        verify(log, TAXONOMY)


def test_an_event_stepped_over_without_an_operators_word_is_noticed_though_it_is_decided_alike() -> None:
    """Who decides again believes the fact that a word was applied; the word itself lies elsewhere."""
    log = with_quarantined("O1").log()

    assert verify(log, TAXONOMY, (Proof.chain, Proof.again)).breach is None
    breach = verify(log, TAXONOMY).breach

    assert breach is not None
    assert (breach.rule.name, breach.wanted) == ("stepped_over", "no operator's word about it is in the log")
    assert (breach.offset, breach.fact) == (4, 0)
