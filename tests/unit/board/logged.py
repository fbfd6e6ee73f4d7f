"""A decisions log in memory, and boards made from it."""

from collections.abc import Sequence
from pathlib import Path

from schemas.decisions import DecisionBlock
from schemas.topics import DECISIONS, TOPICS
from services.board import BoardReader
from services.runtime.log import Log, MemoryLog, NewRecord, VirtualClock

BATCH = 50


def memory_log(blocks: Sequence[DecisionBlock] = (), partition: int = 0) -> MemoryLog:
    """A log that holds these decisions and nothing else."""
    log = MemoryLog(TOPICS, VirtualClock(0))
    append(log, blocks, partition)
    return log


def append(log: Log, blocks: Sequence[DecisionBlock], partition: int = 0) -> None:
    """One record for each block, as matching writes them."""
    for start in range(0, len(blocks), BATCH):
        records = [NewRecord(block.model_dump_json().encode()) for block in blocks[start : start + BATCH]]
        log.append(DECISIONS.name, partition, records)


def content_of(path: Path) -> list[str]:
    """Every row of the board."""
    with BoardReader(path) as board:
        return list(board.dump())
