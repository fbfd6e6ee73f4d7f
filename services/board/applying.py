"""Decision blocks → rows and progress, whatever keeps them: the rule of density, once for both shells."""

from collections.abc import Iterable

from schemas.decisions import DecisionBlock
from services.board.errors import BoardGap
from services.board.folding import fold
from services.board.rows import Progress, Rows
from services.board.telling import At


def apply(progress: Progress, rows: Rows, blocks: Iterable[DecisionBlock]) -> int:
    """Fold the blocks that are new into the rows, and move the progress on.

    What was applied before is dropped: the first record for a source wins.

    Returns:
        How many were new.

    Raises:
        BoardGap: a block does not follow the last one. Rows and progress are to be thrown away.
        FactOutOfPlace: a fact speaks of what no earlier fact brought. Likewise.
    """
    count = 0
    for block in blocks:
        if block.source < progress.next_source:
            continue
        if block.source > progress.next_source:
            raise BoardGap(progress.partition, progress.next_source, block.source)
        for position, fact in enumerate(block.facts):
            fold(rows, At(progress.partition, block.source, position, block.now_ms), fact)
        progress.next_source, progress.chain, progress.logic = block.source + 1, block.chain, block.logic
        progress.now_ms, progress.told_ms = block.now_ms, block.told_ms
        count += 1
    return count
