"""`commonweal broker`: a real Kafka broker of one's own on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import print_json
from services.cli.data_folder import AsJson

if TYPE_CHECKING:
    from services.runtime.broker import BrokerStatus, LocalBroker

DEFAULT = Path("commonweal-broker")
PORT = 9092
app = typer.Typer(
    no_args_is_help=True,
    help="A real Kafka broker on this machine, for trying out: one node, its data in one folder, no Docker.",
)
Folder = Annotated[Path, typer.Option("--data", help="The broker's folder.", file_okay=False, metavar="DIR")]
Port = Annotated[int, typer.Option("--port", min=0, max=65_535, help="Where it listens, on this machine only; 0: any.")]
Sasl = Annotated[
    bool,
    typer.Option("--sasl", help="Also listen encrypted, for one user with a password: SASL_SSL and SCRAM-SHA-512."),
]


def register(root: typer.Typer) -> None:
    """Mount the commands."""
    root.add_typer(app, name="broker")


@app.command("up")
def bring_up(data: Folder = DEFAULT, port: Port = PORT, sasl: Sasl = False, as_json: AsJson = False) -> None:
    """Start the broker of a folder, unless it runs; it stays when this command ends.

    The first time fetches Kafka (45 MB from Maven Central) into this user's cache; later it is up in seconds. It listens
    on this machine only, and is for trying out, tests and benchmarks: people's data belongs on a cluster that somebody
    looks after.

    Exit code 0 when it answers, 2 when it cannot: the port is taken, there is no network, the cache is damaged.

    Example: `commonweal broker up --data kafka --port 0`
    """
    from services.runtime.broker import LocalBroker

    local = LocalBroker(data, port, sasl=sasl)
    _tell(local, local.up(), as_json=as_json)


@app.command("down")
def take_down(data: Folder = DEFAULT) -> None:
    """Stop the broker of a folder, and wait for its end. What it holds stays, and `up` goes on with it.

    Example: `commonweal broker down --data kafka`
    """
    from services.runtime.broker import LocalBroker

    local = LocalBroker(data)
    was_running = data.is_dir() and local.status().is_running
    if was_running:
        local.down()
    typer.echo(f"the broker of {data} is stopped" if was_running else f"no broker runs in {data}")


@app.command("status")
def show_status(data: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Say whether the broker of a folder runs and answers, and how a client reaches it.

    Exit code 0 when it answers, 1 when it does not.

    Example: `commonweal broker status --data kafka --json`
    """
    from services.runtime.broker import LocalBroker

    local = LocalBroker(data)
    status = local.status()
    _tell(local, status, as_json=as_json)
    if not status.is_answering:
        raise typer.Exit(1)


def _tell(local: "LocalBroker", status: "BrokerStatus", *, as_json: bool) -> None:
    if as_json:
        print_json(_document(status))
        return
    if not status.is_running:
        typer.echo(f"no broker runs in {status.folder}; `commonweal broker up --data {status.folder}` starts one")
        return
    how = "is up" if status.is_answering else f"runs, and does not answer; its log is {local.log}"
    typer.echo(f"Kafka {status.version} {how} on {status.bootstrap} (process {status.pid}); for the other commands:")
    typer.echo(f"  export COMMONWEAL_KAFKA_BOOTSTRAP={status.bootstrap}")
    if status.secure_bootstrap is not None:
        typer.echo(f"encrypted, for one user with a password, on {status.secure_bootstrap}:")
        typer.echo(f"  set -a; . {local.write_environment()}; set +a")


def _document(status: "BrokerStatus") -> dict[str, object]:
    from dataclasses import asdict

    return asdict(status) | {"folder": str(status.folder)}
