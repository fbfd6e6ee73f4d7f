"""An engine that stands where its decisions end: snapshot, then the decisions written since.

What is large happens in pieces or on a thread, so that the event loop goes on: neighbours decide, heartbeats arrive.
"""

import asyncio
import gc
import logging
from collections.abc import Mapping

from schemas.dead_letters import Quarantined
from schemas.topics import DECISIONS, JOURNAL, QUARANTINE
from services.matching import recovery
from services.matching.engine import Engine
from services.matching.history import Standing, is_made_from
from services.matching.partitions.shared import Shared
from services.matching.state import PartitionState
from services.runtime.kafka_log import scan
from services.runtime.quarantine import Words

FREEZE_BYTES_MIN = 8 * 1024 * 1024
"""Once so much was folded, what it made is taken out of the collector's sight: it holds no cycles."""
log = logging.getLogger("commonweal.matching")


async def restored(shared: Shared, partition: int, known: Standing | None = None) -> Standing:
    """The engine as the decisions have it that stand in the log by now.

    Args:
        known: an engine of earlier, to be gone on with.

    Raises:
        MatchingError: the decisions are not as they were written, or ended later once.
        LogError: the log did not answer.
    """
    end = (await shared.ends.next_offsets(DECISIONS.name, [partition]))[partition]
    standing = known or await _from_snapshot(shared, partition, end)
    standing.expect_end(end)
    before_bytes = standing.grown_bytes
    async for records in scan(shared.kafka, DECISIONS.name, partition, standing.next_decision, end):
        for record in records:
            standing.fold(record)
            await asyncio.sleep(0)
        shared.health.moved(JOURNAL.name, partition)
    if standing.grown_bytes - before_bytes >= FREEZE_BYTES_MIN:
        gc.freeze()
    await asyncio.to_thread(standing.engine.build_indexes)
    return standing


async def words_of(shared: Shared, partition: int) -> Mapping[int, Mapping[int, Quarantined]]:
    """What operators said of events of this partition, by journal offset and the event's index.

    Raises:
        QuarantineError: a word is none that this version reads.
        LogError: the log did not answer.
    """
    end = (await shared.ends.next_offsets(QUARANTINE.name, [partition]))[partition]
    words = Words()
    async for records in scan(shared.kafka, QUARANTINE.name, partition, 0, end):
        for record in records:
            words.take(record)
    return words.by_offset


async def _from_snapshot(shared: Shared, partition: int, end: int) -> Standing:
    """The newest snapshot that can be read and is of this log; the beginning, if there is none."""
    snapshots, loop = shared.snapshots, asyncio.get_running_loop()
    if snapshots is None or end == 0:
        return Standing(partition, Engine(shared.taxonomy))

    def is_ours(state: PartitionState) -> bool:  # asked on the thread that thaws
        return asyncio.run_coroutine_threadsafe(_is_of_this_log(shared, partition, state, end), loop).result()

    found = await asyncio.to_thread(recovery.restore, snapshots, partition, end, shared.taxonomy, is_ours)
    for notice in found.notices:
        log.warning("%s; this start folds more of the log instead", notice)
    if found.engine is None:
        return Standing(partition, Engine(shared.taxonomy))
    return Standing(partition, found.engine, found.engine.next_offset, snapshot_bytes=found.size_bytes)


async def _is_of_this_log(shared: Shared, partition: int, state: PartitionState, end: int) -> bool:
    """Whether the decisions up to the snapshot are those it was made from."""
    async for records in scan(shared.kafka, DECISIONS.name, partition, min(state.next_offset - 1, end), end):
        for record in records:
            found = is_made_from(state, record)
            if found is not None:
                return found
    return False
