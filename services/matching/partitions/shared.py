"""What all partitions of a process stand on."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.taxonomy import Taxonomy
from services.matching.agent import AfterStep, silently
from services.matching.settings import MatchingSettings
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import Ends
from services.runtime.log import NewRecord
from services.runtime.metrics import Metrics
from services.runtime.snapshots import SnapshotStore
from services.runtime.worker import Health

RESTORED_TOGETHER_MAX = 4
"""Partitions that are restored at a time: a small one need not wait for a large one, and memory stays bounded."""

DECIDED_ASIDE_MAX = 2
"""Large cities that are decided on threads at a time. They share one processor: more of them are no faster together, and the
event loop waits for each of them whenever it wakes (measured: sixteen cities that came back from an outage at once starved it
until the broker counted as silent)."""

Append = Callable[[str, int, Sequence[NewRecord]], Coroutine[Any, Any, int]]
"""See `services.runtime.kafka_log.Writer.append`."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One of each per process."""

    kafka: KafkaSettings
    ends: Ends
    append: Append
    snapshots: SnapshotStore | None
    """None: whoever needs a state folds the whole log for it."""
    taxonomy: Taxonomy
    settings: MatchingSettings
    health: Health
    metrics: Metrics
    after_step: AfterStep = silently
    """Told "decide", "append decisions" and "snapshot" as each is done."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by who decides on the event loop, until the loop has seen to everything else: a city a turn, and no more."""
    aside: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DECIDED_ASIDE_MAX))
    """Held by who decides on a thread."""
    restoring: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RESTORED_TOGETHER_MAX))
