"""What an operator may set about matching, read once at start."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MatchingSettings:
    """Bounds of what is decided, written and kept together.

    Raises:
        ValueError: a bound is below 1.
    """

    records_max: int = 64
    """Journal records decided before their decisions are appended together, with one wait for the disk."""
    append_bytes_max: int = 4 * 1024 * 1024
    """Once the blocks decided have this size they are appended, however few they are."""
    snapshot_growth: int = 2
    """A snapshot is due once the decisions since the last one have so many times its size: recovery then folds
    at most that much, and all snapshots together cost no more than writing the decisions again."""
    snapshot_bytes_min: int = 8 * 1024 * 1024
    """Below this growth no snapshot is taken: folding it is a matter of seconds."""

    def __post_init__(self) -> None:
        for name in ("records_max", "append_bytes_max", "snapshot_growth", "snapshot_bytes_min"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` is {getattr(self, name)}; it is a bound, at least 1")
