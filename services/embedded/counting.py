"""What the one-process product counts for its operator: the same catalogue that each worker on Kafka shows."""

import shutil
import time
from importlib.metadata import version
from typing import Final

from schemas.dead_letters import DeadLetter
from schemas.taxonomy.load import load as load_taxonomy
from schemas.topics import DEAD_LETTERS, DECISIONS, INBOUND, JOURNAL
from services.embedded.shell import Embedded, Step
from services.matching import Engine, WaitingAsks
from services.matching.metrics import Took, count, show_waits
from services.runtime.log import scan
from services.runtime.metrics import Metrics, build_metrics

LOOK_S: Final = 1.0
"""How often the log's ends are looked at."""


class Counting:
    """Hears of each step, on the loop's thread; `metrics` may be read from any."""

    def __init__(self, embedded: Embedded) -> None:
        self.metrics: Metrics = build_metrics(version=version("commonweal"), logic=Engine(load_taxonomy()).logic)
        self.metrics.disk_free_bytes.asked(lambda: shutil.disk_usage(embedded.folder.path).free)
        self._embedded = embedded
        self._waiting: dict[int, WaitingAsks] = {}
        self._now_ms: dict[int, int] = {}
        self._ends = {topic: self._end(topic) for topic in (*(topic.name for topic in INBOUND), JOURNAL.name)}
        self._letters = self._letter_ends()
        self._looked_s = 0.0

    def hear(self, step: Step, seconds: float) -> None:
        """Count what a step did.

        Args:
            seconds: it took; each of its records is counted with its share.
        """
        for partition, block in step.decided:
            engine = self._embedded.matching.at_end(partition)
            before_ms = self._now_ms.get(partition, block.now_ms)
            count(self.metrics, engine, block, Took(seconds / len(step.decided), before_ms))
            self._now_ms[partition] = block.now_ms
            if partition in self._waiting:
                self._waiting[partition].hear(engine.state, block.facts)
            else:
                self._waiting[partition] = WaitingAsks(engine.state)
        self.metrics.last_progress.set(time.time())
        if time.monotonic() > self._looked_s + LOOK_S:
            self._look()
            self._looked_s = time.monotonic()

    def _look(self) -> None:
        """What the log's ends say, and who waits."""
        for topic in INBOUND:
            self.metrics.events_received.inc(self._grown(topic.name), topic=topic.name)
        self.metrics.blocks_written.inc(self._grown(JOURNAL.name))
        undecided = self._end(JOURNAL.name) - self._end(DECISIONS.name)
        self.metrics.lag_records.set(max(0, undecided), topic=JOURNAL.name)
        log = self._embedded.log
        for partition, end in self._letter_ends().items():
            start, self._letters[partition] = self._letters.get(partition, 0), end
            for record in scan(log, DEAD_LETTERS.name, partition, start=start, end=end):
                self.metrics.dead_letters.inc(reason=DeadLetter.model_validate_json(record.value or b"").reason)
        show_waits(self.metrics, list(self._waiting.values()))

    def _grown(self, topic: str) -> int:
        before, self._ends[topic] = self._ends[topic], self._end(topic)
        return self._ends[topic] - before

    def _end(self, topic: str) -> int:
        """How many records the topic has, all partitions together."""
        log = self._embedded.log
        return sum(log.next_offset(topic, partition) for partition in log.partitions(topic))

    def _letter_ends(self) -> dict[int, int]:
        log = self._embedded.log
        return {place: log.next_offset(DEAD_LETTERS.name, place) for place in log.partitions(DEAD_LETTERS.name)}
