"""The moment a record is decided at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """Two readings of log time, because people answer and are told at different times after an outage.

    `now_ms` is where the engine stands in people's time: everything received by then has been decided, so
    what is unanswered by then is silence. `told_ms` is when people hear of what is decided now: the journal's
    own stamp. The two are equal once intake has caught up.
    """

    now_ms: int
    told_ms: int
