"""Which log a command looks at: a data folder's, or a cluster's."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import refuse_usage

if TYPE_CHECKING:
    from services.runtime.log import Log

AnyFolder = Annotated[
    Path,
    typer.Option("--data", help="The data folder: what `load`, `demo` or `up` wrote.", file_okay=False, metavar="DIR"),
]
OnKafka = Annotated[
    bool, typer.Option("--kafka", help="The cluster of COMMONWEAL_KAFKA_BOOTSTRAP, in place of a data folder.")
]


@contextmanager
def log_to_read(data: Path, *, kafka: bool) -> Iterator["Log"]:
    """The log, beside whoever writes it.

    Raises:
        EmbeddedError, LogError, ClusterError: there is none, or it cannot be read.
    """
    log = log_of_cluster() if kafka else _of_folder(data)
    try:
        yield log
    finally:
        log.close()


def log_of_cluster() -> "Log":
    """The log on the cluster that the environment names.

    Raises:
        ClusterError, LogError: the environment is not in order, or no broker answers.
    """
    from schemas.topics import TOPICS
    from services.runtime.kafka import KafkaSettings

    try:
        from services.runtime.kafka_log import KafkaLog
    except ModuleNotFoundError as missing:
        raise refuse_usage(
            f"{missing.name} is not installed; clusters need the extra: pip install 'commonweal[kafka]'"
        ) from None
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what fails is said once, by us
    return KafkaLog(KafkaSettings.from_environment(os.environ), TOPICS)


def _of_folder(data: Path) -> "Log":
    from services.embedded import DataFolder as Folder

    return Folder(data).read_log()
