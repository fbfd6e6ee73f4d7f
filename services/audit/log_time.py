"""The auditor's own reading of log time."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.decisions import DecisionBlock
from schemas.journal import Block, JournalRecord
from schemas.policy import Policy
from services.audit.books import Town
from services.audit.breach import demand
from services.audit.rules import LOG_TIME


@dataclass(slots=True)
class Clock:
    """Where log time stands after the last block."""

    now_ms: int = 0
    told_ms: int = 0
    allowed_ms: int = 0
    """An operator let time go on up to here."""
    is_held: bool = False
    """Time wanted to leap, and that was said."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a block is decided and when people hear of it."""

    now_ms: int
    told_ms: int
    wanted_ms: int | None
    """How far time wanted to go, where it was held."""


def read_moment(record: JournalRecord, clock: Clock, towns: Iterable[Town]) -> Moment:
    """The moment a record has to be decided at.

    Caught up, that is the journal's own stamp, and otherwise the newest receipt. It never goes back; where it would
    leap beyond the tightest bound of the partition's policies it is held, but for an operator's word.
    """
    reads_ms = record.stamp_ms
    if isinstance(record.body, Block) and not record.body.caught_up:
        reads_ms = max([event.received_ms for event in record.body.events], default=clock.now_ms)
    bound_ms = min([town.policy.leap_ms_max for town in towns], default=Policy().leap_ms_max)
    furthest_ms = max(reads_ms, record.stamp_ms)
    if clock.now_ms and furthest_ms > clock.now_ms + bound_ms and furthest_ms > clock.allowed_ms:
        return Moment(clock.now_ms, clock.told_ms, furthest_ms)
    now_ms = max(reads_ms, clock.now_ms)
    return Moment(now_ms, max(now_ms, record.stamp_ms, clock.told_ms), None)


def check_moment(block: DecisionBlock, clock: Clock, moment: Moment) -> None:
    """Hold a block's two moments against what they must be.

    Raises:
        BrokenRuleError: log time went back, leapt or stood still where it should not.
    """
    demand(
        block.now_ms >= clock.now_ms,
        LOG_TIME,
        f"the block is decided at {block.now_ms}, the one before it at {clock.now_ms}",
        "time never goes back",
    )
    demand(
        (block.now_ms, block.told_ms) == (moment.now_ms, moment.told_ms),
        LOG_TIME,
        f"the block is decided at {block.now_ms} and told at {block.told_ms}",
        f"its journal record reads {moment.now_ms} and {moment.told_ms}",
    )
