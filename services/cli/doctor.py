"""`commonweal doctor`: what is wrong with what the workers stand on, and what to do."""

import typer

from services.cli.arguments import print_json
from services.cli.data_folder import DEFAULT, AsJson
from services.cli.workers_settings import FOLDER_VARIABLE, WorkersFolder


def register(root: typer.Typer) -> None:
    """Mount the command."""
    root.command("doctor")(doctor)


def doctor(data: WorkersFolder = DEFAULT, as_json: AsJson = False) -> None:
    """Look at everything a worker of the Kafka shell stands on, as its environment has it. Changes nothing.

    Versions, settings, the cluster and its room, clocks, topics, the database and this machine's disk. Run it where a
    worker runs, with its environment; --data names the folder of `commonweal up --kafka`.

    Exit code 0 when workers can run, 1 when something is wrong.

    Example: `commonweal doctor --data city`
    """
    import os

    from services.runtime.doctor import State, examine

    findings = examine({**os.environ, FOLDER_VARIABLE: str(data)})
    wrong = [each for each in findings if each.state is State.wrong]
    if as_json:
        from dataclasses import asdict

        print_json({"well": not wrong, "findings": [asdict(each) for each in findings]})
    else:
        for each in findings:
            typer.echo(each.line())
        typer.echo(f"{len(wrong)} of {len(findings)} are wrong" if wrong else "workers can run")
    if wrong:
        raise typer.Exit(1)
