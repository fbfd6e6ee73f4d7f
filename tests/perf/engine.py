"""How many events a second the engine decides, here and now. `make bench` runs it.

A city of constant density fills up to a number of open asks, then one block after the other arrives: asks, offers and
answers, the answers to whatever was proposed in the block before. Measured is the engine alone on one core, beside the
bare cost of reading the same blocks from JSON. Left out: log, board, disk, network, and waiting in line (blocks come as
fast as they are decided).
"""

import itertools
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.codes import MatchStatus, Verb, Vetting
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent, Received
from schemas.facts import MatchMoved, Proposed
from schemas.journal import BLOCK_EVENTS_MAX, JOURNAL_BODY, Block, JournalRecord
from schemas.members import MemberJoined
from schemas.model import Place
from schemas.offers import OfferOpened
from schemas.operations import CommunityDefined, PolicySet
from schemas.policy import Policy
from schemas.taxonomy.load import load
from services.matching.engine import Engine, IndexFactory
from services.matching.grid import GridIndex
from services.matching.index import NaiveIndex

CITY = "bench"
START_MS = 1_767_258_000_000
STEP_MS = 2_000
EVENTS_PER_BLOCK = 20
BLOCKS = 30
METRES_PER_ASK = 200
NEEDS = ("cw:errands.groceries", "cw:errands.dog-walking", "cw:errands")
SEED = 7193

INDEXES: dict[str, tuple[IndexFactory, tuple[int, ...]]] = {
    "naive": (NaiveIndex, (100, 300)),
    "grid ": (GridIndex, (100, 300, 1_000)),
}
"""How the engine looks things up, and at which sizes that is worth waiting for."""


@dataclass(slots=True)
class City:
    """Who comes next, and what people answer; the same for one seed and size."""

    open_asks: int
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    names: Iterator[int] = field(default_factory=itertools.count)
    proposals: dict[str, Proposed] = field(default_factory=dict)

    def arrivals(self, count: int) -> list[AnyEvent]:
        """Asks and offers, three to two, each by somebody new."""
        events: list[AnyEvent] = []
        while len(events) < count:
            number = next(self.names)
            member = f"member-{number}"
            if number % 5 < 3:
                need, place = NEEDS[number % 2], self._place()
                events.append(AskOpened(community=CITY, ask=f"ask-{number}", member=member, need=need, place=place))
            else:
                events.append(MemberJoined(community=CITY, member=member, vetting=Vetting.checked))
                events.append(self._offer(number, member))
        return events

    def answers(self, block: DecisionBlock) -> list[AnyEvent]:
        """Half of those asked accept and come; the rest stay silent."""
        said: list[AnyEvent] = []
        for fact in block.facts:
            if isinstance(fact, Proposed) and self.chance.random() < 0.5:
                self.proposals[fact.match] = fact
                said.append(self._says(fact, Verb.accept))
            elif isinstance(fact, MatchMoved) and fact.to is MatchStatus.accepted:
                said.append(self._says(self.proposals.pop(fact.match), Verb.complete))
        return said

    def _offer(self, number: int, member: str) -> OfferOpened:
        return OfferOpened(
            community=CITY,
            offer=f"offer-{number}",
            member=member,
            needs=(NEEDS[number % 3],),
            place=self._place(),
            radius_m=1_000,
        )

    def _place(self) -> Place:
        side_m = int(METRES_PER_ASK * self.open_asks**0.5)
        return Place(x_m=self.chance.randrange(side_m), y_m=self.chance.randrange(side_m))

    def _says(self, fact: Proposed, verb: Verb) -> Acknowledged:
        return Acknowledged(community=CITY, match=fact.match, member=fact.offerer, verb=verb)


def main() -> None:
    """Print one row per kind of look-up and size."""
    print(
        f"engine, blocks of about {EVENTS_PER_BLOCK} events, {BLOCKS} blocks, one core, Python {sys.version.split()[0]}"
    )
    print("       open asks   events/s   block p50 ms   block p99 ms   reading alone, events/s")
    for kind, (index_factory, sizes) in INDEXES.items():
        for open_asks in sizes:
            print(kind, _row(index_factory, open_asks), flush=True)
    print("left out: log, board, disk, network, waiting in line")


def _row(index_factory: IndexFactory, open_asks: int) -> str:
    city, engine = City(open_asks), Engine(load(), index_factory)
    start: list[AnyEvent] = [
        CommunityDefined(community=CITY, origin_lat_udeg=0, origin_lon_udeg=0, cell_m=250, neighbours=()),
        PolicySet(community=CITY, policy=Policy()),
        *city.arrivals(open_asks * 7 // 3),
    ]
    block = engine.apply(_record(0, start[:BLOCK_EVENTS_MAX]))
    for first in range(BLOCK_EVENTS_MAX, len(start), BLOCK_EVENTS_MAX):
        block = engine.apply(_record(engine.next_offset, start[first : first + BLOCK_EVENTS_MAX]))
    decided, read, count = [], [], 0
    for _ in range(BLOCKS):
        said = city.answers(block)
        record = _record(engine.next_offset, [*said, *city.arrivals(max(0, EVENTS_PER_BLOCK - len(said)))])
        wire = JOURNAL_BODY.dump_json(record.body)
        began = time.perf_counter()
        body = JOURNAL_BODY.validate_json(wire)
        read.append(time.perf_counter() - began)
        count += len(body.events) if isinstance(body, Block) else 0
        began = time.perf_counter()
        block = engine.apply(record)
        decided.append(time.perf_counter() - began)
    median, worst = (1_000 * sorted(decided)[len(decided) * percent // 100] for percent in (50, 99))
    return f"{open_asks:12,} {count / sum(decided):10,.0f} {median:14.1f} {worst:14.1f} {count / sum(read):25,.0f}"


def _record(offset: int, events: Sequence[AnyEvent]) -> JournalRecord:
    now_ms = START_MS + offset * STEP_MS
    received = tuple(
        Received(source="bench", id=f"{offset}-{number}", received_ms=now_ms, data=data)
        for number, data in enumerate(events)
    )
    return JournalRecord(offset=offset, stamp_ms=now_ms, body=Block(events=received, caught_up=True))


if __name__ == "__main__":
    main()
