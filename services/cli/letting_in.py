"""Letting events in from the command line: into the folder itself, or through the process that runs it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from schemas.facts import AnyFact, Refused
from services.embedded import DataFolder, Embedded, Step, Trouble, hand_over, reach
from services.intake import RawEvent, SubmitReport
from services.runtime.log import LogBusy


@dataclass(frozen=True, slots=True)
class LetIn:
    """What became of the events."""

    report: SubmitReport
    handed_over: bool
    """A running process took them in and decides them; what it decides is not waited for."""
    followed: dict[str, int] = field(default_factory=dict)
    """How many facts of which kind were decided; refusals with their reason."""
    troubles: tuple[Trouble, ...] = ()


def let_in(path: Path, raws: Iterable[RawEvent], *, leap_allowed: bool = False) -> LetIn:
    """Let events in and decide them, or have it done where a process runs the folder.

    Raises:
        LogBusy: another process writes the folder, and left no word how to reach it.
        EmbeddedError, LogError, BoardError: the folder cannot be used; the message says why, and what to do.
    """
    try:
        embedded = Embedded.open(path)
    except LogBusy:
        running = reach(DataFolder(path))
        if running is None:
            raise
        return LetIn(hand_over(running, raws), handed_over=True)
    with embedded:
        embedded.go_on(leap_allowed=leap_allowed)
        report = embedded.submit(raws)
        followed = Counter[str]()
        embedded.settle(lambda step: followed.update(_kinds(step)))
        return LetIn(report, False, dict(followed.most_common()), tuple(embedded.troubles.values()))


def _kinds(step: Step) -> Iterable[str]:
    return (_kind(fact) for _, block in step.decided for fact in block.facts)


def _kind(fact: AnyFact) -> str:
    return f"{fact.fact} ({fact.reason})" if isinstance(fact, Refused) else fact.fact
