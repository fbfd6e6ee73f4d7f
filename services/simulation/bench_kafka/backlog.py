"""What waits after an outage: events that came while no service ran, and how they are caught up with."""

import asyncio
from dataclasses import dataclass
from time import time

from services.runtime import topics
from services.runtime.kafka import KafkaSettings
from services.simulation.bench_kafka.crowd import Crowd
from services.simulation.bench_kafka.processes import Site
from services.simulation.bench_kafka.stamps import Rate, rate_of
from services.simulation.bench_kafka.throughput import decided
from services.simulation.bench_kafka.towns import Region


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """One matching worker and everything that waited for it."""

    events: int
    rate: Rate
    seconds: float
    """From starting the services to the last decision."""
    peak_mb: dict[str, float]
    refused: int
    """Answers to what had ended by then, or to what was never proposed."""


async def measure_backlog(settings: KafkaSettings, region: Region, events: int) -> CaughtUp:
    """Let events pile up, then start the services.

    Raises:
        NotDecidedError, WorkerEndedError: the services did not catch up, or ended.
    """
    await asyncio.to_thread(topics.apply, settings)
    async with Crowd(settings, region, start_ms=int(time() * 1_000), events_to_come=events) as people:
        await people.say_whatever_is_decided(events)
        with Site(settings) as site:
            began = time()
            for service in ("intake", "matching"):
                site.start(service)
            await decided(people, site, within_s=max(120.0, events / 500))
            return CaughtUp(
                events=events,
                rate=rate_of([(output.stamp_ms, output.events) for output in people.heard.outputs]),
                seconds=time() - began,
                peak_mb=site.peak_mb(),
                refused=people.heard.refused,
            )
