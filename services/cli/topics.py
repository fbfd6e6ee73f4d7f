"""`commonweal topics`: the topics of the code, on a Kafka cluster."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import print_json
from services.cli.data_folder import AsJson

if TYPE_CHECKING:
    from services.runtime.kafka import KafkaSettings
    from services.runtime.topics import ClusterDiffers, Plan

app = typer.Typer(
    no_args_is_help=True,
    help="Topics as code. Which cluster: COMMONWEAL_KAFKA_BOOTSTRAP and its neighbours (docs/kafka.md).",
)
Names = Annotated[
    list[str] | None, typer.Argument(metavar="TOPIC...", help="Only these, by their names in the code; all otherwise.")
]


def register(root: typer.Typer) -> None:
    """Mount the commands."""
    root.add_typer(app, name="topics")


@app.command("plan")
def show_plan(names: Names = None, as_json: AsJson = False) -> None:
    """Show what `apply` would do, as a diff. Changes nothing.

    Exit code 0 when the cluster is as the code has it, 1 when there is something to do or to refuse, 2 when the cluster
    cannot be asked.

    Example: `commonweal topics plan`
    """
    from services.runtime.topics import plan

    planned = plan(_settings(), names)
    _tell(planned, "would be", as_json=as_json)
    if not planned.is_empty:
        raise typer.Exit(1)


@app.command("apply")
def apply_topics(names: Names = None, as_json: AsJson = False) -> None:
    """Make the topics that are missing, and give the others the settings of the code. Doing it twice changes nothing.

    A partition count is never changed: it is for life. Topics that the code does not know are left alone.

    Exit code 0 when the cluster is as the code has it now, 2 when it refused or was refused.

    Example: `commonweal topics apply`
    """
    from services.runtime.topics import apply

    _tell(apply(_settings(), names), "were", as_json=as_json)


@app.command("check")
def check_topics(names: Names = None, as_json: AsJson = False) -> None:
    """Look, as each service does before it starts: are partition count, timestamp type and cleanup policy as in the code?

    Exit code 0 when they are, 1 when not (naming topic, expected and found), 2 when the cluster cannot be asked.

    Example: `commonweal topics check journal decisions`
    """
    from services.runtime.topics import ClusterDiffers, check

    differing: ClusterDiffers | None = None
    try:
        check(_settings(), names)
    except ClusterDiffers as error:
        differing = error
    if as_json:
        print_json([] if differing is None else _documents(differing))
    elif differing is None:
        typer.echo("the cluster is what the code stands on")
    else:
        typer.echo(str(differing), err=True)
    if differing is not None:
        raise typer.Exit(1)


def _settings() -> "KafkaSettings":
    import os

    from services.runtime.kafka import KafkaSettings

    return KafkaSettings.from_environment(os.environ)


def _tell(planned: "Plan", tense: str, *, as_json: bool) -> None:
    if as_json:
        print_json(planned.document())
        return
    for change in planned.changes:
        typer.echo("\n".join(change.lines()))
    for refused in planned.refused:
        typer.echo(f"! {refused}; a partition count is for life, so this is refused")
    new = sum(change.is_new for change in planned.changes)
    typer.echo(f"{new} topics {tense} made, {len(planned.changes) - new} {tense} changed")


def _documents(differing: "ClusterDiffers") -> list[dict[str, str]]:
    from dataclasses import asdict

    return [asdict(each) for each in differing.differences]
