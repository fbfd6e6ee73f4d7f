"""Whether a write-ahead file still holds all that was acknowledged.

After a crash SQLite takes from it what stands before the first frame with a wrong checksum, and drops the rest
without a word: mostly that is the torn end of a batch nobody was told of. But a flipped bit in the middle drops
batches that *were* acknowledged. The two can be told apart: a batch is only begun once the one before it is safe
on the disk, so of what is dropped rightly at most the last frame ends a batch.

What cannot be seen is damage in the very last batch, which looks like a torn one.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from services.runtime.log.errors import LogCorrupt

_HEADER = struct.Struct(">8I")  # magic, version, page size, checkpoint, two salts, two checksums
_FRAME = struct.Struct(">6I")  # page number, pages after a commit or 0, two salts, two checksums
_MAGIC = 0x377F0682  # the lowest bit says whether checksums read words as big endian


def check_write_ahead(path: Path) -> None:
    """Look before SQLite does, since SQLite would tidy away what it cannot read.

    Args:
        path: of the write-ahead file, left by a writer that did not close; it need not be there.

    Raises:
        LogCorrupt: acknowledged batches stand behind damage, or the file's own header is damaged.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
        if not any(header) or not file.read(1):
            return  # nothing was ever written to it
        frame, ends = _first_damage(file, header)
    if ends > 1:
        raise LogCorrupt(
            f"{path}: damaged at frame {frame}, and acknowledged batches stand behind it; nothing was changed. "
            "Keep a copy of the log's files, then restore them from a backup, or import an exported journal"
        )


def _first_damage(file: BinaryIO, header: bytes) -> tuple[int, int]:
    """The first frame that does not match its checksum, and how many frames from there on end a batch."""
    from services.runtime.log.wal_checksum import (
        checksum,
    )  # brings numpy, which a start after a proper stop does without

    magic, _, page_bytes, _, *salts, _, _ = fields = _HEADER.unpack(header.ljust(_HEADER.size, b"\0"))
    order = ">" if magic & 1 else "<"
    sums = checksum(order, header[:24], (0, 0))
    if magic | 1 != _MAGIC | 1 or sums != fields[6:]:
        return 0, 2  # the header is one sector and is synced before any frame: it never tears
    damaged = ends = 0
    for number, (frame, page) in enumerate(_frames(file, page_bytes), 1):
        _, pages_after, *frame_salts, first, second = _FRAME.unpack(frame)
        if not damaged:
            sums = checksum(order, page, checksum(order, frame[:8], sums))
            damaged = 0 if sums == (first, second) and frame_salts == salts else number
        if damaged:
            this_round = frame_salts[0] == salts[0] or frame_salts[1] == salts[1]  # both differ in what an earlier left
            ends += this_round and pages_after > 0
    return damaged, ends


def _frames(file: BinaryIO, page_bytes: int) -> Iterator[tuple[bytes, bytes]]:
    file.seek(_HEADER.size)
    while len(frame := file.read(_FRAME.size)) == _FRAME.size and len(page := file.read(page_bytes)) == page_bytes:
        yield frame, page
