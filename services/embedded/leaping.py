"""Log time after a long pause: an operator is asked before it leaps, rather than the engine holding still unnoticed."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.operations import LeapAllowed
from services.embedded.operator_events import operator_event
from services.intake import RawEvent
from services.matching import Engine


@dataclass(frozen=True, slots=True)
class Leap:
    """What a partition's log time would have to do to get to now."""

    partition: int
    community: str
    """Whoever allows it speaks to this community; the partition's others share its clock."""
    stands_ms: int
    now_ms: int
    bound_ms: int
    """How far log time goes on by itself."""

    def allowed_by(self, operator: str) -> RawEvent:
        """An operator's word that it may: until now, and beyond as far as it goes by itself."""
        said = LeapAllowed(community=self.community, operator=operator, until_ms=self.now_ms + self.bound_ms)
        return operator_event(said, f"leap.{self.partition}.{self.now_ms}")


def leaps(engines: Iterable[tuple[int, Engine]], now_ms: int) -> list[Leap]:
    """The partitions whose log time cannot get to `now_ms` without an operator's word.

    Args:
        engines: partition and engine, with everything decided that was journalled.
    """
    found = (leap(partition, engine, now_ms) for partition, engine in engines)
    return [one for one in found if one is not None]


def leap(partition: int, engine: Engine, now_ms: int) -> Leap | None:
    """What one partition's log time would have to do; None where it may."""
    clock, communities = engine.state.clock, engine.state.communities
    if clock.now_ms == 0 or not communities:
        return None  # it stands nowhere yet: its first record sets it
    bound_ms = engine.leap_ms_max()
    if now_ms <= max(clock.now_ms + bound_ms, clock.leap_until_ms):
        return None
    return Leap(partition, min(communities), clock.now_ms, now_ms, bound_ms)
