"""How fast the board takes decisions in: rows per second into a real PostgreSQL, and into SQLite beside it.

The decisions are an engine's own, of a generated town that stands and then goes on; they are read from bytes, folded,
looked up and written in transactions of a worker's size, with a commit that waits for the disk.
"""

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from schemas.decisions import DecisionBlock
from schemas.journal import JournalRecord, Tick
from schemas.taxonomy.load import load
from services.board.worker import DatabaseBoard
from services.matching import Engine, GridIndex
from services.runtime.database import connect, upgrade
from services.runtime.postgres import LocalPostgres, PostgresError
from services.simulation.bench.pace import Chunk
from services.simulation.bench.rows import Order, with_traffic
from services.simulation.bench.standing import folded_town, timeline_of
from services.simulation.bench.town import START_MS

BATCH_BLOCKS = 64
"""Applied in one transaction."""
HELPERS = 5_000
PARTITION = 0
"""One partition, so one writer at a time: a worker that holds several writes them side by side."""
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one database took."""

    rows: int
    seconds: float
    reading_s: float
    """Of these, reading blocks from their bytes."""
    facts: int

    @property
    def rows_per_s(self) -> int:
        """By the clock, reading included."""
        return round(self.rows / self.seconds)


def measure_board(*, events: int, open_asks: int, seed: int, tell: Told) -> dict[str, Any]:
    """Measure the board on one town.

    Args:
        events: that go on in the town once it stands.

    Returns:
        The figures, with `rows_per_s` for PostgreSQL, None where it is not installed, and why.
    """
    tell("deciding what the board will read")
    blocks = list(_decided(open_asks, events, seed))
    with TemporaryDirectory(prefix="commonweal-bench-board-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL runs under an account of its own, and has to get through
        tell("SQLite")
        sqlite = _taken(f"sqlite:///{folder}/board.db", blocks)
        tell("PostgreSQL")
        postgres, left_out = _into_postgres(Path(folder) / "postgres", blocks)
    return {
        "rows_per_s": None if postgres is None else postgres.rows_per_s,
        "facts_per_s": None if postgres is None else round(postgres.facts / postgres.seconds),
        "reading_share": None if postgres is None else round(postgres.reading_s / postgres.seconds, 2),
        "sqlite_rows_per_s": sqlite.rows_per_s,
        "rows": sqlite.rows,
        "facts": sqlite.facts,
        "blocks": len(blocks),
        "open_asks": open_asks,
        "events": events,
        "batch_blocks": BATCH_BLOCKS,
        "partitions": 1,
        "left_out": left_out,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _decided(open_asks: int, events: int, seed: int) -> Iterator[bytes]:
    """The decisions of a town that stands, and of what goes on in it."""
    order, engine = Order(open_asks, seed=seed), Engine(load(), GridIndex)
    for block in folded_town(engine, timeline_of(order.town, engine.taxonomy, seed, HELPERS), START_MS):
        yield block.written
    yield engine.decide(JournalRecord(offset=engine.next_offset, stamp_ms=START_MS, body=Tick())).written
    for block in with_traffic(engine, order).run(events, Chunk()):
        yield block.written


def _into_postgres(folder: Path, blocks: list[bytes]) -> tuple[Taken | None, str | None]:
    server = LocalPostgres(folder)
    try:
        server.up()
    except PostgresError as error:
        return None, str(error)
    try:
        return _taken(server.create("board"), blocks), None
    finally:
        server.down()


def _taken(address: str, blocks: list[bytes]) -> Taken:
    engine = connect(address)
    try:
        upgrade(engine)
        board, rows, facts, reading_s = DatabaseBoard(engine), 0, 0, 0.0
        began = perf_counter()
        for start in range(0, len(blocks), BATCH_BLOCKS):
            read_from = perf_counter()
            some = [DecisionBlock.model_validate_json(block) for block in blocks[start : start + BATCH_BLOCKS]]
            reading_s += perf_counter() - read_from
            rows += sum(board.apply_all(PARTITION, some).rows.values())
            facts += sum(len(block.facts) for block in some)
        return Taken(rows, perf_counter() - began, reading_s, facts)
    finally:
        engine.dispose()
