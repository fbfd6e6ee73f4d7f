"""What hands out the journal to the tasks, as they see it."""

from typing import Protocol


class Source(Protocol):
    """Hands out each partition's records in their order, from somewhere on; a task drops what it has decided."""

    def flow(self, partition: int, may_come: bool) -> None:  # noqa: FBT001 - a valve is open or not
        """Hold back a partition's records, or let them come again."""

    async def go_on_at(self, partition: int, offset: int) -> None:
        """Hand out nothing that lies before this offset any more: it was decided, by whomever."""
