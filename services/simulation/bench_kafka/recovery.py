"""What a death costs: from SIGKILL to the first decision after it, by the dead one's successor or by its neighbour."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import time

from services.runtime.kafka import KafkaSettings
from services.simulation.bench_kafka.crowd import Crowd
from services.simulation.bench_kafka.processes import Site, Worker
from services.simulation.bench_kafka.throughput import DECIDED_WITHIN_S, NotDecidedError, decided, installation
from services.simulation.bench_kafka.towns import Region

LOAD_PER_S = 100.0
"""Events a second before and after the death: enough to see when somebody decides again."""
BACK_WITHIN_S = 240.0
SNAPSHOT_WITHIN_S = 60.0
PATIENT_UP_TO = 100_000
"""Open asks. A larger town is waited for in proportion: the worker that is killed later has all of it to fold first."""
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Restart:
    """What it took one worker's successor to decide again, while events kept coming."""

    open_asks: int
    seconds: float
    """From SIGKILL, with the successor started at once. The broker gives away what the dead one held only when its
    session is over."""
    restored_s: float
    """Of these, from when the successor was given the partition: snapshot, what was decided since, indexes, and the first
    decision. The rest is the dead one's session."""
    peak_mb: float
    """Of the successor."""
    has_snapshot: bool
    """Whether there was one to start from; otherwise everything that was ever decided was folded."""


async def measure_restart(settings: KafkaSettings, open_asks: int, seed: int) -> Restart:
    """Kill the one matching worker of one large town, and start another.

    Raises:
        NotDecidedError: nothing was decided again.
        WorkerEndedError: the successor ended.
    """
    region, patience = Region(towns=1, open_asks=open_asks, seed=seed), max(1.0, open_asks / PATIENT_UP_TO)
    talk_s, up_within_s = BACK_WITHIN_S * patience, DECIDED_WITHIN_S * patience
    events = int(LOAD_PER_S * talk_s)
    async with installation(settings, region, workers=1, events=events, up_within_s=up_within_s) as (people, site):
        async with _talking(people, talk_s):
            has_snapshot = await _snapshot_kept(site, SNAPSHOT_WITHIN_S * patience)
            killed_s = site.matching[0].kill()
            successor = site.start("matching")
            giving = asyncio.create_task(_given(successor))
            back_s = await _decided_again(people, site, killed_s, talk_s)
            given_s = await giving
        await decided(people, site, up_within_s)
        return Restart(open_asks, back_s - killed_s, back_s - given_s, successor.peak_mb(), has_snapshot)


async def measure_failover(settings: KafkaSettings, region: Region) -> float:
    """Kill one of two matching workers; seconds until every town is decided for again, all of them by the other one.

    Raises:
        NotDecidedError: a town was not decided for again.
        WorkerEndedError: the other one ended.
    """
    return await _without_one_of_two(settings, region, Worker.kill)


async def measure_handover(settings: KafkaSettings, region: Region) -> float:
    """Tell one of two matching workers to stop, as a new version's arrival does; seconds as above. It leaves the group.

    Raises:
        NotDecidedError: a town was not decided for again.
        WorkerEndedError: the other one ended.
    """
    return await _without_one_of_two(settings, region, Worker.end)


async def _without_one_of_two(settings: KafkaSettings, region: Region, end: Callable[[Worker], float]) -> float:
    async with installation(settings, region, workers=2, events=int(LOAD_PER_S * BACK_WITHIN_S)) as (people, site):
        async with _talking(people, BACK_WITHIN_S):
            told_s = await asyncio.to_thread(end, site.matching[0])
            back_s = await _decided_again(
                people, site, time(), BACK_WITHIN_S
            )  # what the one that ends still decides does not count
        await decided(people, site)
        return back_s - told_s


@asynccontextmanager
async def _talking(people: Crowd, seconds: float) -> AsyncIterator[None]:
    """Events come, few and evenly, as long as the block runs, and so many seconds at most."""
    talk = asyncio.create_task(people.say_at(LOAD_PER_S, seconds))
    try:
        yield
    finally:
        talk.cancel()
        with suppress(asyncio.CancelledError):
            await talk


async def _decided_again(people: Crowd, site: Site, killed_s: float, within_s: float) -> float:
    """When the last of the towns had its first decision after the death, in seconds since 1970."""
    first: dict[int, float] = {}
    before = len(people.heard.outputs)
    deadline = time() + within_s
    while len(first) < people.towns:
        for output in people.heard.outputs[before:]:
            if output.stamp_ms > killed_s * 1_000:
                first.setdefault(output.partition, output.stamp_ms / 1_000)
        before = len(people.heard.outputs)
        site.check()
        if time() > deadline:
            raise NotDecidedError(f"{len(first)} of {people.towns} towns were decided for again in {within_s:g} s")
        await asyncio.sleep(LOOK_S)
    return max(first.values())


async def _given(worker: Worker) -> float:
    """When a worker was first seen with partitions, in seconds since 1970."""
    while await asyncio.to_thread(worker.metric, "commonweal_recovering_partitions") == 0:
        if await asyncio.to_thread(worker.metric, "commonweal_recovery_seconds_count") > 0:
            break
        await asyncio.sleep(LOOK_S)
    return time()


async def _snapshot_kept(site: Site, within_s: float) -> bool:
    """Wait until the matching worker says that it kept a snapshot; False where it never did."""
    deadline = time() + within_s
    while time() < deadline:
        if await asyncio.to_thread(site.matching[0].metric, "commonweal_snapshot_seconds_count") > 0:
            return True
        await asyncio.sleep(LOOK_S)
    return False
