"""A running Commonweal: steps until it is told to stop, takes in what is handed to it, and says how it is.

The loop owns the embedded shell and its thread. Everybody else (the HTTP endpoint's threads, a signal) talks to it by
four doors: `hand_in`, `quarantine`, `health`, `stop`.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from schemas.dead_letters import Quarantined
from services.embedded.counting import Counting
from services.embedded.settings import EmbeddedSettings
from services.embedded.shell import Embedded, Step
from services.embedded.troubles import Trouble
from services.intake import RawEvent, SubmitReport
from services.runtime.metrics import Metrics

A = TypeVar("A")


def silently(health: "Health") -> None:
    """Tell nobody."""


class TooBusyError(Exception):
    """So many submissions wait already that this one was not taken; it may come again in a moment."""

    def __init__(self) -> None:
        super().__init__("too many submissions wait already; send this one again in a moment")


class StoppingError(Exception):
    """The process is on its way out and takes nothing in any more."""

    def __init__(self) -> None:
        super().__init__("Commonweal is stopping and takes nothing in any more; send this again once it is up")


@dataclass(frozen=True, slots=True)
class Health:
    """How the process is, as of its last step."""

    is_alive: bool
    """A step was finished lately."""
    is_ready: bool
    """It caught up once, and no partition is in trouble."""
    steps: int
    events: int
    """Taken into the journal since the start."""
    decided: int
    """Journal records decided since the start."""
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class _HandedIn:
    """Something to be done on the loop's thread, between two steps."""

    act: Callable[[Embedded], Any]
    answer: Future[Any]


class Running:
    """The loop around an embedded shell."""

    def __init__(self, embedded: Embedded, settings: EmbeddedSettings | None = None) -> None:
        self._embedded = embedded
        self._settings = settings or EmbeddedSettings()
        self._counting = Counting(embedded)
        self._waiting: queue.Queue[_HandedIn | None] = queue.Queue(self._settings.handed_in_max + 1)
        self._door = threading.RLock()  # a signal may ask to stop while its own thread is asking
        self._stopping = threading.Event()
        self._stepped_s = time.monotonic()
        self._health = Health(is_alive=True, is_ready=False, steps=0, events=0, decided=0, troubles=())

    def run(self, told: Callable[[Health], None] = silently) -> None:
        """Step until told to stop, then drain: what was handed in by then is let in and decided before this returns.

        Args:
            told: hears how it is after each step, on the loop's thread.

        Raises:
            LeapError: the machine's clock went on further than log time may by itself.
        """
        try:
            while not self._stopping.is_set():
                self._embedded.expect_no_leap()  # the machine may have slept for days
                step = self._step(told)
                self._take_in(wait_s=self._settings.idle_ms / 1_000 if step.is_idle else 0)
            self._take_in(wait_s=0)
            while not self._step(told).is_idle:
                pass
        finally:
            self.stop()
            self._turn_away()

    def hand_in(self, raws: Sequence[RawEvent]) -> SubmitReport:
        """Let events in by the door of the running process, from any other thread; waits for what became of them.

        Raises:
            TooBusyError: too many wait already.
            StoppingError: the process is on its way out.
            LogError: the log did not take them all; hand all of them in again, what came twice is dropped.
        """
        return self._done_inside(lambda embedded: embedded.submit(raws))

    def quarantine(self, word: Quarantined) -> None:
        """Have an event that stopped its partition stepped over, from any other thread.

        Raises:
            NotToQuarantineError: there is no undecided event at that place.
            TooBusyError, StoppingError, LogError: as `hand_in`.
        """
        self._done_inside(lambda embedded: embedded.quarantine(word))

    def _done_inside(self, act: Callable[[Embedded], A]) -> A:
        handed_in = _HandedIn(act, Future())
        with self._door:
            if self._stopping.is_set():
                raise StoppingError
            if self._waiting.qsize() >= self._settings.handed_in_max:
                raise TooBusyError
            self._waiting.put_nowait(handed_in)
        answer: A = handed_in.answer.result()
        return answer

    def health(self) -> Health:
        """How it is, from any thread."""
        silent_ms = (time.monotonic() - self._stepped_s) * 1_000
        return replace(self._health, is_alive=silent_ms < self._settings.stalled_after_ms)

    @property
    def metrics(self) -> Metrics:
        """What it counts, from any thread."""
        return self._counting.metrics

    def stop(self) -> None:
        """Ask the loop to drain and end, from any thread or a signal. Asking twice is fine."""
        with self._door:
            if not self._stopping.is_set():
                self._stopping.set()
                self._waiting.put_nowait(None)  # wakes the loop; there is one place more than submissions may take

    def _step(self, told: Callable[[Health], None]) -> Step:
        began_s = time.monotonic()
        step = self._embedded.step()
        self._counting.hear(step, time.monotonic() - began_s)
        troubles = tuple(self._embedded.troubles[partition] for partition in sorted(self._embedded.troubles))
        self._health = Health(
            is_alive=True,
            is_ready=not troubles and (self._health.is_ready or step.is_idle),
            steps=self._health.steps + 1,
            events=self._health.events + step.cut,
            decided=self._health.decided + len(step.decided),
            troubles=troubles,
        )
        self._stepped_s = time.monotonic()
        told(self._health)
        return step

    def _take_in(self, wait_s: float) -> None:
        """Let in what was handed in; where there is nothing yet, wait a moment for the first."""
        with contextlib.suppress(queue.Empty):
            self._let_in(self._waiting.get(timeout=wait_s) if wait_s else self._waiting.get_nowait())
            while True:
                self._let_in(self._waiting.get_nowait())

    def _let_in(self, handed_in: _HandedIn | None) -> None:
        if handed_in is None:
            return
        try:
            handed_in.answer.set_result(handed_in.act(self._embedded))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever handed in, who waits for it
            handed_in.answer.set_exception(error)

    def _turn_away(self) -> None:
        """Nobody is left waiting for a loop that ended."""
        with contextlib.suppress(queue.Empty):
            while True:
                handed_in = self._waiting.get_nowait()
                if handed_in is not None:
                    handed_in.answer.set_exception(StoppingError())
