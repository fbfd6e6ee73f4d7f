"""Board workers as processes, and what they made of what was decided."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from schemas.decisions import DecisionBlock
from schemas.partitions import partition_of
from schemas.topics import DECISIONS, MATCHES
from services.board import BoardReader, BoardWriter
from services.board.database import DatabaseBoard, DatabaseReader
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from services.runtime.log import NewRecord, scan
from tests.databases import Opened
from tests.unit.board.decided import Decided

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from services.cli.main import app; app()", "worker", "board"]
ASKS_IN_A_BLOCK = 8


class Town:
    """A community whose story goes on: each block opens asks, proposes them, and settles those of the block before."""

    def __init__(self, name: str) -> None:
        self.partition = partition_of(name)
        self._decided = Decided(name).defined()
        self._number = 0

    @property
    def blocks(self) -> list[DecisionBlock]:
        """All that was decided."""
        return self._decided.blocks

    def go_on(self, blocks: int = 1) -> Self:
        """Decide more."""
        for _ in range(blocks):
            for index in range(ASKS_IN_A_BLOCK):
                name = f"{self._number}-{index}"
                self._decided.ask(f"A{name}").offer(f"O{name}").proposed(f"M{name}", f"A{name}", f"O{name}")
                if self._number:
                    moves = ("accept", "complete") if index % 3 else ("decline",)
                    self._decided.moved(f"M{self._number - 1}-{index}", *moves)
            self._decided.block()
            self._number += 1
        return self

    def decide(self, log: KafkaLog, blocks: int = 1) -> Self:
        """Decide more, and write it."""
        stood = len(self.blocks)
        return self.go_on(blocks).write(log, self.blocks[stood:])

    def write(self, log: KafkaLog, blocks: Iterable[DecisionBlock]) -> Self:
        """Write blocks, as matching does."""
        for block in blocks:
            log.append(DECISIONS.name, self.partition, [NewRecord(block.model_dump_json().encode())])
        return self


class Worker:
    """A board worker's process. Use as a context."""

    def __init__(self, kafka: KafkaSettings, address: str, folder: Path, port: int = 0) -> None:
        self._said = folder / "board.log"
        env = {
            **os.environ,
            **kafka.environment(),
            "COMMONWEAL_DATABASE_URL": address,
            "COMMONWEAL_DATA_DIR": str(folder / "data"),
            "COMMONWEAL_HTTP_PORT": str(port),
            "COMMONWEAL_SESSION_SECONDS": "6",  # a killed worker's partitions are free sooner
            "PYTHONPATH": str(ROOT),
        }
        with self._said.open("ab") as out:
            self.process = subprocess.Popen(COMMAND, env=env, cwd=ROOT, stdout=out, stderr=out)

    def said(self) -> str:
        """What it wrote."""
        return self._said.read_text()

    def ask(self, path: str) -> tuple[int, Any]:
        """What it answers: the status, and the document. 0 where it does not answer yet."""
        places = [line.rpartition(" ")[2] for line in self.said().splitlines() if "board answers at" in line]
        if not places:
            return 0, None
        address = places[-1].removesuffix("/health/ready")
        try:
            with urllib.request.urlopen(address + path, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())
        except urllib.error.URLError:
            return 0, None

    def kill(self) -> None:
        """As the out-of-memory killer does."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Tell it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
        if error is not None:
            sys.stderr.write(self.said()[-8_000:])


def stands(address: str, opened: Opened) -> Mapping[int, int]:
    """Partition → the source its next block must have."""
    engine = opened(address)
    found = {each.partition: each.next_source for each in DatabaseBoard(engine).progress()}
    engine.dispose()
    return found


def has_read(address: str, opened: Opened, towns: Iterable[Town]) -> bool:
    """Whether the tables hold everything that was decided."""
    found = stands(address, opened)
    return all(found.get(town.partition) == len(town.blocks) for town in towns)


def content(address: str, opened: Opened) -> list[str]:
    """Every row of the board in a database."""
    return list(DatabaseReader(opened(address, reading=True)).dump())


def made_straight(path: Path, towns: Iterable[Town]) -> list[str]:
    """Every row of a board that the embedded shell makes of the same decisions, in one go."""
    with BoardWriter(path) as board:
        for town in towns:
            board.apply_all(town.partition, town.blocks)
    with BoardReader(path) as reader:
        return list(reader.dump())


Matches = dict[tuple[int, str], Any]
"""Partition and match → what is said of it."""


def told(log: KafkaLog) -> Matches:
    """What the `matches` topic says once it is compacted: the last record of each key, partition by partition."""
    last: Matches = {}
    for partition in log.partitions(MATCHES.name):
        for record in scan(log, MATCHES.name, partition):
            assert record.key is not None
            last[partition, record.key.decode()] = json.loads(record.value or b"null")
    return last


def told_records(log: KafkaLog) -> int:
    """How many records partners have been told."""
    return sum(log.next_offset(MATCHES.name, partition) for partition in log.partitions(MATCHES.name))


def in_the_table(address: str, opened: Opened) -> Matches:
    """What the table of matches says, as the topic would."""
    board = DatabaseBoard(opened(address))
    return {
        (partition, row.match): row.model_dump(mode="json")
        for partition in stands(address, opened)
        for some in board.matches_since(partition, 0)
        for row in some.rows
    }
