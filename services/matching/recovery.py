"""Engines kept in snapshots and taken out again: the way from state to disk and back.

The newest snapshot that can be read and is of this log counts; otherwise the one before it; otherwise none, and the
log is folded from its beginning. An unreadable one costs time and nothing else.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from schemas.taxonomy import Taxonomy
from services.matching.engine import Engine
from services.matching.frozen import CODEC, ThawError, freeze, thaw
from services.matching.state import PartitionState
from services.runtime.snapshots import Manifest, SnapshotStore, UnreadableError

IsOurs = Callable[[PartitionState], bool]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was found in the snapshots."""

    engine: Engine | None
    """As it stood at the snapshot; None: fold the log from its beginning."""
    size_bytes: int = 0
    """Of the snapshot."""
    notices: tuple[str, ...] = ()
    """Which were passed over, for the operator."""


def keep(snapshots: SnapshotStore, partition: int, engine: Engine) -> int:
    """Keep the engine's state. It must stand still meanwhile; memory grows by a chunk or two and no more.

    Returns:
        The size of the snapshot, in bytes.

    Raises:
        SnapshotError: the disk did not take it; what was kept before is still there.
    """
    with _collector_paused():
        return snapshots.save(partition, engine.next_offset, CODEC, freeze(engine.state))


def restore(
    snapshots: SnapshotStore, partition: int, at_or_below: int, taxonomy: Taxonomy, is_ours: IsOurs = lambda _: True
) -> Restored:
    """The engine as it stood at the newest snapshot that can be used.

    Args:
        at_or_below: the `next_offset` it may have stood at.
        is_ours: whether a state comes from the log that is to be gone on with.
    """
    found = snapshots.at_or_below(partition, at_or_below, CODEC)
    notices = [] if found.trouble is None else [found.trouble]
    for manifest in found.manifests:
        named = f"partition {partition}: snapshot {manifest.next_offset}"
        try:
            state = _thawed(snapshots, manifest)
        except UnreadableError:
            notices.append(f"{named} cannot be read")
        except ThawError:
            notices.append(f"{named} is of another log or version")
        else:
            if is_ours(state):
                return Restored(Engine(taxonomy, state=state), manifest.size_bytes, tuple(notices))
            notices.append(f"{named} is of another log or version")
    return Restored(None, notices=tuple(notices))


def _thawed(snapshots: SnapshotStore, manifest: Manifest) -> PartitionState:
    with _collector_paused():
        state = thaw(snapshots.chunks(manifest))
        gc.freeze()  # a state has no cycles: going through millions of it again and again would find nothing
    return state


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No search for cycles among millions of new objects that hold none: it would take longer than the work."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
