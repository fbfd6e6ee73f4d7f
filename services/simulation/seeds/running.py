"""Seeds one after the other, or several at a time in processes of their own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from traceback import extract_tb

from schemas.taxonomy.load import load as load_taxonomy
from services.embedded import DataFolder, replay
from services.runtime.dead_letters import DeadLetters
from services.runtime.sealing_keys import SealingKeys
from services.simulation.scratch import scratch_folder
from services.simulation.seeds import checks
from services.simulation.seeds.checks.records import read_histories
from services.simulation.seeds.life import Life, Lived, StoppedError
from services.simulation.seeds.scripts import draw_script

PLACES_MAX = 3
LETTERS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a seed."""

    seed: int
    breaches: tuple[str, ...]
    """What does not hold, in sentences; empty, as it must be."""
    admitted: int = 0
    rejected: int = 0
    records: int = 0
    """Journal records."""
    facts: int = 0
    crashes: int = 0
    state_hash: str = ""

    @property
    def holds(self) -> bool:
        """Nothing was found."""
        return not self.breaches


def command(seed: int) -> str:
    """What to type to live through exactly this seed again."""
    return f"commonweal simulate --seeds {seed}..{seed}"


def run_seed(seed: int) -> Outcome:
    """Live through a seed in a folder that is gone afterwards, and check it. Never raises for what the product does."""
    with scratch_folder() as folder:
        try:
            return _checked(seed, Life(draw_script(seed), folder).live())
        except StoppedError as error:
            return Outcome(seed, (str(error),))
        except Exception as error:  # noqa: BLE001 - a bug is what seeds are there to find; the seed repeats it
            return Outcome(seed, (f"the run stopped: {type(error).__name__} {error}, at {_places(error)}",))


def run_seeds(seeds: Sequence[int], jobs: int, *, told: Callable[[int], None]) -> Iterator[Outcome]:
    """The outcome of each seed, as they come in.

    Args:
        jobs: so many processes at a time; with one, everything happens in this one.
        told: hears each seed right before its outcome; with one process, before anything of it is run.
    """
    outcomes = _one_by_one(seeds, told) if jobs == 1 else _side_by_side(seeds, jobs, told)
    yield from outcomes


def _one_by_one(seeds: Sequence[int], told: Callable[[int], None]) -> Iterator[Outcome]:
    for seed in seeds:
        told(seed)
        yield run_seed(seed)


def _side_by_side(seeds: Sequence[int], jobs: int, told: Callable[[int], None]) -> Iterator[Outcome]:
    """A process that dies takes its pool with it: then each seed that did not come back is named, to be run alone."""
    missing = dict.fromkeys(seeds)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        try:
            for done in as_completed([pool.submit(run_seed, seed) for seed in seeds]):
                outcome = done.result()
                del missing[outcome.seed]
                told(outcome.seed)
                yield outcome
        except BrokenProcessPool:
            for seed in missing:
                told(seed)
                yield Outcome(seed, ("it did not come back: its process died, or another seed's process did",))


def _checked(seed: int, lived: Lived) -> Outcome:
    taxonomy, folder = load_taxonomy(), DataFolder(lived.folder)
    log = folder.read_log()
    try:
        histories = read_histories(log)
        breaches = list(histories.breaches)
        replayed = replay(log, taxonomy)
        breaches += checks.replay_comes_to_the_living_state(replayed, lived.live_hashes)
        for partition, decided in histories.decided.items():
            breaches += checks.every_event_is_answered(decided)
            live_hash = lived.live_hashes.get(partition, "")
            breaches += checks.naive_engine_decides_what_is_recorded(decided, taxonomy, live_hash)
        breaches += checks.verify_finds_nothing(log, taxonomy)
        put_aside = DeadLetters(log, SealingKeys(folder.keys)).list(letters_max=LETTERS_MAX)
        breaches += checks.nothing_is_lost_at_the_door(lived, log, put_aside, histories)
        breaches += checks.every_referral_arrives(histories, put_aside)
        breaches += checks.board_is_a_fold(log, folder)
        everything = [one for decided in histories.decided.values() for one in decided]
        return Outcome(
            seed=seed,
            breaches=tuple(breaches),
            admitted=lived.report.admitted_total,
            rejected=lived.report.rejected_total,
            records=len(everything),
            facts=sum(len(one.block.facts) for one in everything),
            crashes=lived.killed.total(),
            state_hash=replayed.state_hash,
        )
    finally:
        log.close()


def _places(error: BaseException) -> str:
    frames = extract_tb(error.__traceback__)[-PLACES_MAX:]
    return " > ".join(f"{Path(frame.filename).stem}:{frame.lineno} {frame.name}" for frame in frames)
