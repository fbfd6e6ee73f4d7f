"""Large towns: restored beside small ones, which go on being decided meanwhile, and carried off in records that fit."""

import asyncio
import gzip
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from schemas.decisions import DecisionBlock
from schemas.journal import Tick
from schemas.partitions import partition_of
from schemas.topics import DECISIONS, JOURNAL, MESSAGE_BYTES_MAX, TOPICS
from services.intake import encode
from services.matching.limits import LIMITS
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from services.runtime.log import NewRecord
from services.simulation.bench_kafka.towns import Region, settle
from tests.kafka.matching_workers import Workers, caught_up
from tests.kafka.towns import Towns, until

OUTAGE_MS = 2 * 3_600_000
WAIT_S_MAX = 30.0
"""How long a neighbour may wait for a decision: tenths of a second, and far more where the machine has other work."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("journal", "decisions", "quarantine")], indirect=True),
]


@pytest.fixture
def log(kafka: KafkaSettings) -> Iterator[KafkaLog]:
    with closing(KafkaLog(kafka, TOPICS)) as opened:
        yield opened


@pytest.mark.parametrize("open_asks", [10_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_neighbours_of_a_large_town_go_on_while_it_is_restored_after_a_kill(
    open_asks: int, kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    now_ms = time.time_ns() // 1_000_000
    (large,) = asyncio.run(settle(kafka, Region(1, open_asks, seed=1), start_ms=now_ms, events_to_come=0))
    towns = Towns(log, [name for name in ("riverside", "hillside") if partition_of(name) != large.partition])
    patience_s = 60 + open_asks / 1_000
    waits: list[float] = []
    with Workers(kafka, tmp_path) as workers:
        for place in ("killed", "successor"):
            worker = workers.start(place)
            until(lambda: caught_up(log, towns.partitions), "deciding the small ones", patience_s)
            log.append(JOURNAL.name, large.partition, [NewRecord(encode(Tick()))])
            waits = waited(log, towns, large.partition, patience_s)
            worker.kill()
            worker.wait()
        assigned = workers.said("successor").count("Executing _on_partitions_assigned")

    assert len(waits) >= 3, "they were decided while it was restored"
    assert max(waits) < WAIT_S_MAX
    assert assigned == 1


@pytest.mark.parametrize("open_asks", [10_000, pytest.param(150_000, marks=pytest.mark.long)])
def test_what_fell_due_in_a_large_town_while_nobody_decided_is_written_in_several_records(
    open_asks: int, kafka: KafkaSettings, log: KafkaLog, tmp_path: Path
) -> None:
    now_ms = time.time_ns() // 1_000_000
    (large,) = asyncio.run(settle(kafka, Region(1, open_asks, seed=1), start_ms=now_ms - OUTAGE_MS, events_to_come=0))
    stood = log.next_offset(DECISIONS.name, large.partition)
    blocks: list[bytes] = []

    with Workers(kafka, tmp_path) as workers:
        workers.start("worker")
        while not blocks or b'"ask.ended"' in blocks[-1] or b'"match.moved"' in blocks[-1]:
            offset = log.append(JOURNAL.name, large.partition, [NewRecord(encode(Tick()))])
            until(lambda: caught_up(log, [large.partition]), "deciding a tick", 60 + open_asks / 1_000)
            (record,) = log.read(DECISIONS.name, large.partition, offset, records_max=1)
            blocks.append(record.value or b"")

    facts = [len(DecisionBlock.model_validate_json(block).facts) for block in blocks]
    packed = [len(gzip.compress(block, 6)) for block in blocks]
    assert len(blocks) > open_asks / LIMITS.due_facts_max, "they were left over again and again"
    assert max(facts[1:]) < 7 * LIMITS.due_facts_max + LIMITS.proposals_max
    assert max(packed) < MESSAGE_BYTES_MAX / 8
    assert sum(packed) > open_asks * 40
    assert log.next_offset(DECISIONS.name, large.partition) == stood + len(blocks)


def waited(log: KafkaLog, towns: Towns, large: int, patience_s: float) -> list[float]:
    """How long each thing that is said in the small towns waits for its decision, until the large one is decided too."""
    waits: list[float] = []

    def says_and_waits() -> bool:
        towns.go_on()
        said_s = time.monotonic()
        until(lambda: caught_up(log, towns.partitions), "deciding the small ones", patience_s)
        waits.append(time.monotonic() - said_s)
        return log.next_offset(DECISIONS.name, large) == log.next_offset(JOURNAL.name, large)

    until(says_and_waits, "deciding the large one", patience_s)
    return waits
