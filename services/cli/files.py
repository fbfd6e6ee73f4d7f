"""Files named on the command line, and `-` for the standard channels."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from services.cli.arguments import refuse_usage

STANDARD = "-"


@contextmanager
def reading(file: str, wanted: str) -> Iterator[BufferedReader]:
    """A file to read; exit code 2 where it cannot be.

    Args:
        wanted: what to give instead, for the refusal.
    """
    with ExitStack() as opened:
        if file == STANDARD:
            stream = cast("BufferedReader", sys.stdin.buffer)
        else:
            try:
                stream = opened.enter_context(Path(file).open("rb"))
            except OSError as error:
                raise refuse_usage(f"{file}: {error.strerror}; {wanted}") from None
        yield stream


@contextmanager
def writing(file: str) -> Iterator[BinaryIO]:
    """A file to write, which must not be there yet; exit code 2 where it cannot be."""
    with ExitStack() as opened:
        if file == STANDARD:
            stream: BinaryIO = sys.stdout.buffer
        else:
            try:
                stream = opened.enter_context(Path(file).open("xb"))
            except FileExistsError:
                raise refuse_usage(f"{file} is there already; name another file, or remove this one first") from None
            except OSError as error:
                raise refuse_usage(f"{file}: {error.strerror}; name a file that can be written") from None
        yield stream
