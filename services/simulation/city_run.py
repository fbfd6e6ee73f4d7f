"""The demo's run: a generated day goes through Commonweal minute by minute, and its people answer."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from schemas.operations import PolicySet
from schemas.policy import AcceptanceDial, Policy, PpmByUrgency
from services.intake import SubmitReport
from services.simulation.chronicle import Chronicle
from services.simulation.city import Neighbours, draw_day
from services.simulation.city.clock import DAY_END_MS, DAY_START_MS
from services.simulation.said import Said
from services.simulation.timing import Stopwatch
from services.simulation.virtual_run import VirtualRun

POLICY = Policy(
    name="larkmere",
    tick_ms=60_000,
    acceptance=AcceptanceDial(
        prior_ppm=350_000,  # neighbours answer neighbours more often than elsewhere
        sure_ppm=PpmByUrgency(critical=900_000, high=600_000, normal=200_000, low=100_000),
    ),
    proposals_open_per_unit=3,  # many set a cap on how often they may be asked in a day: it is not to be wasted
    open_slots=2,
)

Told = Callable[[int, Chronicle], None]
"""Is told where the clock stands, and what was decided by then."""


def silently(now_ms: int, told: Chronicle) -> None:
    """Tell nobody."""
    del now_ms, told


@dataclass(frozen=True, slots=True)
class CityRun:
    """What came of a day."""

    told: Chronicle
    submitted: SubmitReport
    records: int
    state_hash: str
    stopwatch: Stopwatch


def run_day(seed: int, asks: int, folder: Path, policy: Policy = POLICY, *, tell: Told = silently) -> CityRun:
    """A day from midnight to midnight, in a fresh data folder, the same for the same seed and policy.

    Raises:
        UsedFolderError: something lies in the folder.
        RunError: the run stopped.
    """
    stopwatch, told = Stopwatch(), Chronicle()
    with stopwatch.stage("draw the city"):
        day = draw_day(seed, asks)
    answers = Neighbours(seed, day.people)
    with VirtualRun(folder, start_ms=DAY_START_MS, tick_ms=policy.tick_ms, answers=answers, stopwatch=stopwatch) as run:
        community = day.definition.community
        run.will_say(
            [Said(DAY_START_MS, day.definition), Said(DAY_START_MS, PolicySet(community=community, policy=policy))]
        )
        run.go_to(DAY_START_MS)
        run.will_say(day.said)
        while run.now_ms < DAY_END_MS:
            for block in run.go_to(run.next_tick_ms()):
                told.take(block)
            tell(run.now_ms, told)
        with stopwatch.stage("state hash"):
            state_hash = run.state_hash()
    return CityRun(told, run.report, run.records, state_hash, stopwatch)
