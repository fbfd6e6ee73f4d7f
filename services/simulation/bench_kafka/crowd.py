"""The people of all towns, in processes of their own: neither what is measured nor they themselves wait for the bench.

Each process settles its share of the towns, says what is to be said there, and hears what was decided. News come to
the bench many times a second.
"""

import asyncio
import logging
import multiprocessing
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from time import process_time, time
from typing import Any, Self

from services.runtime.kafka import KafkaSettings
from services.simulation.bench_kafka.people import Heard, People
from services.simulation.bench_kafka.towns import Region, settle

PROCESSES_MAX = max((os.cpu_count() or 2) // 2, 1)
"""The services need the other half of the machine."""
NEWS_S = 0.02
LOOK_S = 0.005
ENDED_WITHIN_S = 10.0
SETTLED_WITHIN_S = 900.0
SETTLED_PER_S = 200
"""Open asks, at least, where their towns are large: folding one slows down on a machine that does other things as well."""


class CrowdFailedError(Exception):
    """A process of the bench's own ended by an error, or its towns did not come about; says which."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a process is to do: a verb of `People` and its words. An empty verb: be silent."""

    number: int
    verb: str
    words: tuple[Any, ...]


@dataclass(slots=True)
class News:
    """What happened in a process since it told last."""

    heard: Heard
    cpu_s: float
    """Of the process, ever."""
    is_settled: bool = False
    done: list[int] = field(default_factory=list)
    """Errands."""
    failed: str = ""


class Crowd:
    """All people. Use as an async context: on entering, the towns stand."""

    def __init__(self, settings: KafkaSettings, region: Region, *, start_ms: int, events_to_come: int) -> None:
        self.heard = Heard()
        self.towns = region.towns
        """How many there are."""
        self._open_asks = region.towns * region.open_asks
        count = min(region.towns, PROCESSES_MAX)
        context = multiprocessing.get_context("spawn")
        self._ours: list[tuple[Connection, SpawnProcess]] = []
        for number in range(count):
            here, there = context.Pipe()
            share = (settings, replace(region, part=(number, count)), start_ms, events_to_come)
            self._ours.append((here, context.Process(target=_live, args=(there, *share), daemon=True)))
        self._cpu_s = [0.0] * count
        self._settled, self._done, self._errands = 0, [0] * count, 0
        self._failed = ""

    @property
    def cpu_s(self) -> float:
        """Processor time of the busiest of the processes, so far."""
        return max(self._cpu_s)

    async def say_at(self, rate: float, seconds: float) -> None:
        """See `People.say_at`."""
        await self._all("say_at", rate / len(self._ours), seconds)

    async def say_as_fast_as_decided(self, events: int, undecided_max: int) -> None:
        """See `People.say_as_fast_as_decided`."""
        await self._all("say_as_fast_as_decided", -(-events // len(self._ours)), undecided_max)

    async def say_whatever_is_decided(self, events: int) -> None:
        """See `People.say_whatever_is_decided`."""
        await self._all("say_whatever_is_decided", -(-events // len(self._ours)))

    async def all_decided(self, seconds: float) -> bool:
        """Wait until everything that was said is decided; False where that took too long."""
        end = time() + seconds
        while self.heard.decided < self.heard.said and time() < end:
            await asyncio.sleep(LOOK_S)
            self._check()
        return self.heard.decided >= self.heard.said

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number, (here, process) in enumerate(self._ours):
            process.start()
            loop.add_reader(here.fileno(), self._hear, number, here)
        try:
            await self._have_settled(max(SETTLED_WITHIN_S, self._open_asks / SETTLED_PER_S))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for here, process in self._ours:
            loop.remove_reader(here.fileno())
            with suppress(OSError):
                here.send(None)
            await asyncio.to_thread(process.join, ENDED_WITHIN_S)
            process.kill()
            process.join()
            here.close()

    async def _have_settled(self, within_s: float) -> None:
        end = time() + within_s
        while self._settled < len(self._ours):
            await asyncio.sleep(LOOK_S)
            self._check()
            if time() > end:
                raise CrowdFailedError(f"the towns did not stand within {within_s:g} s; ask for smaller ones")

    async def _all(self, verb: str, *words: Any) -> None:
        self._errands += 1
        number = self._errands
        self._send(Errand(number, verb, words))
        try:
            while min(self._done) < number:
                await asyncio.sleep(LOOK_S)
                self._check()
        except asyncio.CancelledError:
            self._send(Errand(number, "", ()))
            raise

    def _send(self, errand: Errand) -> None:
        for here, _ in self._ours:
            here.send(errand)

    def _hear(self, number: int, here: Connection) -> None:
        try:
            while here.poll():
                self._take(number, here.recv())
        except (EOFError, OSError):
            self._failed = self._failed or "a process of the bench's own ended"
            asyncio.get_running_loop().remove_reader(here.fileno())

    def _take(self, number: int, news: News) -> None:
        ours, theirs = self.heard, news.heard
        ours.said += theirs.said
        ours.decided += theirs.decided
        ours.refused += theirs.refused
        ours.outputs += theirs.outputs
        ours.waits.answered += theirs.waits.answered
        ours.waits.proposed += theirs.waits.proposed
        ours.last_late_s = max(ours.last_late_s, theirs.last_late_s)
        self._cpu_s[number] = news.cpu_s
        self._settled += news.is_settled
        self._done[number] = max([self._done[number], *news.done])
        self._failed = self._failed or news.failed

    def _check(self) -> None:
        if self._failed:
            raise CrowdFailedError(self._failed)


def _live(there: Connection, settings: KafkaSettings, region: Region, start_ms: int, events_to_come: int) -> None:
    """The whole life of a process: until it is told to end, or the bench is gone."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it tells of every retry; what fails is raised
    try:
        asyncio.run(_settled(there, settings, region, start_ms, events_to_come))
    except Exception as error:
        with suppress(OSError):
            there.send(News(Heard(), process_time(), failed=f"{type(error).__name__}: {error}"))
        raise


async def _settled(
    there: Connection, settings: KafkaSettings, region: Region, start_ms: int, events_to_come: int
) -> None:
    towns = await settle(settings, region, start_ms=start_ms, events_to_come=events_to_come)
    async with People(settings, towns) as people:
        there.send(News(Heard(), process_time(), is_settled=True))
        await _Told(there, people).run()


class _Told:
    """People who do what they are told."""

    def __init__(self, there: Connection, people: People) -> None:
        self._there = there
        self._people = people
        self._doing: dict[int, asyncio.Task[None]] = {}
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Until told to end: do errands, tell news."""
        asyncio.get_running_loop().add_reader(self._there.fileno(), self._hear)
        while not self._ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), NEWS_S)
            self._tell()
        for doing in self._doing.values():
            doing.cancel()

    def _hear(self) -> None:
        try:
            while self._there.poll():
                self._take(self._there.recv())
        except (EOFError, OSError):
            self._take(None)

    def _take(self, errand: Errand | None) -> None:
        if errand is None:
            asyncio.get_running_loop().remove_reader(self._there.fileno())
            self._ended.set()
        elif not errand.verb:
            if errand.number in self._doing:
                self._doing[errand.number].cancel()
        else:
            doing = getattr(self._people, errand.verb)(*errand.words)
            self._doing[errand.number] = asyncio.create_task(doing)

    def _tell(self) -> None:
        self._people.check()
        done = [number for number, doing in self._doing.items() if doing.done()]
        for number in done:
            doing = self._doing.pop(number)
            if not doing.cancelled():
                doing.result()
        self._there.send(News(self._people.news(), process_time(), done=done))
