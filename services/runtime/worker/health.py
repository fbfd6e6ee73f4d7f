"""How a worker is: what its partitions have finished, what waits, and whether it goes on.

Alive: no partition stands silently, with records waiting and none finished for a bounded time, and of none it stays unknown
where it begins. Whoever runs the process
starts a dead one anew. A partition that is in known trouble does not count: starting anew would not help it, and would stop
its neighbours.

Ready: started, not draining, no partition recovering or in trouble, and the broker was heard of lately, by a worker that
holds no partition as well.

One thread at a time: the event loop's.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.runtime.metrics import Metrics

HEARD_WITHIN_S: Final = 30.0
"""The broker has to tell where the log ends this often; otherwise it is away."""
UNPLACED_FOR: Final = 3
"""How many times as long as a stall it may be unknown where a partition begins: sharing out and seeking take their time."""
Place = tuple[str, int]
"""Topic and partition."""


@dataclass(slots=True)
class _Standing:
    """A partition in this worker's hands."""

    moved_s: float
    """When it finished a record last, or had nothing waiting; monotonic."""
    taken_ms: int
    """When it came into this worker's hands; Unix time."""
    unplaced_s: float
    """Since when it might be known where it begins: since it was taken, or its state restored; monotonic."""
    oldest_ms: int | None = None
    """No record that waits is older than this; None: not known before one is finished. Unix time."""
    next_offset: int | None = None
    """The first record not finished; None until one is, or its place is told."""
    end: int | None = None
    """Where the log ends, as heard last; None: not heard yet."""
    recovering_since_s: float | None = None
    trouble: str | None = None
    told_lag: int | None = None
    """What the metrics say of it; None: nothing yet."""

    @property
    def lag(self) -> int:
        if self.end is None or self.next_offset is None:
            return 0
        return max(0, self.end - self.next_offset)

    @property
    def is_unplaced(self) -> bool:
        """Records may wait, and nobody knows which is the first."""
        return self.next_offset is None and self.end != 0 and self.recovering_since_s is None


class Health:
    """What a service tells of itself, and what follows from it.

    Args:
        stalled_after_s: how long a partition may stand with records waiting.
        clock: monotonic seconds.
        wall: Unix seconds.
    """

    def __init__(
        self,
        metrics: Metrics,
        *,
        stalled_after_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._metrics = metrics
        self._stalled_after_s = stalled_after_s
        self._clock = clock
        self._wall = wall
        self._standings: dict[Place, _Standing] = {}
        self._heard_s = clock()
        self._started = False
        self._draining = False

    def started(self) -> None:
        """The service consumes."""
        self._started = True
        self._heard_s = self._clock()

    def heard(self) -> None:
        """The broker answered just now, whatever it was asked."""
        self._heard_s = self._clock()

    def draining(self) -> None:
        """It was told to stop and takes in nothing new."""
        self._draining = True

    def took(self, topic: str, partition: int, next_offset: int | None = None) -> None:
        """The partition is this worker's; it goes on at `next_offset`, as far as that is known."""
        standing = self._standing(topic, partition)  # it may have been spoken of before: its trouble stays
        standing.moved_s = standing.unplaced_s = self._clock()
        if next_offset is not None:
            standing.next_offset = next_offset

    def holds(self, topic: str, partition: int) -> bool:
        """Whether it was taken, and not given back."""
        return (topic, partition) in self._standings

    def gave(self, topic: str, partition: int) -> None:
        """The partition is another's, or nobody's."""
        self._standings.pop((topic, partition), None)
        self._tell(topic)

    def done(self, topic: str, partition: int, offset: int, stamp_ms: int) -> None:
        """A record is finished: what it led to is durable.

        Args:
            stamp_ms: the log's stamp on the record.
        """
        standing = self._standing(topic, partition)
        standing.moved_s = self._clock()
        standing.next_offset = max(offset + 1, standing.next_offset or 0)
        standing.oldest_ms = max(standing.oldest_ms or 0, stamp_ms)
        self._metrics.last_progress.set(self._wall())

    def moved(self, topic: str, partition: int) -> None:
        """Something else went on that counts as progress, such as a step of a long recovery."""
        self._standing(topic, partition).moved_s = self._clock()

    def ends(
        self, topic: str, partition: int, next_offset: int, position: int | None = None, *, fresh: bool = True
    ) -> None:
        """Where the partition's log ends by now.

        Args:
            position: the first record not finished, from whoever knows it before any was finished here.
            fresh: the broker said so just now; otherwise it is what it said last, and tells nothing of how it is.
        """
        standing = self._standing(topic, partition)
        if fresh:
            self._heard_s = self._clock()
        standing.end = next_offset
        if standing.next_offset is None:
            standing.next_offset = position
        if standing.lag == 0:
            standing.moved_s = self._clock()
            standing.oldest_ms = self._now_ms()
        if standing.lag or standing.told_lag != 0:  # one of many that stand still costs nothing
            self._tell(topic)

    def recovering(self, topic: str, partition: int, *, on: bool = True) -> None:
        """The partition's state is being restored, or is there by now."""
        standing = self._standing(topic, partition)
        if on and standing.recovering_since_s is None:
            standing.recovering_since_s = self._clock()
        elif not on and standing.recovering_since_s is not None:
            self._metrics.recovery_seconds.observe(self._clock() - standing.recovering_since_s)
            standing.recovering_since_s = None
            standing.moved_s = standing.unplaced_s = self._clock()
        self._tell(topic)

    def troubled(self, topic: str, partition: int, sentence: str | None) -> None:
        """The partition stands still, and why; None: it goes on again. The sentence names no person."""
        self._standing(topic, partition).trouble = sentence

    @property
    def is_alive(self) -> bool:
        """False: start the process anew."""
        return not self.stalls()

    @property
    def is_ready(self) -> bool:
        """Whether it does its work."""
        return not self.waits_for()

    def stalls(self) -> list[str]:
        """The partitions that stand silently, in sentences."""
        now, found = self._clock(), list[str]()
        for (topic, partition), standing in sorted(self._standings.items()):
            still_s, unplaced_s = now - standing.moved_s, now - standing.unplaced_s
            is_due = standing.lag > 0 or standing.recovering_since_s is not None
            if standing.trouble is not None:
                continue
            if is_due and still_s > self._stalled_after_s:
                stands = (
                    f"{standing.lag} records wait at {standing.next_offset}, and none was finished for {still_s:.0f} s"
                )
                found.append(f"{topic}/{partition}: {stands}; start this process anew")
            elif standing.is_unplaced and unplaced_s > UNPLACED_FOR * self._stalled_after_s:
                stands = f"it is not known where it begins, for {unplaced_s:.0f} s"
                found.append(f"{topic}/{partition}: {stands}; start this process anew")
        return found

    def waits_for(self) -> list[str]:
        """Why it is not ready, in sentences; empty: it is."""
        found = [] if self._started else ["starting"]
        if self._draining:
            found.append("told to stop, draining")
        if self._started and self._clock() - self._heard_s > HEARD_WITHIN_S:
            found.append(f"the broker was not heard of for {self._clock() - self._heard_s:.0f} s; see that it runs")
        for (topic, partition), standing in sorted(self._standings.items()):
            if standing.recovering_since_s is not None:
                found.append(f"{topic}/{partition}: state is being restored")
            if standing.trouble is not None:
                found.append(standing.trouble)
        return found + self.stalls()

    def _standing(self, topic: str, partition: int) -> _Standing:
        return self._standings.setdefault((topic, partition), _Standing(self._clock(), self._now_ms(), self._clock()))

    def _tell(self, topic: str) -> None:
        """Bring the metrics of a topic up to date."""
        of_topic = [standing for (name, _), standing in self._standings.items() if name == topic]
        for standing in of_topic:
            standing.told_lag = standing.lag
        now_ms = self._now_ms()
        oldest_ms = min((one.oldest_ms or one.taken_ms for one in of_topic if one.lag > 0), default=now_ms)
        self._metrics.lag_records.set(sum(standing.lag for standing in of_topic), topic=topic)
        self._metrics.lag_seconds.set(max(0, now_ms - oldest_ms) / 1_000, topic=topic)
        recovering = sum(standing.recovering_since_s is not None for standing in self._standings.values())
        self._metrics.recovering_partitions.set(recovering)

    def _now_ms(self) -> int:
        return int(self._wall() * 1_000)
