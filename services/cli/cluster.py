"""The cluster that the environment names, for commands that work on a data folder or, with `--kafka`, on a cluster."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.arguments import refuse_usage

if TYPE_CHECKING:
    from services.runtime.kafka import KafkaSettings
    from services.runtime.kafka_log import KafkaLog

OnKafka = Annotated[
    bool,
    typer.Option(
        "--kafka", help="On the cluster that COMMONWEAL_KAFKA_BOOTSTRAP and its neighbours name (docs/kafka.md)."
    ),
]


def cluster() -> "KafkaSettings":
    """Where the cluster is, from the environment."""
    try:
        from services.runtime.kafka import KafkaSettings
    except ModuleNotFoundError as missing:
        raise refuse_usage(
            f"{missing.name} is not installed; --kafka needs the extra: pip install 'commonweal[kafka]'"
        ) from None
    return KafkaSettings.from_environment(os.environ)


@contextmanager
def cluster_log() -> Iterator["KafkaLog"]:
    """The cluster's topics as a log; closed at the end."""
    settings = cluster()
    from schemas.topics import TOPICS
    from services.runtime.kafka_log import KafkaLog

    log = KafkaLog(settings, TOPICS)
    try:
        yield log
    finally:
        log.close()
