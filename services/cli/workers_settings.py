"""The settings of the workers of the Kafka shell, as a command that stands beside them has to read them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import refuse_usage
from services.cli.data_folder import DEFAULT

if TYPE_CHECKING:
    from services.runtime.worker import WorkerSettings

FOLDER_VARIABLE = "COMMONWEAL_DATA_DIR"
WorkersFolder = Annotated[
    Path,
    typer.Option(
        "--data",
        help="The workers' data folder; the board's SQLite lies there where COMMONWEAL_DATABASE_URL is not set.",
        envvar=FOLDER_VARIABLE,
        show_envvar=True,
        file_okay=False,
        metavar="DIR",
    ),
]


def settings_of_workers(data: Path) -> "WorkerSettings":
    """What a worker reads from this environment, in this data folder.

    Raises:
        WorkerSettingsError: a variable holds what it cannot.
    """
    try:
        from services.runtime.worker import WorkerSettings
    except ModuleNotFoundError as missing:
        raise refuse_usage(
            f"{missing.name} is not installed; the Kafka shell needs the extra: pip install 'commonweal[kafka]'"
        ) from None
    return WorkerSettings.from_environment({**os.environ, FOLDER_VARIABLE: str(data)})


def folder_of_workers(context: typer.Context, data: Path) -> Path:
    """The folder of a command that has `--data` for both shells: as it was typed, or as the environment names it."""
    source = context.get_parameter_source("data")
    if source is not None and source.name == "COMMANDLINE":
        return data
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT)
