"""Recorded histories: what people were told on those days is still what this version says they were told."""

from pathlib import Path

import orjson
import pytest

from schemas.taxonomy.load import load
from schemas.topics import DECISIONS, JOURNAL, TOPICS, Topic
from services.embedded import verify
from services.matching.agent import Matching, MatchingError
from services.runtime.log import MemoryLog, VirtualClock, import_topic, scan
from tests.replay.record import HISTORIES, told

NAMES = sorted(path.name.removesuffix(".told.txt") for path in HISTORIES.glob("*.told.txt"))


def remembered(name: str, *topics: Topic) -> MemoryLog:
    """A log with these topics of a history."""
    log = MemoryLog(TOPICS, VirtualClock())
    for topic in topics:
        with (HISTORIES / f"{name}.{topic.name}.jsonl").open("rb") as file:
            import_topic(log, topic, file)
    return log


def values(log: MemoryLog, topic: Topic) -> list[tuple[int, int, bytes]]:
    return [
        (partition, record.offset, record.value or b"")
        for partition in log.partitions(topic.name)
        for record in scan(log, topic.name, partition)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_folding_a_history_leads_to_what_people_were_told(name: str) -> None:
    log = remembered(name, JOURNAL, DECISIONS)
    matching = Matching(log, None, load())

    lines = [line for partition in log.partitions(DECISIONS.name) for line in told(matching.at_end(partition))]

    assert lines == (HISTORIES / f"{name}.told.txt").read_text().splitlines()
    assert len(values(log, DECISIONS)) == len(values(log, JOURNAL))


@pytest.mark.parametrize("name", NAMES)
def test_what_this_version_decided_it_decides_again_byte_for_byte(name: str) -> None:
    recorded = values(remembered(name, DECISIONS), DECISIONS)
    again = remembered(name, JOURNAL)
    matching = Matching(again, None, load())
    ours = {place[:2] for place in recorded if orjson.loads(place[2])["logic"] == logic_of(matching)}

    for partition in again.partitions(JOURNAL.name):
        matching.at(partition, again.next_offset(JOURNAL.name, partition))

    decided = [place for place in values(again, DECISIONS) if place[:2] in ours]
    assert decided == [place for place in recorded if place[:2] in ours], (
        "the same journal is decided otherwise under the same version: raise LOGIC_VERSION in services/matching/engine.py"
    )


@pytest.mark.parametrize("name", NAMES)
def test_in_every_history_promises_were_kept(name: str) -> None:
    found = verify(remembered(name, JOURNAL, DECISIONS), load())

    assert found.breach is None, found.breach.sentence
    assert all(one.records == one.decided_again + one.not_decided_again > 0 for one in found.partitions)


def logic_of(matching: Matching) -> str:
    return matching.at_end(0).logic


def test_a_distance_that_was_changed_afterwards_is_noticed() -> None:
    log = remembered("a_distance_that_was_changed_afterwards", DECISIONS)
    (partition,) = log.partitions(DECISIONS.name)

    with pytest.raises(MatchingError, match=rf"partition {partition}: block 3 does not continue the chain"):
        Matching(log, None, load()).at_end(partition)


def test_histories_are_small_and_name_nobody() -> None:
    for path in HISTORIES.iterdir():
        assert path.stat().st_size < 200_000, f"{path.name} is large; a history remembers one thing"
        assert "@" not in path.read_text().replace("saturday@", ""), f"{path.name} may hold an address"


def test_every_history_has_its_three_files() -> None:
    assert NAMES
    for name in NAMES:
        for topic in (JOURNAL, DECISIONS):
            assert Path(HISTORIES / f"{name}.{topic.name}.jsonl").exists()
