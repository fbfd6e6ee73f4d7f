"""What a death costs: from SIGKILL to the first decision after it, by the dead one's successor or by its neighbour."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import time

from services.runtime.kafka import KafkaSettings
from services.simulation.bench_kafka.crowd import Crowd
from services.simulation.bench_kafka.processes import Site, Worker
from services.simulation.bench_kafka.throughput import NotDecidedError, decided, installation
from services.simulation.bench_kafka.towns import Region

LOAD_PER_S = 100.0
"""Events a second before and after the death: enough to see when somebody decides again."""
BACK_WITHIN_S = 240.0
SNAPSHOT_WITHIN_S = 60.0
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
    region = Region(towns=1, open_asks=open_asks, seed=seed)
    async with installation(settings, region, workers=1, events=int(LOAD_PER_S * BACK_WITHIN_S)) as (people, site):
        async with _talking(people):
            has_snapshot = await _snapshot_kept(site)
            killed_s = site.matching[0].kill()
            successor = site.start("matching")
            giving = asyncio.create_task(_given(successor))
            back_s = await _decided_again(people, site, killed_s)
            given_s = await giving
        await decided(people, site)
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
        async with _talking(people):
            told_s = await asyncio.to_thread(end, site.matching[0])
            back_s = await _decided_again(people, site, time())  # what the one that ends still decides does not count
        await decided(people, site)
        return back_s - told_s


@asynccontextmanager
async def _talking(people: Crowd) -> AsyncIterator[None]:
    """Events come, few and evenly, as long as the block runs."""
    talk = asyncio.create_task(people.say_at(LOAD_PER_S, BACK_WITHIN_S))
    try:
        yield
    finally:
        talk.cancel()
        with suppress(asyncio.CancelledError):
            await talk


async def _decided_again(people: Crowd, site: Site, killed_s: float) -> float:
    """When the last of the towns had its first decision after the death, in seconds since 1970."""
    first: dict[int, float] = {}
    before = len(people.heard.outputs)
    deadline = time() + BACK_WITHIN_S
    while len(first) < people.towns:
        for output in people.heard.outputs[before:]:
            if output.stamp_ms > killed_s * 1_000:
                first.setdefault(output.partition, output.stamp_ms / 1_000)
        before = len(people.heard.outputs)
        site.check()
        if time() > deadline:
            raise NotDecidedError(f"{len(first)} of {people.towns} towns were decided for again in {BACK_WITHIN_S:g} s")
        await asyncio.sleep(LOOK_S)
    return max(first.values())


async def _given(worker: Worker) -> float:
    """When a worker was first seen with partitions, in seconds since 1970."""
    while await asyncio.to_thread(worker.metric, "commonweal_recovering_partitions") == 0:
        if await asyncio.to_thread(worker.metric, "commonweal_recovery_seconds_count") > 0:
            break
        await asyncio.sleep(LOOK_S)
    return time()


async def _snapshot_kept(site: Site) -> bool:
    """Wait until the matching worker says that it kept a snapshot; False where it never did."""
    deadline = time() + SNAPSHOT_WITHIN_S
    while time() < deadline:
        if await asyncio.to_thread(site.matching[0].metric, "commonweal_snapshot_seconds_count") > 0:
            return True
        await asyncio.sleep(LOOK_S)
    return False
