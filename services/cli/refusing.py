"""What can be expected to go wrong is one sentence on the error channel and exit code 2, never a traceback."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup


class Commands(TyperGroup):
    """The commands, with every expected error told in its own words."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if not is_expected(error):
                raise
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None


def is_expected(error: Exception) -> bool:
    """Whether the error's message was written for whoever typed the command."""
    from services.board import BoardError
    from services.embedded import EmbeddedError
    from services.intake import IntakeError, MappingError
    from services.matching.agent import MatchingError
    from services.relay import RelayUnwritableError
    from services.runtime.broker import BrokerError
    from services.runtime.dead_letters import DeadLetterError
    from services.runtime.folders import FolderUnusable
    from services.runtime.kafka import ClusterError
    from services.runtime.log import LogError
    from services.runtime.quarantine import QuarantineError
    from services.runtime.snapshots import SnapshotError

    ours = (
        LogError,
        FolderUnusable,
        EmbeddedError,
        BoardError,
        BrokerError,
        ClusterError,
        IntakeError,
        MappingError,
        MatchingError,
        DeadLetterError,
        RelayUnwritableError,
        QuarantineError,
        SnapshotError,
    )
    return isinstance(error, ours) or _is_of_settings(error) or _is_of_the_database(error)


def _is_of_settings(error: Exception) -> bool:
    """A variable of the environment holds what it cannot."""
    from services.intake import IntakeSettingsError

    if isinstance(error, IntakeSettingsError):
        return True
    if "services.runtime.worker" not in sys.modules:  # it needs the clients of Kafka, which not everybody has
        return False
    from services.runtime.worker import WorkerSettingsError

    return isinstance(error, WorkerSettingsError)


def _is_of_the_database(error: Exception) -> bool:
    """Its words need SQLAlchemy, which not everybody has: where it is not loaded, nothing of it was raised."""
    if "services.runtime.database" not in sys.modules:
        return False
    from services.runtime.database import DatabaseError

    return isinstance(error, DatabaseError)
