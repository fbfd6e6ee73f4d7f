"""The relay's file: its state as of some moment, whole or not at all."""

import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from services.relay.forwarding import Forwarding

FORWARDING: TypeAdapter[Forwarding] = TypeAdapter(Forwarding)


class RelayUnwritableError(Exception):
    """The disk did not take the relay's file. Nothing is lost: what is on its way is sent again."""


def read(path: Path) -> Forwarding:
    """The state in the file; the beginning of everything where there is none, or none this version reads."""
    try:
        return FORWARDING.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return Forwarding()


def write(path: Path, state: Forwarding) -> None:
    """Replace the file, durably.

    Raises:
        RelayUnwritableError: the disk refuses; the file is as it was.
    """
    fresh = path.with_name(f"{path.name}.fresh")
    try:
        with fresh.open("wb") as out:
            out.write(FORWARDING.dump_json(state))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    except OSError as error:
        raise RelayUnwritableError(
            f"{path}: {error.strerror or 'it cannot be written'}; make room, or the folder writable; it is tried again"
        ) from error
