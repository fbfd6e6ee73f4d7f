"""What a worker process runs, and what it is given to stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from services.runtime.kafka import KafkaSettings
from services.runtime.metrics import Metrics
from services.runtime.worker.health import Health
from services.runtime.worker.settings import WorkerSettings


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a service stands on in its process."""

    name: str
    """Of the service: its consumer group, and its Faust app's id, before the installation's prefix."""
    settings: WorkerSettings
    kafka: KafkaSettings
    metrics: Metrics
    health: Health
    env: Mapping[str, str]
    """For settings that only one service has, such as how many records it takes at a time."""
    routes: list[web.RouteDef] = field(default_factory=list)
    """A builder adds here what the process answers besides /health and /metrics; served once `start` has returned."""


class Service(Protocol):
    """One service in one process; the package's docstring says in which order its verbs come."""

    async def start(self) -> None:
        """Check the cluster, connect and begin to consume."""

    async def failed(self) -> None:
        """Wait as long as it works; raise what it cannot go on after."""

    async def drain(self) -> None:
        """Take in nothing new, finish what is in hand, send, commit."""

    async def stop(self) -> None:
        """Close everything, whatever happened before."""


Build = Callable[[Workplace], Service]
