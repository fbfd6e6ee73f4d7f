"""Generated cities that live through a day in one data folder, each on a partition of its own where there are enough."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from schemas.decisions import DecisionBlock
from schemas.operations import PolicySet
from services.simulation.city import Neighbours, draw_day
from services.simulation.city.clock import DAY_END_MS, DAY_START_MS
from services.simulation.city_run import POLICY
from services.simulation.said import Said
from services.simulation.timing import Stopwatch
from services.simulation.virtual_run import VirtualRun

TICK_MS = 900_000
"""A round each quarter of an hour: a day is a hundred blocks, with everything in them that happens on a day."""
HURRIED = POLICY.model_copy(update={"tick_ms": TICK_MS})


class Everybody:
    """The people of several cities, each of whom hears of their own city alone."""

    def __init__(self, by_city: dict[str, Neighbours]) -> None:
        self._by_city = by_city

    def answers_to(self, block: DecisionBlock, heard_ms: int) -> Iterable[Said]:
        """What will be said because of a block."""
        for city, people in self._by_city.items():
            told = tuple(fact for fact in block.facts if fact.community == city)
            if told:
                yield from people.answers_to(block.model_copy(update={"facts": told}), heard_ms)


def live_a_day(folder: Path, seeds: Sequence[int], asks: int) -> str:
    """Live through the day of each seed, all of them at once; the hash of the state they come to."""
    days = {seed: draw_day(seed, asks, f"larkmere-{seed}") for seed in seeds}
    everybody = Everybody({day.definition.community: Neighbours(seed, day.people) for seed, day in days.items()})
    with VirtualRun(folder, start_ms=DAY_START_MS, tick_ms=TICK_MS, answers=everybody, stopwatch=Stopwatch()) as run:
        for day in days.values():
            community = day.definition.community
            run.will_say(
                [Said(DAY_START_MS, day.definition), Said(DAY_START_MS, PolicySet(community=community, policy=HURRIED))]
            )
        run.go_to(DAY_START_MS)
        for day in days.values():
            run.will_say(day.said)
        while run.now_ms < DAY_END_MS:
            run.go_to(run.next_tick_ms())
        return run.state_hash()
