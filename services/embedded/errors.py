"""What can stand in the way of running a data folder. `EmbeddedError` is the family; each message says what to do."""

from datetime import UTC, datetime
from pathlib import Path


class EmbeddedError(Exception):
    """The folder cannot be used as wanted. Nothing was changed."""


class NoDataError(EmbeddedError):
    """The folder holds no log."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: there is no log here; give the folder that `submit`, `load`, `demo` or `up` wrote, as --data DIR"
        )


class NotFreshError(EmbeddedError):
    """A journal can only be taken into a folder that holds none."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} holds a log already; name a folder that is not there yet, with --data DIR")


class FolderUnwritableError(EmbeddedError):
    """The folder cannot be made."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}; choose another folder with --data DIR, or make this one writable")


class VirtualFolderError(EmbeddedError):
    """The folder lives on a load's clock; the world's would tear its time apart."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} holds a load or a demo, which lives on a clock of its own: people's time cannot go on in it. "
            "Look at it with `status`, `explain` and `replay`, and choose another --data DIR for what happens now"
        )


class ImportedFolderError(EmbeddedError):
    """The folder holds a journal from elsewhere; the events it was cut from, and where they go on, are not here."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} holds an imported journal, which goes on where it is from. Look at it with `status`, `explain` and "
            "`replay`, and choose another --data DIR for what happens now"
        )


class UnreadableRecordError(EmbeddedError):
    """A record of the log is of no version that this one reads."""

    def __init__(self, topic: str, partition: int, offset: int) -> None:
        super().__init__(
            f"partition {partition}: record {offset} of {topic} is none this version reads; use the version that wrote "
            "it, or a later one"
        )


class LeapError(EmbeddedError):
    """Log time would leap further than it goes by itself, and no operator allowed it."""

    def __init__(self, partition: int, stands_ms: int, now_ms: int, bound_ms: int) -> None:
        super().__init__(
            f"partition {partition}: log time stands at {_moment(stands_ms)}, this machine's clock at "
            f"{_moment(now_ms)}, and log time goes on by {bound_ms // 60_000:,} minutes at most without your word. If "
            "that time really passed (the machine was off), say --allow-leap; what was due meanwhile then falls due "
            "at once. Otherwise set the machine's clock right"
        )


class NotToQuarantineError(EmbeddedError):
    """There is no undecided event at that place."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            f"{place}: {why}; name an event that stopped its partition, as the sentence of `status` or `up` names it"
        )


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M UTC")
