"""A bug in one sentence that names no person: where it lies, and how the others go on."""

import traceback
from pathlib import Path
from typing import Final

from services.matching.quarantine import EventFailedError

PLACES_MAX: Final = 3


def sentence_of_bug(partition: int, error: BaseException) -> str:
    """For whatever is not one of the house's own errors."""
    return (
        f"partition {partition}: a bug stopped it ({_what(error)}); all other partitions go on, nothing was lost. "
        "Report this sentence; a start of a version without the bug goes on where this one stopped"
    )


def sentence_of_event(partition: int, error: EventFailedError, where: str) -> str:
    """One event is the matter: the others of its partition need not wait for a version without the bug.

    Args:
        where: how the command line is told where the log is.
    """
    place = f"{partition}/{error.offset}/{error.index}"
    return (
        f"partition {partition}: a bug stopped it at event {place}, of type {error.kind} "
        f"({_what(error.__cause__ or error)}); all other partitions go on, nothing was lost. Report this sentence; a "
        "start of a version without the bug goes on where this one stopped, or "
        f"`commonweal quarantine {place} --reason engine-stopped {where}` steps over this one event"
    )


def _what(error: BaseException) -> str:
    """Kind and place; of an assertion also what it says, which speaks of ids and nothing else."""
    frames = traceback.extract_tb(error.__traceback__)[-PLACES_MAX:]
    places = " > ".join(f"{Path(frame.filename).stem}:{frame.lineno} {frame.name}" for frame in frames)
    said = f": {error}" if isinstance(error, AssertionError) and str(error) else ""
    return f"{type(error).__name__}{said}, at {places}"
