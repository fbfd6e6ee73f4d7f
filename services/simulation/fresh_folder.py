"""A run begins with nothing: what lies in its folder already is left alone."""

from pathlib import Path

from services.simulation.errors import UsedFolderError


def refuse_used(path: Path) -> None:
    """Refuse a folder in which anything lies, and a file where a folder was wanted.

    Raises:
        UsedFolderError: it is one.
    """
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise UsedFolderError(path)
