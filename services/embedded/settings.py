"""What an operator may set about the one-process product, read once at start."""

from dataclasses import dataclass, field

from services.intake.settings import IntakeSettings
from services.matching.settings import MatchingSettings


@dataclass(frozen=True, slots=True)
class EmbeddedSettings:
    """The settings of every service in the process, and of the process itself.

    Raises:
        ValueError: a bound is below 1.
    """

    intake: IntakeSettings = field(default_factory=IntakeSettings)
    matching: MatchingSettings = field(default_factory=MatchingSettings)
    idle_ms: int = 250
    """How long a running process waits for events before it looks at the clock again."""
    handed_in_max: int = 64
    """Submissions that may wait at a running process; further ones are asked to come again."""
    stalled_after_ms: int = 30_000
    """A running process that has finished no step for this long is no longer called alive."""

    def __post_init__(self) -> None:
        for name in ("idle_ms", "handed_in_max", "stalled_after_ms"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` is {getattr(self, name)}; it is a bound, at least 1")
