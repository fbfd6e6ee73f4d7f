"""`commonweal up`: Commonweal on this machine, until it is told to stop."""

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from services.cli.arguments import AllowLeap, FolderToFill, refuse_leap, refuse_usage
from services.cli.data_folder import DEFAULT
from services.cli.log_to_read import OnKafka
from services.cli.workers_settings import FOLDER_VARIABLE, folder_of_workers, settings_of_workers

if TYPE_CHECKING:
    from services.embedded import Health

PORT = 8642
SHOWN_FOR_S = 1.0
"""A line is counted from the board, and stands for this long at least."""
Port = Annotated[
    int,
    typer.Option(
        "--port", min=0, max=65_535, help="Where /health, /metrics and /status answer, on this machine only; 0: any."
    ),
]


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("up")(up)


def up(
    context: typer.Context,
    data: FolderToFill = DEFAULT,
    port: Port = PORT,
    allow_leap: AllowLeap = False,
    kafka: OnKafka = False,
) -> None:
    """Run Commonweal on a data folder: match, let time go on, and take in what `submit` hands over.

    Ctrl-C (or SIGTERM) drains and stops; starting again goes on where it stopped, also after a power cut. One process
    runs a folder at a time. How it is, answers at http://127.0.0.1:PORT/health/live, /health/ready, /metrics and
    /status.

    With --kafka it is five workers on a cluster instead: the topics and the board's tables are brought to this version,
    then intake, matching, board, notifications and impact run as processes of their own, at PORT and the four above it
    (/health/live, /health/ready, /metrics), each started anew when it ends.

    Exit code 0 when it was told to stop, 2 when it cannot run: the folder is run by another process or lives on a
    load's clock, the port is taken, log time would leap (see --allow-leap), or the cluster is not what the code needs.

    Example: `commonweal up --data city`
    """
    refuse_leap(kafka=kafka, allow_leap=allow_leap)
    if kafka:
        raise typer.Exit(_up_on_cluster(folder_of_workers(context, data), port))
    from services.embedded import Embedded, serving

    with ExitStack() as opened:
        embedded = opened.enter_context(Embedded.open(data))
        embedded.go_on(leap_allowed=allow_leap)
        running, listening = opened.enter_context(serving(embedded, port))
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda _, __: running.stop())
        typer.echo(f"Commonweal is up on {data}; how it is: http://127.0.0.1:{listening}/status; Ctrl-C stops it")
        for notice in embedded.notices:
            typer.echo(notice, err=True)
        opened.enter_context(display := _Display(data))
        running.run(display.show)
    typer.echo(f"stopped; `commonweal up --data {data}` goes on here")


def _up_on_cluster(data: Path, port: int) -> int:
    try:
        from services.cli.workers_together import WORKERS, WorkersTogether, taken_port
        from services.runtime.database import connect, upgrade
        from services.runtime.folders import made
        from services.runtime.kafka import KafkaSettings
        from services.runtime.topics import apply
    except ModuleNotFoundError as missing:
        raise refuse_usage(
            f"{missing.name} is not installed; --kafka needs the extra: pip install 'commonweal[kafka]'"
        ) from None
    settings = KafkaSettings.from_environment(os.environ)
    taken = taken_port(port)
    if taken is not None:
        raise refuse_usage(
            f"port {taken} is not free, and the workers answer at {port} to {port + WORKERS - 1}; is another "
            "`commonweal up --kafka` running? Stop it, or give --port"
        )
    made(data, FOLDER_VARIABLE)
    apply(settings)
    engine = connect(settings_of_workers(data).database_url)
    upgrade(engine)
    engine.dispose()
    workers = WorkersTogether(settings, data, port, lambda sentence: typer.echo(sentence, err=True))
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda _, __: workers.stop())
    typer.echo(f"Commonweal is up on {settings.bootstrap}: five workers, files in {data}; Ctrl-C drains and stops them")
    code = workers.run()
    typer.echo("stopped; the same command goes on here")
    return code


class _Display:
    """One live line on a terminal; elsewhere a line whenever something changes that an operator would want to know."""

    def __init__(self, data: Path) -> None:
        from rich.console import Console

        self._data = data
        self._console = Console(stderr=True, highlight=False)
        self._line = self._console.status("catching up") if self._console.is_terminal else None
        self._ready = False
        self._known: tuple[str, ...] = ()
        self._decided = -1
        self._shown_s = 0.0

    def __enter__(self) -> Self:
        if self._line is not None:
            self._line.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._line is not None:
            self._line.stop()

    def show(self, health: "Health") -> None:
        """Show how it is after a step."""
        sentences = tuple(trouble.sentence for trouble in health.troubles)
        for sentence in sentences:
            if sentence not in self._known:
                self._console.print(sentence, markup=False)
        if health.is_ready and not self._ready:
            self._console.print("ready", markup=False)
        self._known, self._ready = sentences, health.is_ready
        if (
            self._line is not None
            and health.decided != self._decided
            and time.monotonic() > self._shown_s + SHOWN_FOR_S
        ):
            self._line.update(_line(self._data, health))
            self._decided, self._shown_s = health.decided, time.monotonic()


def _line(data: Path, health: "Health") -> str:
    from services.board import BoardReader, summary
    from services.embedded import DataFolder

    with BoardReader(DataFolder(data).board) as board:
        now = summary(board)
    people = f"{now.asks_open:,} asks wait, {now.asks_matched:,} matched, {now.asks_fulfilled:,} fulfilled"
    return f"{health.events:,} events in, {people}"
