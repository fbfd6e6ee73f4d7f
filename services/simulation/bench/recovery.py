"""How an engine comes back: from a snapshot and the decisions since, in a process of its own."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from schemas.decisions import DecisionBlock
from schemas.journal import JournalRecord, Tick
from schemas.taxonomy.load import load
from services.matching import Engine, keep, restore
from services.runtime.collector import collect_rarely
from services.runtime.snapshots import Snapshots
from services.simulation.bench.memory import peak_bytes

PARTITION = 0
SNAPSHOTS, TAIL = "snapshots.db", "decisions.jsonl"
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot, and the decisions that came after it."""

    snapshot_s: float
    """For so long the engine stood still."""
    snapshot_bytes: int
    tail_facts: int
    chain: str
    """Where the decisions end."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """An engine that came back and decided its first record."""

    recovery_s: float
    """From opening the snapshots to the first record decided; starting Python is left out."""
    peak_bytes: int
    chain: str
    """Where the decisions ended that were folded."""


def keep_snapshot(engine: Engine, folder: Path) -> tuple[float, int]:
    """Keep the engine's state in a folder; seconds and bytes."""
    began = perf_counter()
    size = keep(Snapshots(folder / SNAPSHOTS), PARTITION, engine)
    return perf_counter() - began, size


def keep_tail(written: Iterable[bytes], folder: Path) -> None:
    """Write down what was decided after the snapshot, one block a line."""
    with (folder / TAIL).open("wb") as file:
        file.writelines(block + b"\n" for block in written)


def measure_recovery(folder: Path) -> Recovered:
    """Recover in a fresh process, so that the peak is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(recover, folder).result()


def recover(folder: Path) -> Recovered:
    """Restore the snapshot, fold the tail, decide an empty record: the indexes are built by then."""
    taxonomy = load()
    collect_rarely()  # as every process that decides
    began = perf_counter()
    engine = restore(Snapshots(folder / SNAPSHOTS), PARTITION, 2**53, taxonomy).engine
    assert engine is not None, "the snapshot that was just kept can be read"
    with (folder / TAIL).open("rb") as file:
        for line in file:
            written = line[:-1]
            engine.fold(DecisionBlock.model_validate_json(written), written)
    chain = engine.state.chain
    engine.decide(JournalRecord(offset=engine.next_offset, stamp_ms=engine.state.clock.now_ms, body=Tick()))
    return Recovered(perf_counter() - began, peak_bytes(), chain)
