"""What a reader of decisions remembers, row by row, so that a record that comes again changes nothing.

Pure. A shell keeps the rows (a Faust table, SQLite) and writes what `Ledger.take` answers, in this order:

1. send what the block led to, and wait until it is acknowledged.
   Killed here: the block comes again, is folded on the same rows, and leads to the same: what was sent is sent once
   more under the same ids.
2. write the position: one row that says which source was applied last, and carries every row the block changed.
   Killed here: `redo` writes from it the rows that do not stand yet; the block is not folded again.
3. write the rows.
   Killed here: as after 2.
4. acknowledge the record.
   Killed here: it comes again and is dropped by its source.

A writer that was frozen may wake up after its successor took over, and write once more. Neither trusts the log of its rows
to be its own: each looks whether anything stands between what it wrote, and the one whose position is behind ends, while the
other writes the rows anew (`LedgerTable`); who reads rows back leaves out what stands behind a position that goes back.

Each row carries the source (the journal offset that its block answers) it was last changed by; an equal or older one
changes nothing.
"""

from services.runtime.ledger.ledger import POSITION, GapError, Ledger, Step, UnreadableBlockError, decoded
from services.runtime.ledger.page import Page, Row, RowsByKey
from services.runtime.ledger.restoring import Restoring, source_of

__all__ = [
    "POSITION",
    "GapError",
    "Ledger",
    "Page",
    "Restoring",
    "Row",
    "RowsByKey",
    "Step",
    "UnreadableBlockError",
    "decoded",
    "source_of",
]
