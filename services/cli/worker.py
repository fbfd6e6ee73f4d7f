"""`commonweal worker NAME`: one service of the Kafka shell in a process of its own."""

import logging
import os
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import refuse_usage

if TYPE_CHECKING:
    from services.runtime.worker import Build


class Name(StrEnum):
    """The services that run as workers."""

    intake = "intake"
    matching = "matching"
    board = "board"
    notifications = "notifications"
    impact = "impact"


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("worker")(worker)


def worker(name: Annotated[Name, typer.Argument(help="Which service.", show_choices=True)]) -> None:
    """Run one service on Kafka until it is told to stop; SIGTERM or Ctrl-C drains it.

    Settings come from the environment: COMMONWEAL_KAFKA_BOOTSTRAP and the other COMMONWEAL_KAFKA_ variables,
    COMMONWEAL_HTTP_HOST and COMMONWEAL_HTTP_PORT for /health/live, /health/ready and /metrics, COMMONWEAL_DATA_DIR,
    COMMONWEAL_DATABASE_URL, COMMONWEAL_DRAIN_SECONDS, COMMONWEAL_SESSION_SECONDS, COMMONWEAL_STALLED_AFTER_SECONDS.

    Exit code 0 when it was told to stop, 1 when it could not go on and is to be started anew, 2 when it cannot run as it
    is set up.

    Example: `COMMONWEAL_HTTP_PORT=8701 commonweal worker board`
    """
    try:
        from services.runtime.worker import run_worker
    except ModuleNotFoundError as missing:
        raise refuse_usage(
            f"{missing.name} is not installed; workers need the extra: pip install 'commonweal[kafka]'"
        ) from None
    _log()
    raise typer.Exit(run_worker(name.value, _builder(name.value), os.environ, logic=_logic(name)))


def _log() -> None:
    """Our own words from `info` on, those of the libraries only where something is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("commonweal").setLevel(logging.INFO)
    logging.getLogger("faust.transport.producer").setLevel(
        logging.ERROR
    )  # it warns of each batch that waits to be sent
    logging.getLogger("mode.timers").setLevel(
        logging.ERROR
    )  # it warns of a commit that takes longer than the time between two, as at each first start; lag and health tell more
    logging.getLogger("aiokafka").setLevel(
        logging.CRITICAL
    )  # ten lines a second while no broker answers; health says it


def _builder(name: str) -> "Build":
    """The service's own `build`, imported only where it runs."""
    build: Build = import_module(f"services.{name}.worker").build
    return build


def _logic(name: Name) -> str:
    if name is not Name.matching:
        return "none"
    from schemas.taxonomy.load import load
    from services.matching import Engine

    return Engine(load()).logic
