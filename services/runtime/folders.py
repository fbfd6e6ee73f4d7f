"""Folders that are named by somebody: made where they are not there, or refused in a sentence."""

import os
from pathlib import Path


class FolderUnusable(Exception):  # noqa: N818 - says what stands
    """A folder cannot be made, or not be written. Nothing was changed."""

    def __init__(self, path: Path, why: str, variable: str) -> None:
        super().__init__(
            f"{path}: {why[:1].lower()}{why[1:]}; name a folder that can be made and written with --data DIR or {variable}"
        )


def made(path: Path, variable: str) -> Path:
    """The folder, made if it was not there.

    Args:
        variable: the environment variable that names it, for the refusal.

    Raises:
        FolderUnusable: it cannot be made, or not be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise FolderUnusable(path, "a file is in its place", variable) from None
    except OSError as error:
        raise FolderUnusable(path, error.strerror or type(error).__name__, variable) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise FolderUnusable(path, "it cannot be written", variable)
    return path
