"""What an operator may set about intake, read once at start."""

from dataclasses import dataclass, field

from services.intake.breaker import SourceLimits


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """Limits and times of intake.

    Raises:
        ValueError: a bound is below 1.
    """

    cut_records_max: int = 5_000
    """Records read per inbound topic and cut; what is left waits for the next."""
    cut_bytes_max: int = 8 * 1024 * 1024
    """Bytes read per inbound topic and cut."""
    submit_events_max: int = 2_000
    """Events admitted before they are appended together; the memory a submit takes is bounded by it."""
    submit_bytes_max: int = 4 * 1024 * 1024
    """The same in bytes of their values; with one event more it still fits into a batch of the log."""
    tick_after_ms: int = 10_000
    """A partition that has had events gets a tick once its journal was silent this long."""
    limits: SourceLimits = field(default_factory=SourceLimits)

    def __post_init__(self) -> None:
        for name in ("cut_records_max", "cut_bytes_max", "submit_events_max", "submit_bytes_max", "tick_after_ms"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` is {getattr(self, name)}; it is a bound, at least 1")
