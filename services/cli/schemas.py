"""`commonweal schemas`: publish what the models say, and check that nobody is left behind."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, help="The published schemas: what travels, for everyone who reads or writes it."
)

Directory = Annotated[
    Path | None, typer.Option("--directory", help="The folder of published schemas, if not this checkout's own.")
]
Recorded = Annotated[
    Path | None, typer.Option("--recorded", help="The folder of recorded events, if not this checkout's own.")
]


@app.command("publish")
def publish_schemas(directory: Directory = None) -> None:
    """Write JSON Schema and AsyncAPI from today's models; refuse to break what was published.

    Writes nothing if an old reader or an old event would not survive the change.

    Only a version that never left this checkout may be deleted and published anew.
    """
    from schemas.publishing import IncompatibleError, publish
    from schemas.publishing.published_files import PUBLISHED

    directory = directory or PUBLISHED
    try:
        changed = publish(directory)
    except IncompatibleError as error:
        for finding in error.findings:
            typer.echo(str(finding), err=True)
        typer.echo(f"nothing was written: {len(error.findings)} incompatible changes", err=True)
        raise typer.Exit(1) from error
    for path in changed:
        typer.echo(f"wrote {path.relative_to(directory)}")
    typer.echo(f"{len(changed)} files changed" if changed else "nothing changed")


@app.command("check")
def check_schemas(directory: Directory = None, recorded: Recorded = None) -> None:
    """Fail on drift, on a change that breaks an old reader or an old event, and on records that no longer decode."""
    from schemas.publishing import check
    from schemas.publishing.published_files import PUBLISHED, RECORDED

    try:
        found = check(directory or PUBLISHED, recorded or RECORDED)
    except ModuleNotFoundError as error:
        typer.echo(f"the check needs `{error.name}`, a development dependency: run it after `make setup`", err=True)
        raise typer.Exit(2) from error
    for finding in found:
        typer.echo(str(finding), err=True)
    if found:
        typer.echo(f"{len(found)} findings", err=True)
        raise typer.Exit(1)
    typer.echo("published schemas are what the models say, and everything recorded still decodes")
