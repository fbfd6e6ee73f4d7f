"""Why a partition stands still, in one sentence that names no person."""

from dataclasses import dataclass
from typing import Final

from services.board import BoardError, BoardUnwritable
from services.intake import IntakeError
from services.matching import EventFailedError, sentence_of_bug, sentence_of_event
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
        return Trouble(partition, sentence_of_event(partition, error, "--data DIR"), stopped=True)
    return Trouble(partition, sentence_of_bug(partition, error), stopped=True)
