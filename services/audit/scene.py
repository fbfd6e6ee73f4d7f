"""What a fact is read beside: the moment, its cause, and what else was found out about the block so far."""

from dataclasses import dataclass, field

from schemas.events import Received
from schemas.taxonomy import Taxonomy
from services.audit.bounds import Load
from services.audit.falling_due import Name
from services.audit.log_time import Moment


@dataclass(slots=True)
class Scene:
    """One block while its facts are read; `event` and `is_late` change from fact to fact."""

    moment: Moment
    load: Load
    taxonomy: Taxonomy | None
    """None for a block that was decided by another taxonomy: what answers what is not judged then."""
    is_current: bool = True
    """The block was decided by the logic version whose points and follow-ups the auditor knows."""
    hears_words: bool = True
    """It was decided by a logic version that says anew that time is held once somebody spoke."""
    event: Received | None = None
    """The cause of the fact being read."""
    is_late: bool = False
    """The fact was decided after what was due: what it touches falls due with the next record only."""
    touched: dict[str, dict[Name, None]] = field(default_factory=dict)
    """Town → what changed in this block, so that it may have fallen due by that."""
    touched_late: dict[str, dict[Name, None]] = field(default_factory=dict)
    crowded_out: dict[str, dict[str, str]] = field(default_factory=dict)
    """Town → matches that an acceptance in this block left no room for, with that acceptance."""
    bounded: dict[str, dict[str, None]] = field(default_factory=dict)
    """Town → members who blocked somebody, or were suspended, in this block."""
    proposed_in: dict[str, dict[str, int]] = field(default_factory=dict)
    """Town → whom a round has asked in this block, and how often: what events lead to after that comes late."""
    sent_out: dict[str, dict[str, None]] = field(default_factory=dict)
    """Town → the proposals of its round in this block: the round was planned before any of them was out."""
    to_be_advanced: dict[str, dict[str, str]] = field(default_factory=dict)
    """Town → series whose occurrence was listed under this id; the next fact says so of the series."""
    brought: dict[str, dict[tuple[str, str], None]] = field(default_factory=dict)
    """Town → what came in this block and may have been waited for."""

    def touch(self, town: str, *names: Name) -> None:
        """Have it looked at when the block ends, or the next one if it came too late for this."""
        where = self.touched_late if self.is_late else self.touched
        where.setdefault(town, {}).update(dict.fromkeys(names))
