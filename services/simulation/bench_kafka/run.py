"""One run: a broker of its own, our services, and the rivals on the very records that ours had."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from services.runtime.broker import LocalBroker
from services.runtime.kafka import KafkaSettings
from services.runtime.postgres import PostgresError
from services.simulation.bench_kafka.backlog import CaughtUp, measure_backlog
from services.simulation.bench_kafka.board_rows import BoardRows, measure_board
from services.simulation.bench_kafka.copies import COPIES, copied, make_topics
from services.simulation.bench_kafka.crowd import CrowdFailedError
from services.simulation.bench_kafka.processes import WorkerEndedError
from services.simulation.bench_kafka.profiles import heaviest
from services.simulation.bench_kafka.recovery import Restart, measure_failover, measure_handover, measure_restart
from services.simulation.bench_kafka.rival_runs import RIVALS, Ran, Rival, RivalFailedError, run_rival
from services.simulation.bench_kafka.throughput import (
    NotDecidedError,
    Pace,
    Wait,
    measure_pace,
    measure_waits,
)
from services.simulation.bench_kafka.towns import Region

PARTS = ("pace", "rivals", "workers", "latency", "backlog", "recovery", "failover", "board", "profile")
"""What can be measured, in this order."""
STANDING_ON_PACE = frozenset({"pace", "rivals", "latency"})
"""For these the pace is measured first: its records are what rivals read, and latency is told by parts of it."""
SHARES = (0.1, 0.5, 0.9)
RIVAL_S_MAX = 30.0
LATENCY_S = 25.0
RIVAL_RECORDS_MIN = 150_000
"""Fewer are over before the fastest can be told from its own batches."""

T = TypeVar("T")
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class KafkaBench:
    """What is measured, and how much of it."""

    parts: frozenset[str]
    events: int
    region: Region
    workers: Sequence[int]
    """Counts of matching workers beside one."""
    recovered: Sequence[int]
    """Open asks in one partition whose worker is killed."""
    backlog: int
    rivals_python: str
    latency_s: float = LATENCY_S


@dataclass(slots=True)
class Found:
    """What was found; what was not measured is empty."""

    pace: Pace | None = None
    rivals: dict[str, Ran] = field(default_factory=dict)
    more: list[Pace] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    caught_up: CaughtUp | None = None
    restarts: list[Restart] = field(default_factory=list)
    failover_s: float | None = None
    handover_s: float | None = None
    board: BoardRows | None = None
    profile: list[dict[str, object]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """A sentence for each part that could not be measured."""


class Run:
    """Measures part by part, each in an installation of its own on one broker."""

    def __init__(self, bench: KafkaBench, bootstrap: str, tell: Told) -> None:
        self.found = Found()
        self._bench = bench
        self._bootstrap = bootstrap
        self._tell = tell
        self._numbers = count(1)

    async def all(self) -> Found:
        """Everything that was asked for. What fails is told in `failed`, and the rest goes on."""
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it tells of every retry; what fails is raised
        parts = self._bench.parts
        if parts & STANDING_ON_PACE:
            await self._pace_and_rivals()
        if "workers" in parts:
            for workers in self._bench.workers:
                pace = await self._tried(f"{workers} matching workers", self._measured_pace(workers))
                self.found.more += [] if pace is None else [pace]
        if "latency" in parts and self.found.pace is not None:
            await self._latency(self.found.pace.rate.events_per_s)
        await self._troubles()
        if "profile" in parts:
            await self._tried("where the matching worker's time goes", self._profiled())
        return self.found

    async def _pace_and_rivals(self) -> None:
        cluster = self._fresh()
        bench = self._bench
        pace = measure_pace(cluster, bench.region, workers=1, events=bench.events)
        self.found.pace = await self._tried("events a second, one matching worker", pace)
        if self.found.pace is None or "rivals" not in bench.parts:
            return
        self._tell("what the rivals read")
        records = await copied(cluster, RIVAL_RECORDS_MIN)
        for rival in RIVALS:
            ran = await self._tried(f"beside it: {rival.name}", self._rival(cluster, rival, records))
            if ran is not None:
                self.found.rivals[rival.name] = ran

    async def _rival(self, cluster: KafkaSettings, rival: Rival, records: int) -> Ran:
        output = f"rival-{rival.name}"
        await asyncio.to_thread(make_topics, cluster, [output])
        return await run_rival(
            rival,
            cluster,
            [cluster.topic(topic) for topic in COPIES.values()],
            cluster.topic(output),
            wanted=records,
            seconds=RIVAL_S_MAX,
            python=self._bench.rivals_python,
        )

    async def _measured_pace(self, workers: int, profile: Path | None = None) -> Pace:
        bench = self._bench
        return await measure_pace(self._fresh(), bench.region, workers=workers, events=bench.events, profile=profile)

    async def _latency(self, rate_max: float) -> None:
        for share in SHARES:
            wait = await self._tried(
                f"from ask to proposal at {share:.0%} of the highest rate",
                measure_waits(
                    self._fresh(), self._bench.region, rate_max=rate_max, share=share, seconds=self._bench.latency_s
                ),
            )
            self.found.waits += [] if wait is None else [wait]

    async def _troubles(self) -> None:
        bench, found = self._bench, self.found
        if "backlog" in bench.parts:
            measured = measure_backlog(self._fresh(), bench.region, bench.backlog)
            found.caught_up = await self._tried(f"a backlog of {bench.backlog:,} events", measured)
        if "recovery" in bench.parts:
            for open_asks in bench.recovered:
                restart = measure_restart(self._fresh(), open_asks, bench.region.seed)
                back = await self._tried(f"SIGKILL at {open_asks:,} open asks", restart)
                found.restarts += [] if back is None else [back]
        if "failover" in bench.parts:
            failover = measure_failover(self._fresh(), bench.region)
            found.failover_s = await self._tried("SIGKILL of one of two matching workers", failover)
            handover = measure_handover(self._fresh(), bench.region)
            found.handover_s = await self._tried("SIGTERM of one of two matching workers", handover)
        if "board" in bench.parts:
            found.board = await self._tried("rows of the board", measure_board(self._fresh(), bench.region))

    async def _profiled(self) -> None:
        with TemporaryDirectory(prefix="commonweal-profile-") as folder:
            profile = Path(folder) / "matching"
            await self._measured_pace(1, profile)
            self.found.profile = heaviest(profile)

    async def _tried(self, what: str, measuring: Awaitable[T]) -> T | None:
        self._tell(what)
        try:
            return await measuring
        except (CrowdFailedError, NotDecidedError, PostgresError, RivalFailedError, WorkerEndedError) as error:
            self.found.failed.append(f"{what}: {error}")
            return None

    def _fresh(self) -> KafkaSettings:
        """A prefix under which nothing stands yet."""
        return KafkaSettings(bootstrap=self._bootstrap, prefix=f"bench{next(self._numbers)}-")


@contextmanager
def own_broker() -> Iterator[str]:
    """A broker for as long as the block runs; where it listens.

    Raises:
        BrokerError: none could be started.
    """
    with TemporaryDirectory(prefix="commonweal-bench-broker-") as folder:
        broker = LocalBroker(Path(folder) / "broker", port=0)
        bootstrap = broker.up().bootstrap
        assert bootstrap is not None, "a broker that is up listens somewhere"
        try:
            yield bootstrap
        finally:
            broker.down()
