"""`commonweal bench kafka`: the Kafka shell beside what a user would pick instead, measured here and now."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from services.cli.arguments import print_json, refuse_usage
from services.cli.data_folder import AsJson

RIVALS_VENV = Path(".venv-rivals/bin/python")
PARTS = "pace, rivals, workers, latency, backlog, recovery, failover, board, profile"

Events = Annotated[int, typer.Option("--events", min=1_000, help="How many events each contestant reads.")]
Only = Annotated[str | None, typer.Option("--only", metavar="PART,…", help=f"Measure these alone: {PARTS}.")]
Towns = Annotated[int, typer.Option("--towns", min=1, max=64, help="Communities, each on a partition of its own.")]
OpenAsks = Annotated[int, typer.Option("--open", min=100, max=1_000_000, help="Open asks in each town.")]
Recovery = Annotated[
    str, typer.Option("--recovery", metavar="N,…", help="Open asks of the one town whose worker is killed.")
]
Backlog = Annotated[int, typer.Option("--backlog", min=1_000, help="Events that wait while no service runs.")]
Workers = Annotated[str, typer.Option("--workers", metavar="N,…", help="Counts of matching workers beside one.")]
LatencyS = Annotated[float, typer.Option("--latency-seconds", min=8, help="How long each rate lasts.")]
RivalsPython = Annotated[
    Path | None,
    typer.Option("--rivals-python", help=f"The interpreter that has Quix Streams and Bytewax; {RIVALS_VENV} if there."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Another number is other towns.")]


def bench_kafka(
    events: Events = 60_000,
    only: Only = None,
    towns: Towns = 16,
    open_asks: OpenAsks = 1_000,
    workers: Workers = "2,4",
    recovery: Recovery = "10000,100000",
    backlog: Backlog = 100_000,
    latency_seconds: LatencyS = 25.0,
    rivals_python: RivalsPython = None,
    seed: Seed = 7193,
    as_json: AsJson = False,
) -> None:
    """Measure the services end to end on a broker of its own, and beside them Faust, Quix Streams, Bytewax and the bare cost.

    Asks, offers and answers come three to two to five; people answer what was really proposed. The rivals read the
    records that our services read, and do nothing but keep a row per key and write one output.

    Exit code 0 when everything was measured, 1 when a part could not be, 2 when nothing could.

    Example: `commonweal bench kafka --events 60000 --only pace,rivals --json`
    """
    try:
        from services.simulation.bench_kafka.report import figures_of
        from services.simulation.bench_kafka.run import KafkaBench, Run, own_broker
        from services.simulation.bench_kafka.towns import Region
    except ModuleNotFoundError as missing:
        raise refuse_usage(
            f"{missing.name} is not installed; the bench needs the extras: pip install 'commonweal[kafka,broker]'"
        ) from None

    bench = KafkaBench(
        parts=_parts(only),
        events=events,
        region=Region(towns=towns, open_asks=open_asks, seed=seed),
        workers=_numbers("--workers", workers),
        recovered=_numbers("--recovery", recovery),
        backlog=backlog,
        rivals_python=_interpreter(rivals_python),
        latency_s=latency_seconds,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that broker and workers end with us
    with _broker(own_broker) as bootstrap:
        run = Run(bench, bootstrap, tell=lambda what: typer.echo(f"measuring {what}", err=True))
        found = figures_of(bench, asyncio.run(run.all()))
    if as_json:
        print_json(found)
    else:
        from rich.console import Console

        from services.simulation.bench_kafka.display import show_kafka_bench

        show_kafka_bench(Console(highlight=False, soft_wrap=True), found)
    raise typer.Exit(1 if found["failed"] else 0)


@contextmanager
def _broker(own_broker: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    from services.runtime.broker import BrokerError

    try:
        with own_broker() as bootstrap:
            yield bootstrap
    except BrokerError as error:
        raise refuse_usage(str(error)) from None


def _parts(only: str | None) -> frozenset[str]:
    from services.simulation.bench_kafka.run import PARTS as KNOWN

    if only is None:
        return frozenset(KNOWN) - {"profile"}
    parts = {word.strip() for word in only.split(",")}
    if not parts <= set(KNOWN):
        raise refuse_usage(f"--only names {', '.join(sorted(parts - set(KNOWN)))}; the parts are {PARTS}")
    return frozenset(parts)


def _numbers(option: str, text: str) -> list[int]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not all(word.isascii() and word.isdigit() and int(word) > 0 for word in words):
        raise refuse_usage(f"{option} is {text}; give whole numbers with commas between them")
    return [int(word) for word in words]


def _interpreter(given: Path | None) -> str:
    """The interpreter of the rivals; ours where there is none, and then the run says which of them did not start."""
    found = given or (RIVALS_VENV if RIVALS_VENV.exists() else Path(sys.executable))
    if not found.exists():
        raise refuse_usage(f"{found} is not there; make it with `make {RIVALS_VENV}`, or name another interpreter")
    return str(found)
