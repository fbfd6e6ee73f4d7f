"""What can stand in the way of a run. `SimulationError` is the family; each message says what to do."""

from pathlib import Path


class SimulationError(Exception):
    """A run cannot start, or cannot go on."""


class UsedFolderError(SimulationError):
    """Something lies in the folder that a run was to fill."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is not empty, and a run begins with nothing; choose a folder that is not there yet with --data DIR, "
            "or delete this one if nobody needs it"
        )


class RunError(SimulationError):
    """A partition stands still. What was decided before is in the folder."""
