"""What is handed to intake: bytes, who sent them, where they stood, and when they are meant to have come."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from schemas.model import ID_PATTERN
from services.intake.refusals import Rejected

_ID: Final = re.compile(ID_PATTERN)


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One event as somebody sent it, not looked at yet.

    Raises:
        ValueError: `source` is no id.
    """

    source: str
    """Who sends, as authenticated: with the event's own id it names the event for good."""
    raw: bytes
    origin: str
    """Where it stood: `asks.csv, line 17`. For dead letters and reports; no path of a machine."""
    at_ms: int | None = None
    """When it came, for a load under a virtual clock; otherwise the log's stamp is the only time."""
    refused: Rejected | None = None
    """Set where it could not even be read as an event; it is counted and kept with the other refusals."""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.source):
            raise ValueError(
                "a source is named by 1 to 80 letters, digits or . _ : - and begins with a letter or digit; "
                "give the name under which the sender was authenticated"
            )


def sorted_by_time(events: Iterable[RawEvent]) -> list[RawEvent]:
    """All of them in memory, earliest first; those of one moment stay in their order, those without time come first."""
    return sorted(events, key=lambda event: -1 if event.at_ms is None else event.at_ms)
