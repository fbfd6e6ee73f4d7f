"""The towns of a run: several communities, each on a partition of its own, as they stand when the first event comes.

A town comes about as a state always does: by folding decisions. So the decisions that led to it are written to the
`decisions` topic, and as many ticks to the `journal`; whoever decides there restores the town as after any start.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from aiokafka import AIOKafkaProducer

from schemas.codes import MatchStatus
from schemas.journal import JournalRecord, Tick
from schemas.partitions import PARTITIONS, partition_of
from schemas.taxonomy import Taxonomy
from schemas.taxonomy.load import load
from schemas.topics import DECISIONS, JOURNAL
from services.intake import encode
from services.matching import Engine, GridIndex
from services.runtime.kafka import KafkaSettings
from services.simulation.bench.open_proposals import Open
from services.simulation.bench.standing import folded_town, timeline_of
from services.simulation.bench.town import Town
from services.simulation.bench.traffic import OFFER, TURNS, Traffic

BLOCK_MS_MAX = 60_000
HELPERS_SPARE = 100
UNSENT_MAX = 200
"""Records on their way at one time."""


@dataclass(slots=True)
class StandingTown:
    """A community, where it lives, and the people who will go on from there."""

    where: Town
    partition: int
    traffic: Traffic
    next_offset: int
    """Where its journal and its decisions end."""


@dataclass(frozen=True, slots=True)
class Region:
    """Which towns there are."""

    towns: int
    open_asks: int
    """In each of them, at one time."""
    seed: int

    part: tuple[int, int] = (0, 1)
    """Only every so many-th of them, from this one on: the first of two halves is (0, 2)."""

    def communities(self) -> list[str]:
        """Names that lie on partitions of their own, evenly however partitions are dealt out to two or four workers."""
        width, (first, step) = PARTITIONS // self.towns, self.part
        return [_name_on(at * width + at % min(width, 4)) for at in range(first, self.towns, step)]


async def settle(settings: KafkaSettings, region: Region, *, start_ms: int, events_to_come: int) -> list[StandingTown]:
    """Write the towns to an installation whose topics are empty.

    Args:
        start_ms: what the clock says: log time goes on from there.
        events_to_come: so many at most will come; those who will offer have joined by then.
    """
    taxonomy = load()
    producer = AIOKafkaProducer(**settings.for_aiokafka(), max_request_size=8 * 1024 * 1024, linger_ms=20)
    await producer.start()
    try:
        return [
            await _settled(settings, producer, taxonomy, region, where, events_to_come // region.towns)
            for where in (
                Town.of(region.open_asks, is_fixed=False, community=community, start_ms=start_ms)
                for community in region.communities()
            )
        ]
    finally:
        await producer.stop()


async def _settled(
    settings: KafkaSettings,
    producer: AIOKafkaProducer,
    taxonomy: Taxonomy,
    region: Region,
    where: Town,
    events_to_come: int,
) -> StandingTown:
    engine, partition = Engine(taxonomy, GridIndex), partition_of(where.community)
    unsent = []
    for written in _decisions(engine, where, region.seed, events_to_come):
        unsent.append(await producer.send(settings.topic(DECISIONS.name), written, partition=partition))
        unsent.append(await producer.send(settings.topic(JOURNAL.name), encode(Tick()), partition=partition))
        if len(unsent) >= UNSENT_MAX:
            await _all_sent(unsent)
    await _all_sent(unsent)
    traffic = Traffic(where, region.seed + partition)
    matches = engine.state.communities[where.community].matches.values()
    traffic.will_answer(
        Open(match.match, match.ask, match.offerer) for match in matches if match.status is MatchStatus.proposed
    )
    return StandingTown(where, partition, traffic, engine.next_offset)


def _decisions(engine: Engine, where: Town, seed: int, events_to_come: int) -> Iterator[bytes]:
    """Everything that led to the town, and a first round in it."""
    helpers = events_to_come * TURNS.count(OFFER) // len(TURNS) + HELPERS_SPARE
    timeline = timeline_of(where, engine.taxonomy, seed, helpers)
    for folded in folded_town(engine, timeline, where.start_ms, BLOCK_MS_MAX):
        yield folded.written
    yield engine.decide(JournalRecord(offset=engine.next_offset, stamp_ms=where.start_ms, body=Tick())).written


async def _all_sent(unsent: list) -> None:  # type: ignore[type-arg]
    for sent in unsent:
        await sent
    unsent.clear()


def _name_on(partition: int) -> str:
    return next(name for name in (f"bench-{number}" for number in count()) if partition_of(name) == partition)
