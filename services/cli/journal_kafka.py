"""A journal from a file onto a cluster, for `commonweal journal import --kafka`."""

import os
from typing import TYPE_CHECKING

import typer

from services.cli.arguments import print_json, refuse_usage
from services.cli.files import reading

if TYPE_CHECKING:
    from services.runtime.kafka import KafkaSettings


def import_on_kafka(file: str, *, as_json: bool) -> None:
    """Take a journal onto the cluster, where its topics are as the code says and its journal is empty.

    Raises:
        ClusterError: the cluster cannot be reached, differs from the code, or refuses.
        LogError: a line cannot be taken in, or the journal is not empty.
    """
    from schemas.topics import JOURNAL, QUARANTINE, TOPICS
    from services.runtime.log import clock_kind_of, import_topic
    from services.runtime.quarantine import import_words

    settings = _settings()
    from services.runtime.kafka_log import FillableKafkaLog, open_for_stamps
    from services.runtime.topics import check

    check(settings, [JOURNAL.name, QUARANTINE.name])
    with reading(file, "give a file that `journal export` wrote") as opened:
        log = FillableKafkaLog(settings, TOPICS, clock_kind_of(opened))
        try:
            lines = import_words(log, opened)  # before the journal: a worker that decides it needs them by then
            with open_for_stamps(settings, JOURNAL.name):
                count = import_topic(log, JOURNAL, opened, first_line=1 + lines)
        finally:
            log.close()
    if as_json:
        print_json({"records": count, "quarantined": max(0, lines - 1), "topic": settings.topic(JOURNAL.name)})
    else:
        typer.echo(
            f"took {count:,} journal records onto {settings.topic(JOURNAL.name)}; `commonweal worker matching` decides them"
        )


def _settings() -> "KafkaSettings":
    try:
        import aiokafka  # noqa: F401 - is it there?
        import kafka  # noqa: F401 - and this one?
    except ModuleNotFoundError as missing:
        raise refuse_usage(
            f"{missing.name} is not installed; `--kafka` needs the extra: pip install 'commonweal[kafka]'"
        ) from None
    from services.runtime.kafka import KafkaSettings

    return KafkaSettings.from_environment(os.environ)
