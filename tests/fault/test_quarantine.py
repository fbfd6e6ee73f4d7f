"""One event in a block of three hundred makes the core raise: its partition waits for an operator, and nobody else does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.dead_letters import Quarantined
from schemas.facts import AskListed, EventQuarantined, OfferListed, Refused
from schemas.journal import JOURNAL_BODY, JournalRecord
from schemas.partitions import partition_of
from schemas.taxonomy.load import load
from schemas.topics import JOURNAL
from services.board import BoardReader, rebuild
from services.embedded import DataFolder, Embedded, NotToQuarantineError, Proof, quarantined_events, replay, verify
from services.intake import RawEvent
from services.matching import Engine, quarantined_in
from services.runtime.log import VirtualClock
from tests.unit.embedded.riverside import HERE, PARTITION, START_MS, ask, founding, minute, offer, raw, settled
from tests.unit.matching.poison import poison

THERE = "hillside"
POISON = "offer-150"
INDEX = 2 + 149 * 2 + 1  # after community and policy, pairs of ask and offer


@pytest.fixture(autouse=True)
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that raises on one offer."""
    poison(monkeypatch, POISON)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START_MS)


def opened(path: Path, clock: VirtualClock) -> Embedded:
    return Embedded.open(path, clock, clock_kind="virtual")


def three_hundred(community: str = HERE) -> Iterator[RawEvent]:
    for number in range(1, 151):
        yield raw(ask(number, START_MS, community), f"a{number}")
        yield raw(offer(number, START_MS, community), f"o{number}")


def stopped(path: Path, clock: VirtualClock) -> Embedded:
    """The shell with one partition stopped by the bug, and another that goes on."""
    assert partition_of(THERE) != PARTITION
    embedded = opened(path, clock)
    embedded.submit([*founding(), *three_hundred(), *founding(community=THERE), *minute(1, THERE)])
    embedded.settle()
    return embedded


def word(place: str = f"{PARTITION}/0/{INDEX}") -> Quarantined:
    return Quarantined(place=place, operator="op-1", reason="engine-stopped", at_ms=START_MS)


def test_the_trouble_names_the_event_and_the_way_out_and_the_other_partition_goes_on(
    tmp_path: Path, clock: VirtualClock
) -> None:
    with stopped(tmp_path, clock) as embedded:
        (trouble,) = embedded.troubles.values()
        there = embedded.matching.at_end(partition_of(THERE)).state.communities[THERE]

    assert trouble.stopped
    assert trouble.partition == PARTITION
    assert (
        f"event {PARTITION}/0/{INDEX}, of type offer.opened (AssertionError: offer {POISON} cannot" in trouble.sentence
    )
    assert f"`commonweal quarantine {PARTITION}/0/{INDEX} --reason engine-stopped --data DIR`" in trouble.sentence
    assert list(there.asks) == ["ask-1"]


def test_once_quarantined_the_others_of_its_block_are_decided_and_the_partition_goes_on(
    tmp_path: Path, clock: VirtualClock
) -> None:
    with stopped(tmp_path, clock) as embedded:
        embedded.quarantine(word())
        (block,) = settled(embedded)
        embedded.submit(minute(200))
        later = settled(embedded)
        assert embedded.troubles == {}

    facts = [fact for fact in block.facts if isinstance(fact, AskListed | OfferListed)]
    assert len(facts) == 299
    (fact,) = [fact for fact in block.facts if isinstance(fact, EventQuarantined)]
    assert (fact.place, fact.operator, fact.reason, fact.cause) == (word().place, "op-1", "engine-stopped", "test/o150")
    assert later


def test_what_was_stepped_over_survives_a_restart_a_replay_and_deciding_again(
    tmp_path: Path, clock: VirtualClock
) -> None:
    with stopped(tmp_path, clock) as embedded:
        embedded.quarantine(word())
        (block,) = settled(embedded)
    with opened(tmp_path, clock) as embedded:
        assert embedded.troubles == {}
        alive = embedded.matching.at_end(PARTITION).state_hash()
        replayed = {one.partition: one.state_hash for one in replay(embedded.log).partitions}
        (record,) = embedded.log.read(JOURNAL.name, PARTITION, 0, records_max=1)
        (listed,) = quarantined_events(embedded.log)
        verified = verify(embedded.log, proofs=(Proof.chain, Proof.again))

    assert verified.breach is None
    assert replayed[PARTITION] == alive
    assert (listed.uid, listed.type, listed.applied) == ("test/o150", "offer.opened", True)
    journalled = JournalRecord(offset=0, stamp_ms=record.stamp_ms, body=JOURNAL_BODY.validate_json(record.value or b""))
    assert Engine(load()).apply(journalled, quarantined_in(block.facts)) == block


def test_sent_again_under_its_id_it_is_a_duplicate_and_stops_nothing(tmp_path: Path, clock: VirtualClock) -> None:
    with stopped(tmp_path, clock) as embedded:
        embedded.quarantine(word())
        embedded.settle()
        embedded.submit([raw(offer(150, START_MS), "o150")])
        (block,) = settled(embedded)

    assert [fact.reason for fact in block.facts if isinstance(fact, Refused)] == ["duplicate"]


def test_a_word_said_while_nothing_runs_is_heard_at_the_next_start(tmp_path: Path, clock: VirtualClock) -> None:
    stopped(tmp_path, clock).close()
    with opened(tmp_path, clock) as embedded:
        assert list(embedded.troubles) == [PARTITION]
        embedded.quarantine(word())
    with opened(tmp_path, clock) as embedded:
        assert embedded.troubles == {}
        assert len(embedded.matching.at_end(PARTITION).state.communities[HERE].offers) == 149


def test_the_board_tells_what_was_stepped_over_and_is_the_same_when_made_anew(
    tmp_path: Path, clock: VirtualClock
) -> None:
    with stopped(tmp_path, clock) as embedded:
        embedded.quarantine(word())
        embedded.settle()
    with BoardReader(DataFolder(tmp_path).board) as board:
        as_it_is = board.content_hash()
    log = DataFolder(tmp_path).read_log()
    rebuild(log, DataFolder(tmp_path).board)
    log.close()
    with BoardReader(DataFolder(tmp_path).board) as board:
        assert board.content_hash() == as_it_is


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (f"{PARTITION}/0/999", "its record holds no such event"),
        (f"{PARTITION}/7/0", "the journal holds no such record"),
        ("63/0/0", "the journal holds no such record"),
        (f"{partition_of(THERE)}/0/0", "it was decided already"),
    ],
)
def test_a_place_without_an_undecided_event_is_refused_by_name(
    place: str, why: str, tmp_path: Path, clock: VirtualClock
) -> None:
    with stopped(tmp_path, clock) as embedded, pytest.raises(NotToQuarantineError, match=why):
        embedded.quarantine(word(place))
