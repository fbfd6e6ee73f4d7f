"""A seed lived through: the one-process product over a data folder, with crashes, stalls and leaps on the way."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import groupby
from pathlib import Path
from random import Random

from schemas.decisions import DecisionBlock
from schemas.partitions import partition_of
from schemas.topics import DECISIONS
from services.embedded import Embedded, EmbeddedSettings
from services.intake import RawEvent, SubmitReport
from services.matching.settings import MatchingSettings
from services.runtime.log import NewRecord, VirtualClock, scan
from services.simulation.chance import chance
from services.simulation.seeds.crashes import Fuse, Killed, befall, bury
from services.simulation.seeds.replies import Replies
from services.simulation.seeds.rubbish import Stray
from services.simulation.seeds.scripts import PEOPLE, START_MS, Script, Sent, Turn, raw

SENT_AGAIN = 0.02
"""Chance that a whole submission comes again, since its sender never heard that it was taken."""
SET_BACK_MS = (0, 0, 0, 1_000, 600_000)
"""How far the machine's clock may be behind after a crash."""


class StoppedError(Exception):
    """A partition stands still: a bug, since nothing of what befalls a seed may stop one."""


@dataclass(slots=True)
class Lived:
    """What a life was, beside what lies in its folder."""

    folder: Path
    live_hashes: dict[int, str] = field(default_factory=dict)
    """Partition → hash of the state as it lived in memory at the end."""
    report: SubmitReport = field(default_factory=SubmitReport)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Origin and reason of what the door had to refuse → how often it was sent."""
    strays: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    """Step → how often the process was killed right after it."""
    left: Counter[str] = field(default_factory=Counter)
    """What the crashes left."""


@dataclass(order=True, slots=True)
class _Due:
    at_ms: int
    number: int
    sent: Sent = field(compare=False)


class Life:
    """One life of a script, in folders under `home`."""

    def __init__(self, script: Script, home: Path) -> None:
        self._script = script
        self._replies = Replies(script.seed, {town.community: tuple(town.offers) for town in script.towns})
        self._due = [_Due(one.at_ms, number, one) for number, one in enumerate(script.sent)]
        self._numbers = len(self._due)
        self._clock = VirtualClock(START_MS)
        self._fuse = Fuse(script.crashes, home)
        self._luck = chance(script.seed, "luck")
        self._heard: Counter[int] = Counter()
        self._lived = Lived(self._fuse.folder)
        self._product: Embedded | None = None

    def live(self) -> Lived:
        """Live through all turns, and settle.

        Raises:
            StoppedError: a partition stood still.
        """
        try:
            for turn in self._script.turns:
                self._take(turn)
            self._surely(self._settle)
            self._lived.live_hashes = dict(self._hashes())
        finally:
            self._close()
        self._lived.folder = self._fuse.folder
        self._lived.killed.update(self._fuse.killed)
        return self._lived

    def _take(self, turn: Turn) -> None:
        self._surely(self._open)
        for at_ms, due in groupby(self._until(turn.until_ms), key=lambda one: one.at_ms):
            self._clock.advance_to(at_ms)
            self._send([one.sent for one in due])
        self._clock.advance_to(turn.until_ms)
        if turn.decides:
            self._decide(turn)
            self._hear()

    def _decide(self, turn: Turn) -> None:
        """As many steps as the turn has time for, or until nothing waits."""
        tick = turn.ticks
        for _ in range(turn.steps_max):
            if not self._surely(partial(self._step, tick=tick)):
                return
            tick = False

    def _until(self, until_ms: int) -> Iterator[_Due]:
        while self._due and self._due[0].at_ms <= until_ms:
            yield heappop(self._due)

    def _send(self, sent: list[Sent]) -> None:
        """What comes at one moment, in the order in which it was drawn; strays around the door."""
        raws = [one for one in sent if isinstance(one.what, RawEvent)]
        for _ in range(2 if self._luck.random() < SENT_AGAIN else 1):
            self._submit(raws)
        for one in sent:
            if isinstance(one.what, Stray):
                record = NewRecord(one.what.value, key=None, headers=one.what.headers)
                self._running.log.append(one.what.topic, partition_of(one.what.community), [record])
                self._lived.strays += 1

    def _submit(self, sent: list[Sent]) -> None:
        report = self._running.submit(one.what for one in sent if isinstance(one.what, RawEvent))
        self._lived.report.admitted.update(report.admitted)
        self._lived.report.rejected.update(report.rejected)
        for one in sent:
            if one.why is not None and isinstance(one.what, RawEvent):
                self._lived.refused[one.what.origin, one.why.value] += 1

    def _step(self, *, tick: bool) -> bool:
        """One step of the product; whether anything happened."""
        step = self._running.step(tick=tick)
        for trouble in self._running.troubles.values():
            raise StoppedError(trouble.sentence)
        return not step.is_idle

    def _settle(self) -> None:
        while self._step(tick=False):
            pass

    def _hear(self) -> None:
        """People hear what is in the log, whoever wrote it, and will answer."""
        log = self._running.log
        for partition in log.partitions(DECISIONS.name):
            for record in scan(log, DECISIONS.name, partition, start=self._heard[partition]):
                block = DecisionBlock.model_validate_json(record.value or b"")
                for reply in self._replies.answers_to(block, self._clock.now_ms):
                    self._will_send(Sent(reply.at_ms, raw(reply.event, PEOPLE, reply.name)))
                self._heard[partition] = record.offset + 1

    def _will_send(self, sent: Sent) -> None:
        heappush(self._due, _Due(sent.at_ms, self._numbers, sent))
        self._numbers += 1

    def _surely(self, do: Callable[[], bool | None]) -> bool | None:
        """Do it, however often the process is killed meanwhile."""
        while True:
            try:
                self._open()
                return do()
            except Killed:
                self._die()

    def _open(self) -> None:
        if self._product is None:
            self._product = Embedded.open(
                self._fuse.folder,
                self._clock,
                clock_kind="virtual",
                settings=self._settings(),
                after_step=self._fuse.after_step,
            )
            self._lived.folder = self._fuse.folder

    def _die(self) -> None:
        """The process is gone; its folder, as it was at that moment, is where the next one lives."""
        self._close()
        bury(self._lived.folder)
        draw = self._fate()
        self._lived.left[befall(draw, self._fuse.folder)] += 1
        self._lived.folder = self._fuse.folder
        self._clock.now_ms -= draw.choice(SET_BACK_MS)

    def _fate(self) -> Random:
        return chance(self._script.seed, "crash", str(len(self._fuse.killed)))

    def _close(self) -> None:
        if self._product is not None:
            self._product.close()
            self._product = None

    def _settings(self) -> EmbeddedSettings:
        matching = MatchingSettings(records_max=3, snapshot_bytes_min=self._script.snapshot_bytes_min)
        return EmbeddedSettings(intake=self._script.intake, matching=matching)

    def _hashes(self) -> Iterator[tuple[int, str]]:
        for partition in self._running.log.partitions(DECISIONS.name):
            yield partition, self._running.matching.at_end(partition).state_hash()

    @property
    def _running(self) -> Embedded:
        assert self._product is not None, "it was opened, and no crash is in between"
        return self._product
