"""How fast the board's tables follow what was decided: from the `decisions` topic into a real PostgreSQL."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time

from services.runtime import topics
from services.runtime.database import connect, upgrade
from services.runtime.kafka import KafkaSettings
from services.runtime.postgres import LocalPostgres
from services.simulation.bench_kafka.processes import Site, Worker
from services.simulation.bench_kafka.towns import Region, settle

ROWS = "commonweal_board_rows_total"
LOOK_S = 0.25
STILL_S = 6.0
"""No more rows for so long: all decisions are in."""
WITHIN_S = 240.0
FOLLOWERS = 0
"""Nobody offers later: only what stands is written."""


@dataclass(frozen=True, slots=True)
class BoardRows:
    """One board worker and what it wrote."""

    rows: int
    seconds: float
    """From the first look that found rows to the last at which there were more."""
    peak_mb: float

    @property
    def rows_per_s(self) -> float:
        """Rows by seconds; 0 where there is nothing to divide by."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0


async def measure_board(settings: KafkaSettings, region: Region) -> BoardRows:
    """Let a board worker write the decisions that lead to standing towns.

    Raises:
        PostgresError: there is no PostgreSQL here, or it did not start.
        WorkerEndedError: the worker ended.
    """
    await asyncio.to_thread(topics.apply, settings)
    await settle(settings, region, start_ms=int(time() * 1_000), events_to_come=FOLLOWERS)
    with TemporaryDirectory(prefix="commonweal-postgres-") as folder:
        server = LocalPostgres(Path(folder))  # the folder itself: what stands above it must let its account through
        await asyncio.to_thread(server.up)
        try:
            address = await asyncio.to_thread(server.create, "board")
            engine = connect(address)
            await asyncio.to_thread(upgrade, engine)
            engine.dispose()
            with Site(settings, database_url=address) as site:
                return await _watched(site, site.start("board"))
        finally:
            await asyncio.to_thread(server.down)


async def _watched(site: Site, board: Worker) -> BoardRows:
    deadline = time() + WITHIN_S
    seen: list[tuple[float, float]] = []
    while time() < deadline:
        rows = await asyncio.to_thread(board.metric, ROWS)
        if rows > (seen[-1][1] if seen else 0):
            seen.append((time(), rows))
        site.check()
        if seen and time() - seen[-1][0] > STILL_S:
            break
        await asyncio.sleep(LOOK_S)
    if len(seen) < 2:
        return BoardRows(0, 0.0, board.peak_mb())
    return BoardRows(int(seen[-1][1] - seen[0][1]), seen[-1][0] - seen[0][0], board.peak_mb())
