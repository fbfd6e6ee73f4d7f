"""What an operator may set about a worker process, read once from the environment at start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

HOST: Final = "COMMONWEAL_HTTP_HOST"
PORT: Final = "COMMONWEAL_HTTP_PORT"
DATA_DIR: Final = "COMMONWEAL_DATA_DIR"
DATABASE_URL: Final = "COMMONWEAL_DATABASE_URL"
DRAIN_S: Final = "COMMONWEAL_DRAIN_SECONDS"
SESSION_S: Final = "COMMONWEAL_SESSION_SECONDS"
STALLED_AFTER_S: Final = "COMMONWEAL_STALLED_AFTER_SECONDS"


class WorkerSettingsError(ValueError):
    """An environment variable holds what it cannot; names it, what stands there and what was wanted."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Where a worker answers, keeps its files, and how long it may take."""

    host: str = "127.0.0.1"
    """Where /health/live, /health/ready and /metrics answer; 0.0.0.0 in a container."""
    port: int = 0
    """0: any that is free; the log says which."""
    data_dir: Path = Path("commonweal-data")
    database_url: str = field(default="", repr=False)  # may hold a password
    """Of the read model; SQLite in the data folder where it is not set."""
    drain_s: float = 20.0
    """How long finishing may take after SIGTERM."""
    session_s: float = 30.0
    """A worker not heard of for so long loses its partitions to others. Short: failover is quick; too short: a worker that
    is busy is taken for dead. Heartbeats come ten times as often."""
    stalled_after_s: float = 60.0
    """A partition with records waiting and none finished for so long makes /health/live fail."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """The settings that the environment names, the defaults for the rest.

        Raises:
            WorkerSettingsError: a value cannot be read, or is out of bounds.
        """
        plain = cls()
        data_dir = Path(env.get(DATA_DIR) or plain.data_dir)
        return cls(
            host=env.get(HOST) or plain.host,
            port=int(_number(env, PORT, plain.port, low=0, high=65_535)),
            data_dir=data_dir,
            database_url=env.get(DATABASE_URL) or f"sqlite:///{data_dir / 'board.sqlite'}",
            drain_s=_number(env, DRAIN_S, plain.drain_s, low=0.1, high=600),
            session_s=_number(env, SESSION_S, plain.session_s, low=6, high=300),
            stalled_after_s=_number(env, STALLED_AFTER_S, plain.stalled_after_s, low=1, high=3_600),
        )


def _number(env: Mapping[str, str], name: str, default: float, *, low: float, high: float) -> float:
    said = env.get(name)
    if not said:
        return default
    try:
        value = float(said)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise WorkerSettingsError(f"{name} is {said!r}; a number from {low:g} to {high:g} is wanted")
    return value
