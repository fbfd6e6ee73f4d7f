"""Why a partition stands still, in one sentence that names no person."""

import traceback
from pathlib import Path
from typing import Final

from services.runtime.ledger import GapError, UnreadableBlockError
from services.runtime.log.records import Record

OURS: Final = (GapError, UnreadableBlockError)
"""Errors whose message was written for an operator. Of all others only kind and place are told: a message may quote."""
PLACES_MAX: Final = 3


def trouble(record: Record, error: Exception) -> str:
    """What an error means for the partition of the record it was met at."""
    if isinstance(error, OURS):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)[-PLACES_MAX:]
    places = " > ".join(f"{Path(frame.filename).stem}:{frame.lineno} {frame.name}" for frame in frames)
    return (
        f"partition {record.partition}: a bug stopped it at {record.topic} {record.offset} ({type(error).__name__}, at "
        f"{places}); all other partitions go on, nothing was lost. Report this sentence; a start of a version without the "
        "bug goes on where this one stopped"
    )
