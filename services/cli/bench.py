"""`commonweal bench`: how fast, measured here and now."""

from typing import Annotated

import typer

from services.cli.arguments import print_json, refuse_usage
from services.cli.bench_kafka import bench_kafka
from services.cli.data_folder import AsJson

OPEN_MAX = 2_000_000

app = typer.Typer(no_args_is_help=True, help="How fast Commonweal is, measured on this machine, now.")

Sizes = Annotated[
    str, typer.Option("--open", metavar="N,N,…", help="How many asks are open at one time; a row for each.")
]
Events = Annotated[
    int | None,
    typer.Option(
        "--events", min=10, help="How many events are measured of each size; three minutes' worth if left out."
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Another number is another town.")]
FixedArea = Annotated[
    bool, typer.Option("--fixed-area", help="Also a town that does not grow, up to 100,000 open asks.")
]
Naive = Annotated[bool, typer.Option("--naive/--no-naive", help="Also the index that scans, up to 10,000 open asks.")]
Latency = Annotated[
    bool, typer.Option("--latency/--no-latency", help="Also how long an ask waits at half the highest rate.")
]
Recovery = Annotated[
    bool, typer.Option("--recovery/--no-recovery", help="Also how long a snapshot takes, and a start from it.")
]


def register(root: typer.Typer) -> None:
    """Mount the commands."""
    app.command("kafka")(bench_kafka)
    root.add_typer(app, name="bench")


@app.callback()
def bench() -> None:
    """How fast Commonweal is, measured on this machine, now."""


@app.command("engine")
def bench_engine(
    sizes: Sizes = "1000,10000,100000",
    events: Events = None,
    fixed_area: FixedArea = False,
    naive: Naive = True,
    latency: Latency = True,
    recovery: Recovery = True,
    seed: Seed = 7193,
    as_json: AsJson = False,
) -> None:
    """Measure the engine on a generated town in balance: journal bytes in, decision bytes out, one core.

    Asks, offers and answers come three to two to five, answers go to proposals the engine made, and about as many asks
    leave as come. Each size runs in a process of its own.

    Exit code 0 when everything was measured, 2 when it could not be.

    Example: `commonweal bench engine --open 1000,10000,100000,1000000 --json`
    """
    from services.simulation.bench.report import Bench, run_bench
    from services.simulation.display import progress

    order = Bench(
        _sizes(sizes),
        seed,
        events,
        with_fixed=fixed_area,
        with_naive=naive,
        with_delay=latency,
        with_recovery=recovery,
    )
    with progress("measuring", quiet=as_json) as told:
        rows = len(order.orders())
        done = iter(range(rows + 1))
        found = run_bench(order, tell=lambda what: told(next(done), rows, what))
    if as_json:
        print_json(found)
    else:
        from rich.console import Console

        from services.simulation.bench.display import show_bench

        show_bench(Console(highlight=False, soft_wrap=True), found)


@app.command("board")
def bench_board(
    open_asks: Annotated[int, typer.Option("--open", min=100, max=OPEN_MAX, help="Asks open at one time.")] = 10_000,
    events: Annotated[int, typer.Option("--events", min=100, help="Events that go on in the town.")] = 30_000,
    seed: Seed = 7193,
    as_json: AsJson = False,
) -> None:
    """Measure how fast the board takes decisions in: rows per second into a real PostgreSQL, and into SQLite.

    PostgreSQL is started in a folder of its own, and each commit waits for the disk. One partition, one connection.

    Exit code 0 when it was measured.

    Example: `commonweal bench board --json`
    """
    from services.simulation.bench_board import measure_board
    from services.simulation.display import progress

    with progress("measuring", quiet=as_json) as told:
        done = iter(range(4))
        found = measure_board(
            events=events, open_asks=open_asks, seed=seed, tell=lambda what: told(next(done), 3, what)
        )
    if as_json:
        print_json(found)
        return
    postgres = found["rows_per_s"]
    typer.echo(f"PostgreSQL: {found['left_out'] if postgres is None else f'{postgres:,} rows/s'}")
    typer.echo(f"SQLite: {found['sqlite_rows_per_s']:,} rows/s")
    typer.echo(f"{found['rows']:,} rows of {found['facts']:,} facts, {found['batch_blocks']} blocks in a transaction")


def _sizes(text: str) -> list[int]:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and 100 <= int(word) <= OPEN_MAX for word in words):
        raise refuse_usage(f"--open is {text}; give sizes from 100 to {OPEN_MAX:,}, such as 1000,10000,100000")
    return sorted({int(word) for word in words})
