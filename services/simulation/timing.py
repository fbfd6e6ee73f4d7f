"""Where the seconds of a run went, stage by stage. The machine's time, not the run's: it decides nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter


@dataclass(slots=True)
class Stopwatch:
    """Seconds by stage. Stages are either wrapped (`stage`) or told when they are over (`over`)."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=perf_counter)

    def start(self) -> None:
        """What comes now belongs to the stage that is over next."""
        self._since = perf_counter()

    def over(self, stage: str) -> None:
        """A stage is over: what passed since the last call was its."""
        now = perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """What happens within belongs to this stage."""
        self.start()
        try:
            yield
        finally:
            self.over(name)

    def rounded(self) -> dict[str, float]:
        """Seconds by stage to the hundredth, and their `total`."""
        return {name: round(spent, 2) for name, spent in {**self.seconds, "total": sum(self.seconds.values())}.items()}
