"""Matches → the compacted `matches` topic: each as it stands, under its own id, for partners.

The last record of a match is the whole truth about it; telling it once more changes nothing. Each record carries how
far the board had read (`ce_sequence`), so that whoever reads two of one match knows which is the later.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import cache

from schemas.publishing.documents import document_of
from schemas.states import MatchRow
from schemas.topics import MATCHES
from services.runtime.log import NewRecord

SOURCE = "commonweal/board"
SECOND_MS = 1_000
Append = Callable[[str, int, Sequence[NewRecord]], Awaitable[int]]
"""Topic, partition and records → the offset of the first, once all replicas have them; below 0 where it is not known."""


class Partners:
    """One partition of the topic, as one worker tells it. It has one teller at a time, unless one wakes up too late."""

    def __init__(self, partition: int, append: Append) -> None:
        self._partition = partition
        self._append = append
        self._next_offset: int | None = None

    async def tell(self, rows: Sequence[MatchRow], next_source: int) -> bool:
        """Tell matches as they stand, and wait until the topic has them.

        Args:
            next_source: where the partition stood when they stood so.

        Returns:
            False where somebody else told something since this was called last: what they told may be older.

        Raises:
            LogError: the topic did not take them; they may stand or not. Tell them again.
        """
        if not rows:
            return True
        offset = await self._append(MATCHES.name, self._partition, [record_of(row, next_source) for row in rows])
        alone = self._next_offset is None or offset < 0 or offset == self._next_offset
        self._next_offset = None if offset < 0 else offset + len(rows)
        return alone


def record_of(row: MatchRow, next_source: int) -> NewRecord:
    """A match as a record: a CloudEvent whose id is that of its content."""
    value = row.model_dump_json().encode()
    moved = datetime.fromtimestamp(row.moved_ms / SECOND_MS, UTC).isoformat(timespec="milliseconds")
    headers = {
        "ce_specversion": "1.0",
        "ce_id": hashlib.sha256(value).hexdigest(),
        "ce_source": SOURCE,
        "ce_type": _ce_type(),
        "ce_time": moved.replace("+00:00", "Z"),
        "ce_sequence": f"{next_source:020d}",
        "content-type": "application/json",
    }
    return NewRecord(value, row.match.encode(), tuple((name, text.encode()) for name, text in headers.items()))


@cache
def _ce_type() -> str:
    return document_of(MatchRow).ce_type
