"""Matching workers as processes, and the proof of what they decided together."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from schemas.decisions import DecisionBlock
from schemas.journal import JOURNAL_BODY, JournalRecord
from schemas.taxonomy.load import load
from schemas.topics import DECISIONS, JOURNAL
from services.embedded import verify
from services.matching import Engine
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from services.runtime.log import scan
from tests.kafka.towns import until

ROOT = Path(__file__).parents[2]
LATE_RECORDS_MAX = 8


class Workers:
    """Starts workers in one data folder each, and ends those that are left. Use as a context."""

    def __init__(self, kafka: KafkaSettings, folder: Path) -> None:
        self.kafka, self.folder = kafka, folder
        self.all: list[subprocess.Popen[bytes]] = []

    def start(self, place: str = "one", **wrong: Any) -> subprocess.Popen[bytes]:
        """A worker with this data folder; see `matching_child` for what can go wrong with it."""
        env = {
            **os.environ,
            **self.kafka.environment(),
            "COMMONWEAL_DATA_DIR": str(self.folder / place),
            "COMMONWEAL_HTTP_PORT": "0",
            "PYTHONPATH": str(ROOT),
        }
        with (self.folder / f"{place}.log").open("ab") as out:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.kafka.matching_child", json.dumps(wrong)],
                env=env,
                cwd=ROOT,
                stdout=out,
                stderr=out,
            )
        self.all.append(worker)
        return worker

    def said(self, place: str = "*") -> str:
        """What was written to the logs, of one place or of all."""
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob(f"{place}.log")))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.all:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait()
        if error is not None:
            sys.stderr.write(self.said())


def caught_up(log: KafkaLog, partitions: Iterable[int]) -> bool:
    """Whether all that was journalled is decided, as the last decisions tell; one that came late may lie behind it."""
    return all(_is_decided(log, partition, log.next_offset(JOURNAL.name, partition) - 1) for partition in partitions)


def await_caught_up(log: KafkaLog, partitions: Iterable[int], what: str) -> None:
    """Until all that was journalled is decided; patient for as long as decisions come."""
    places = list(partitions)
    until(
        lambda: caught_up(log, places),
        what,
        progress=lambda: [log.next_offset(DECISIONS.name, partition) for partition in places],
    )


def _is_decided(log: KafkaLog, partition: int, source: int) -> bool:
    last = log.tail(DECISIONS.name, partition, records=LATE_RECORDS_MAX)
    return any(DecisionBlock.model_validate_json(one.value or b"").source == source for one in last)


def history(log: KafkaLog, partition: int) -> list[bytes]:
    """The decisions that count, as every reader has to take them: the first for each source, dense."""
    counted: list[bytes] = []
    for record in scan(log, DECISIONS.name, partition):
        source = DecisionBlock.model_validate_json(record.value or b"").source
        assert source <= len(counted), f"partition {partition}: {source} follows {len(counted) - 1}: not dense"
        if source == len(counted):
            counted.append(record.value or b"")
    return counted


def decided_again(log: KafkaLog, partition: int) -> list[bytes]:
    """The journal, decided once more by an engine in this process."""
    engine = Engine(load())
    again = []
    for record in scan(log, JOURNAL.name, partition):
        body = JOURNAL_BODY.validate_json(record.value or b"")
        asked = JournalRecord(offset=record.offset, stamp_ms=record.stamp_ms, body=body)
        again.append(engine.decide(asked).written)
    return again


def one_history(log: KafkaLog, partitions: Iterable[int]) -> bool:
    """Whether each partition's decisions are what its journal comes to, byte for byte, and the proof finds nothing.

    Raises:
        AssertionError: says what is not so.
    """
    for partition in partitions:
        assert history(log, partition) == decided_again(log, partition), f"partition {partition} was decided otherwise"
    found = verify(log)
    assert found.breach is None, found.breach
    assert not any(one.undecided for one in found.partitions)
    return True
