"""Why a partition begins anew, or stands still: a word for the metrics, a sentence for the operator."""

from dataclasses import dataclass

from services.matching.bugs import sentence_of_bug, sentence_of_event
from services.matching.history import MatchingError, OvertakenError
from services.matching.quarantine import EventFailedError
from services.runtime.log import BatchRefused, LogError, LogUnwritable
from services.runtime.quarantine import QuarantineError

_REASONS: tuple[tuple[type[Exception], str, bool], ...] = (
    (OvertakenError, "overtaken", False),
    (LogUnwritable, "not-acknowledged", False),
    (BatchRefused, "too-large", True),
    (LogError, "log-away", False),
    (MatchingError, "logs-differ", True),
    (QuarantineError, "word-unreadable", True),
)
"""The first that fits: kind of error, its word, and whether the partition stands still until somebody does something."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error means for its partition."""

    reason: str
    """A code word."""
    sentence: str
    stopped: bool
    """Trying again alone does not help, as far as one can tell. It is tried all the same, after a while."""
    unknown: bool = False
    """A bug: the log gets its trace."""


def trouble(partition: int, error: Exception) -> Trouble:
    """What an error means for its partition."""
    if isinstance(error, EventFailedError):
        return Trouble("event-failed", sentence_of_event(partition, error, "--kafka"), stopped=True, unknown=True)
    for kind, reason, stopped in _REASONS:
        if isinstance(error, kind):
            return Trouble(reason, str(error), stopped)
    return Trouble("bug", sentence_of_bug(partition, error), stopped=True, unknown=True)
