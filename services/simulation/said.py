"""What somebody says and when: the one shape in which simulated people speak."""

from dataclasses import dataclass

from schemas.events import AnyEvent


@dataclass(frozen=True, slots=True)
class Said:
    """An event, and the moment of log time at which it reaches the door."""

    at_ms: int
    event: AnyEvent
