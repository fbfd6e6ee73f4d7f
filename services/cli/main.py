"""The `commonweal` command. Each command has a module of its own; here they are put together."""

import typer

from services.cli import (
    bench,
    board,
    broker,
    database,
    dead_letters,
    demo,
    doctor,
    explain,
    journal,
    load,
    policy,
    quarantine,
    replay,
    schemas,
    simulate,
    status,
    submit,
    topics,
    up,
    verify,
    worker,
)
from services.cli.refusing import Commands

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,  # locals may hold what somebody wrote
    help="Commonweal matches asks for help with offers of help, and can prove why.",
    epilog="Start with `commonweal demo`, or with `commonweal up --data DIR` and `commonweal submit FILE --data DIR`.",
)

for command in (
    demo,
    up,
    worker,
    submit,
    load,
    status,
    explain,
    policy,
    replay,
    verify,
    simulate,
    board,
    database,
    journal,
    dead_letters,
    quarantine,
    bench,
    broker,
    topics,
    doctor,
):
    command.register(app)
app.add_typer(schemas.app, name="schemas")
