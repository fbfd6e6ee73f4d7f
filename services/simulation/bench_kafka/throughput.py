"""How many events a second our services decide, from the inbound topics to the decisions, and how soon an ask is proposed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import time

from services.runtime import topics
from services.runtime.kafka import KafkaSettings
from services.simulation.bench_kafka.asking import Percentiles, percentiles
from services.simulation.bench_kafka.crowd import Crowd
from services.simulation.bench_kafka.processes import Site
from services.simulation.bench_kafka.stamps import Rate, rate_of
from services.simulation.bench_kafka.towns import Region

UNDECIDED_MAX = 1_000
"""Said in each town and not decided yet, where the highest rate is looked for."""
DECIDED_WITHIN_S = 120.0
LOOK_S = 1.0
GREETING = 20
"""Events of each town that are decided before anything is measured: the services are up then."""
DRAINED_WITHIN_S = 4.0
"""Services that keep up have decided the last event by then."""
LATENCY_WARM_UP_S = 4.0
"""Asks of the first seconds are left out: two rounds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The highest rate, found by saying as much as is decided."""

    workers: int
    """Matching workers."""
    rate: Rate
    events: int
    """All that were said, warm-up included."""
    refused: int
    """Answers that came in vain, as they do among people: somebody was quicker."""
    wall_s: float
    cpu_s: dict[str, float]
    """Processor seconds of each service, while it was measured."""
    people_cpu_s: float
    """Of the busiest of the bench's own processes, which share the machine."""
    peak_mb: dict[str, float]


@dataclass(frozen=True, slots=True)
class Wait:
    """How long asks waited at one rate, from the moment at which they were due until they were heard of."""

    share: float
    """Of the highest rate."""
    rate: float
    proposed: Percentiles
    """Until the first proposal, whenever it became possible: what people see."""
    first_chance: Percentiles
    """The same of those proposed at once or in the first round after they were listed: the tick's wait and ours."""
    journalled: Percentiles
    """Until the ask stood in the journal."""
    answered: Percentiles
    """Until its decision was heard of: ours alone, no tick in it."""
    late_ms: float
    """How far behind its schedule the bench itself was, at most; counted in the waits."""
    is_drained: bool
    """Everything was decided soon after the last event: the services keep up with this rate."""
    cpu_s: dict[str, float]
    """Processor seconds of each service meanwhile."""


class NotDecidedError(Exception):
    """What was said was not decided in time; says how much was."""


async def measure_pace(
    settings: KafkaSettings, region: Region, *, workers: int, events: int, profile: Path | None = None
) -> Pace:
    """Look for the highest rate in an installation of its own.

    Args:
        settings: with a prefix under which nothing stands.
        workers: how many matching workers share the partitions.

    Raises:
        NotDecidedError, WorkerEndedError: the services did not keep up, or ended.
    """
    async with installation(settings, region, workers=workers, events=events, profile=profile) as (people, site):
        site.begin_profile()
        before, began = site.cpu_s(), time()
        outputs, refused, cpu_s = len(people.heard.outputs), people.heard.refused, people.cpu_s
        await people.say_as_fast_as_decided(events, UNDECIDED_MAX)
        await decided(people, site)
        return Pace(
            workers=workers,
            rate=rate_of([(output.stamp_ms, output.events) for output in people.heard.outputs[outputs:]]),
            events=events,
            refused=people.heard.refused - refused,
            wall_s=time() - began,
            cpu_s={service: spent - before[service] for service, spent in site.cpu_s().items()},
            people_cpu_s=people.cpu_s - cpu_s,
            peak_mb=site.peak_mb(),
        )


async def measure_waits(
    settings: KafkaSettings, region: Region, *, rate_max: float, share: float, seconds: float
) -> Wait:
    """Let events come at a part of the highest rate, whatever the services do meanwhile.

    Raises:
        NotDecidedError, WorkerEndedError: the services did not keep up at all, or ended.
    """
    rate = rate_max * share
    async with installation(settings, region, workers=1, events=int(rate * seconds)) as (people, site):
        before, began = site.cpu_s(), time()
        await people.say_at(rate, seconds)
        drained = await people.all_decided(DRAINED_WITHIN_S)
        await decided(people, site)
        waits, since_s = people.heard.waits, began + LATENCY_WARM_UP_S
        proposed = [one for one in waits.proposed if one.due_s >= since_s]
        answered = [one for one in waits.answered if one.due_s >= since_s]
        return Wait(
            share=share,
            rate=rate,
            proposed=percentiles([one.heard_s for one in proposed]),
            first_chance=percentiles([one.heard_s for one in proposed if one.is_first_chance]),
            journalled=percentiles([one.journalled_s for one in answered]),
            answered=percentiles([one.heard_s for one in answered]),
            late_ms=people.heard.last_late_s * 1_000,
            is_drained=drained,
            cpu_s={service: spent - before[service] for service, spent in site.cpu_s().items()},
        )


@asynccontextmanager
async def installation(
    settings: KafkaSettings,
    region: Region,
    *,
    workers: int,
    events: int,
    profile: Path | None = None,
    up_within_s: float = DECIDED_WITHIN_S,
) -> AsyncIterator[tuple[Crowd, Site]]:
    """Towns, their people, and our services, all up: something was said in every town, and decided."""
    await asyncio.to_thread(topics.apply, settings)
    greetings = GREETING * region.towns
    crowd = Crowd(settings, region, start_ms=int(time() * 1_000), events_to_come=events + greetings)
    async with crowd as people:
        with Site(settings, profile=profile) as site:
            for service in ("intake", *["matching"] * workers):
                site.start(service)
            await people.say_as_fast_as_decided(greetings, GREETING)
            await decided(people, site, up_within_s)
            yield people, site


async def decided(people: Crowd, site: Site, within_s: float = DECIDED_WITHIN_S) -> None:
    """Wait until everything that was said is decided.

    Raises:
        NotDecidedError: it was not in time.
        WorkerEndedError: a worker has ended.
    """
    end = time() + within_s
    while not await people.all_decided(LOOK_S):
        site.check()
        if time() > end:
            raise NotDecidedError(
                f"{people.heard.decided:,} of {people.heard.said:,} events were decided {within_s:g} s after the "
                f"last one; the workers' last words: {' | '.join(worker.last_words() for worker in site.workers)}"
            )
