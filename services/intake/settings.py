"""What an operator may set about intake, read once at start."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from services.intake.breaker import SourceLimits
from services.intake.lanes import LaneLimits

LINGER_BETWEEN_BROKERS_MS: Final = 10
"""Brokers answer with what came while they lingered, each at its own moment; a partition's topics may lie on several."""
OF_INTAKE: Final = "COMMONWEAL_INTAKE_"
OF_SOURCES: Final = "COMMONWEAL_SOURCE_"


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


class IntakeSettingsError(ValueError):
    """An environment variable holds what it cannot; names it, what stands there and what was wanted."""


@dataclass(frozen=True, slots=True)
class IntakeWorkerSettings:
    """Limits and times of intake as a worker on Kafka.

    Raises:
        ValueError: a bound is below 1.
    """

    group: str = "intake"
    """Workers of one group share the partitions; whoever runs two groups by mistake has each event come twice."""
    linger_ms: int = 80
    """An event waits so long for others to share its block: fewer blocks, and each event later by this much at most."""
    order_wait_ms: int = 1_000
    """An event waits so long for earlier ones of another topic of its partition that is behind."""
    tick_after_ms: int = 10_000
    """A partition that has had events gets a tick once its journal was silent this long."""
    commit_ms: int = 1_000
    """How often offsets are committed; what was written since then comes twice after a crash, and is dropped."""
    cut_records_max: int = 2_000
    """Records cut at once, per inbound topic and partition."""
    waiting_records_max: int = 8_000
    """Records held per inbound topic and partition while its journal does not answer."""
    limits: SourceLimits = field(
        default_factory=lambda: SourceLimits(events_per_minute_max=600_000, burst_max=1_000_000)
    )
    """Wider than those of the door: what it let in was promised to somebody."""

    def __post_init__(self) -> None:
        for one in fields(self):
            if isinstance(getattr(self, one.name), int) and getattr(self, one.name) < 1:
                raise ValueError(f"`{one.name}` is {getattr(self, one.name)}; it is a bound, at least 1")

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """The settings that COMMONWEAL_INTAKE_… and COMMONWEAL_SOURCE_… name, the defaults for the rest.

        Raises:
            IntakeSettingsError: a value cannot be read, or is out of bounds.
        """
        own = {one.name for one in fields(cls)} - {"limits", "group"}
        try:
            limits = _given(env, OF_SOURCES, {one.name for one in fields(SourceLimits)})
            base = {one.name: getattr(cls().limits, one.name) for one in fields(SourceLimits)}
            group = env.get(OF_INTAKE + "GROUP") or cls().group
            return cls(group=group, **_given(env, OF_INTAKE, own), limits=SourceLimits(**base | limits))
        except IntakeSettingsError:
            raise
        except ValueError as error:
            raise IntakeSettingsError(f"{OF_INTAKE}… or {OF_SOURCES}…: {error}") from None

    @property
    def lanes(self) -> LaneLimits:
        """What one partition may hold."""
        return LaneLimits(
            linger_s=min(LINGER_BETWEEN_BROKERS_MS, self.linger_ms) / 1_000,
            order_wait_s=self.order_wait_ms / 1_000,
            cut_records_max=self.cut_records_max,
            waiting_records_max=self.waiting_records_max,
        )


def _given(env: Mapping[str, str], prefix: str, names: set[str]) -> dict[str, Any]:
    found = {name: env[prefix + name.upper()] for name in sorted(names) if env.get(prefix + name.upper())}
    for name, said in found.items():
        if not (said.isascii() and said.isdigit()):
            raise IntakeSettingsError(f"{prefix}{name.upper()} is {said!r}; a whole number is wanted")
    return {name: int(said) for name, said in found.items()}
