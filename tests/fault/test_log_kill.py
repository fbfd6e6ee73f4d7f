"""A writer is killed with SIGKILL, a hundred times, wherever it happens to be: opening, appending, checkpointing."""

import multiprocessing
import os
import random
import signal
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from services.runtime.log import NewRecord, SqliteLog, scan

KILLS = 100
PARTITIONS = 3
WRITERS = multiprocessing.get_context("forkserver")  # each writer is a fresh fork of a process without threads


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int


TOPICS = {"journal": Topic("journal", PARTITIONS)}


def append_until_killed(path: Path, life: int, told: Connection) -> None:
    """Append numbered batches, and tell the pipe of each one only once the log has acknowledged it."""
    chance = random.Random(life)
    log = SqliteLog(path, TOPICS)
    for batch in count():
        partition, size = chance.randrange(PARTITIONS), chance.randint(1, 20)
        padding = b" " * chance.choice((0, 100, 5_000, 30_000))  # large enough to make SQLite checkpoint
        records = [NewRecord(b"%d/%d/%d/%d" % (life, batch, index, size) + padding) for index in range(size)]
        first = log.append("journal", partition, records[: 1 if len(padding) > 5_000 else size])
        os.write(told.fileno(), b"%d %d %d\n" % (batch, partition, first))


@dataclass(frozen=True)
class Acknowledged:
    batch: int
    partition: int
    first: int


def one_life(path: Path, life: int, chance: random.Random) -> list[Acknowledged]:
    """Start a writer, kill it after some acknowledgements and some microseconds, return what it had acknowledged."""
    receiver, sender = WRITERS.Pipe(duplex=False)
    with open(receiver.fileno(), "rb", closefd=False) as told, closing(receiver):
        writer = WRITERS.Process(target=append_until_killed, args=(path, life, sender))
        writer.start()
        sender.close()
        lines = [told.readline() for _ in range(chance.choice((0, 1, 2, 5, 12)))]
        until = time.perf_counter() + chance.random() * (0.003 if lines else 0.03)  # without lines: while it opens
        while time.perf_counter() < until:
            pass
        writer.kill()
        lines += told.readlines()
        writer.join()
    assert writer.exitcode == -signal.SIGKILL, "the writer ended by itself"
    whole = (line for line in lines if line.endswith(b"\n"))
    return [Acknowledged(*map(int, line.split())) for line in whole]


def check(log: SqliteLog, life: int, starts: list[int], acknowledged: list[Acknowledged]) -> int:
    """Look at what a life left behind its `starts`; returns how many whole batches nobody was told of."""
    batches: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    place: dict[int, tuple[int, int]] = {}
    for partition, start in enumerate(starts):
        for offset, record in enumerate(scan(log, "journal", partition, start=start), start):
            assert record.offset == offset
            found_life, batch, index, size = map(int, (record.value or b"").split(b"/"))
            assert found_life == life, "a record of an earlier life appears again"
            place.setdefault(batch, (partition, offset))
            batches[batch].append((index, size, len(record.value or b"")))
    for one in acknowledged:
        assert place.get(one.batch) == (one.partition, one.first), f"acknowledged batch {one.batch} is lost or moved"
    for batch, found in batches.items():
        _, size, bytes_each = found[0]
        assert [index for index, _, _ in found] == list(range(1 if bytes_each > 6_000 else size)), (
            f"batch {batch} is torn"
        )
    assert sorted(batches) == list(range(len(batches)))
    return len(batches) - len(acknowledged)


@pytest.mark.slow
def test_killed_a_hundred_times_nothing_acknowledged_is_lost_and_nothing_is_doubled(tmp_path: Path) -> None:
    WRITERS.set_forkserver_preload([__name__])
    chance = random.Random(7193)
    path = tmp_path / "log.db"
    starts = [0] * PARTITIONS
    told = 0
    for life in range(KILLS):
        acknowledged = one_life(path, life, chance)
        told += len(acknowledged)
        with closing(SqliteLog(path, TOPICS)) as log:
            assert check(log, life, starts, acknowledged) in {0, 1}
            starts = [log.next_offset("journal", partition) for partition in range(PARTITIONS)]
    assert told > KILLS, "the writers were killed too early for this to show anything"
