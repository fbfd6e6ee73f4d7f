"""The demo's day lived through a second time, in a process of its own: asking the nearest, one at a time."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from services.simulation.acceptance.rivals import one_at_a_time
from services.simulation.city_run import POLICY, run_day
from services.simulation.errors import RunError
from services.simulation.scratch import scratch_folder
from services.simulation.story import Story, story_of


def day_one_at_a_time(seed: int, asks: int) -> Story:
    """The same people, asks and offers, with the same answers from whoever is asked for the same."""
    with scratch_folder() as folder:
        return story_of(run_day(seed, asks, folder, one_at_a_time(POLICY)).told)


@contextmanager
def lived_beside(seed: int, asks: int) -> Iterator[Callable[[], Story]]:
    """Begin with it now, and have it when it is asked for: on a machine with two processors it costs no time.

    Yields:
        Waits for the story, and gives it. Raises `RunError` where it could not be lived through.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        running = pool.submit(day_one_at_a_time, seed, asks)

        def story() -> Story:
            try:
                return running.result()
            except BrokenProcessPool:
                raise RunError(
                    "the process that lived through the day one at a time died, perhaps for want of memory; "
                    "choose fewer --asks"
                ) from None

        yield story
