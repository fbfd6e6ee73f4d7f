# ruff: noqa: N818 - the names say what stands (`BoardGap`), as the sentences they carry do
"""What can be wrong with a board. `BoardError` is the family; each message says what stands and what to do."""

from typing import Final

from services.board.rows import Progress

REBUILD: Final = "run `commonweal board rebuild`"
MADE_ANEW: Final = f"{REBUILD} if it is the right one"
DATABASE_MADE_ANEW: Final = (
    "run `commonweal board rebuild --kafka` if this cluster and its prefix are the right ones, or give "
    "COMMONWEAL_DATABASE_URL another database"
)


class BoardError(Exception):
    """Something about the board's file or its input. Nothing is lost: all of it is in the decisions log."""


class BoardGap(BoardError):
    """A decision block is missing: the board would show a history that never was, so it stops."""

    def __init__(self, partition: int, next_source: int, got_source: int) -> None:
        super().__init__(
            f"partition {partition}: the board stands at source {next_source}, the block is for source {got_source}, "
            f"those between are missing; {REBUILD}"
        )
        self.partition = partition
        self.next_source = next_source
        self.got_source = got_source


class BoardAstray(BoardError):
    """The board has read another history than the one in the log: a log set back, or another folder's."""

    def __init__(self, stands: Progress, found: str, remedy: str) -> None:
        super().__init__(
            f"partition {stands.partition}: the board stands at source {stands.next_source}, the last block it read has "
            f"chain {stands.chain[:12]}, and the log holds {found}; this log was set back or is another one; {remedy}"
        )


class FactOutOfPlace(BoardError):
    """A fact speaks of something that no earlier fact brought: this log and this board do not belong together."""

    def __init__(self, partition: int, source: int, position: int, kind: str, subject: str) -> None:
        super().__init__(
            f"partition {partition}, source {source}, fact {position}: {kind} speaks of {subject}, "
            f"which no earlier fact brought; {REBUILD}, and if it says the same, the decisions log is damaged"
        )


class DecisionUnreadable(BoardError):
    """A record of the decisions log is not a decision block that this version can read."""

    def __init__(self, partition: int, offset: int) -> None:
        super().__init__(
            f"decisions, partition {partition}, offset {offset}: not a decision block of version 1; "
            "if a newer Commonweal wrote it, upgrade this one, otherwise restore the log"
        )


class BoardMissing(BoardError):
    """There is no board yet."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: there is no board yet; {REBUILD} to make one from the log")


class BoardUnreadable(BoardError):
    """The file is not a board, or is damaged."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: this cannot be read as a board ({why}); {REBUILD}")


class BoardTooNew(BoardError):
    """A newer Commonweal wrote the tables."""

    def __init__(self, path: str, version: int, known: int) -> None:
        super().__init__(
            f"{path}: the tables are of version {version}, this Commonweal knows {known}; "
            f"upgrade Commonweal, or move the file away and {REBUILD}"
        )


class BoardTooOld(BoardError):
    """An older Commonweal wrote the tables; they are made anew from the log."""

    def __init__(self, path: str, version: int, known: int) -> None:
        super().__init__(f"{path}: the tables are of version {version}, this Commonweal writes {known}; {REBUILD}")


class BoardInUse(BoardError):
    """Another process works on the board."""

    def __init__(self, path: str, wanted: str) -> None:
        super().__init__(
            f"{path}: another process has the board open, and {wanted} needs it alone; stop that one first"
        )


class BoardUnwritable(BoardError):
    """The disk did not take a change. The transaction was rolled back: rows and progress stand as before."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path}: the change could not be written ({why}); free space or mend the disk and start again, "
            "the board goes on where it stands"
        )


class BoardUnanswered(BoardError):
    """The board's database does not answer a query. The board itself stands as it stood."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address}: the board's database does not answer ({why}); see that it runs, then ask again")
