"""Why a partition stands still, in one sentence that names no person."""

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.board import BoardError, BoardUnwritable
from services.intake import IntakeError
from services.matching import EventFailedError
from services.matching.agent import MatchingError
from services.relay import RelayUnwritableError
from services.runtime.dead_letters import DeadLetterError
from services.runtime.log import LogError, LogUnwritable
from services.runtime.quarantine import QuarantineError
from services.runtime.snapshots import SnapshotError

OURS: Final = (
    LogError,
    BoardError,
    IntakeError,
    MatchingError,
    QuarantineError,
    SnapshotError,
    DeadLetterError,
    RelayUnwritableError,
)
"""Errors whose message was written for an operator. Of all others only kind and place are told: a message may quote."""
PASSING: Final = (LogUnwritable, BoardUnwritable, SnapshotError, DeadLetterError, RelayUnwritableError)
"""Errors that go with their cause: nothing was lost, and all there is to do is to try again."""
PLACES_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a partition does not go on."""

    partition: int
    sentence: str
    stopped: bool
    """Until the process starts anew. Otherwise each step tries again."""


def trouble(partition: int, error: Exception) -> Trouble:
    """What an error means for its partition."""
    if isinstance(error, OURS):
        return Trouble(partition, str(error), stopped=not isinstance(error, PASSING))
    if isinstance(error, EventFailedError):
        return Trouble(partition, _of_event(partition, error), stopped=True)
    return Trouble(
        partition,
        f"partition {partition}: a bug stopped it ({_what(error)}); all other partitions go on, nothing was lost. "
        "Report this sentence; a start of a version without the bug goes on where this one stopped",
        stopped=True,
    )


def _of_event(partition: int, error: EventFailedError) -> str:
    """One event is the matter: the others of its partition need not wait for a version without the bug."""
    place = f"{partition}/{error.offset}/{error.index}"
    return (
        f"partition {partition}: a bug stopped it at event {place}, of type {error.kind} "
        f"({_what(error.__cause__ or error)}); all other partitions go on, nothing was lost. Report this sentence; a "
        "start of a version without the bug goes on where this one stopped, or "
        f"`commonweal quarantine {place} --reason engine-stopped --data DIR` steps over this one event"
    )


def _what(error: BaseException) -> str:
    """Kind and place; of an assertion also what it says, which speaks of ids and nothing else."""
    frames = traceback.extract_tb(error.__traceback__)[-PLACES_MAX:]
    places = " > ".join(f"{Path(frame.filename).stem}:{frame.lineno} {frame.name}" for frame in frames)
    said = f": {error}" if isinstance(error, AssertionError) and str(error) else ""
    return f"{type(error).__name__}{said}, at {places}"
