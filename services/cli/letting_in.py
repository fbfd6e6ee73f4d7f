"""Letting events in from the command line: into the folder itself, or through the process that runs it."""

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from schemas.facts import AnyFact, Refused
from schemas.taxonomy.load import load as load_taxonomy
from services.cli.log_to_read import log_of_cluster
from services.cli.workers_settings import FOLDER_VARIABLE, settings_of_workers
from services.embedded import DataFolder, Embedded, Step, Trouble, hand_over, reach
from services.intake import Intake, RawEvent, SubmitReport
from services.runtime.dead_letters import DeadLetters
from services.runtime.folders import made
from services.runtime.log import LogBusy, wall_clock


@dataclass(frozen=True, slots=True)
class LetIn:
    """What became of the events."""

    report: SubmitReport
    handed_over: bool
    """A running process took them in and decides them; what it decides is not waited for."""
    on_cluster: bool = False
    followed: dict[str, int] = field(default_factory=dict)
    """How many facts of which kind were decided; refusals with their reason."""
    troubles: tuple[Trouble, ...] = ()

    @property
    def handed_to(self) -> str:
        """Who decides them, where somebody else does."""
        if self.on_cluster:
            return "the cluster's inbound topics; its workers decide them"
        return "the `commonweal up` that runs on this folder; it decides them now"


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
        return LetIn(report, False, followed=dict(followed.most_common()), troubles=tuple(embedded.troubles.values()))


def let_in_on_cluster(path: Path, raws: Iterable[RawEvent]) -> LetIn:
    """Let events in by the same door, onto the inbound topics of the cluster that the environment names.

    Args:
        path: of the workers' data folder, made if it is not there: their database lies in it where none is named.

    Raises:
        FolderUnusable, ClusterError, LogError, DatabaseError, DeadLetterError: the cluster, its database or the folder
            cannot be used; the message says why.
    """
    made(path, FOLDER_VARIABLE)
    address = settings_of_workers(path).database_url
    from services.runtime.database import DatabaseSealingKeys, ready

    engine = ready(address)
    try:
        with closing(log_of_cluster()) as log:
            letters = DeadLetters(log, DatabaseSealingKeys(engine), wall_clock)
            intake = Intake(log, letters, load_taxonomy(), wall_clock)
            return LetIn(intake.submit(raws), handed_over=True, on_cluster=True)
    finally:
        engine.dispose()


def _kinds(step: Step) -> Iterable[str]:
    return (_kind(fact) for _, block in step.decided for fact in block.facts)


def _kind(fact: AnyFact) -> str:
    return f"{fact.fact} ({fact.reason})" if isinstance(fact, Refused) else fact.fact
