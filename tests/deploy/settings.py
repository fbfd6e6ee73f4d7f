"""Every environment variable that the services read, found by asking them."""

import contextlib
from collections.abc import Iterator, Mapping

from services.runtime.kafka import KafkaSettings
from services.runtime.worker import WorkerSettings

READ_BY = (KafkaSettings.from_environment, WorkerSettings.from_environment)


class Asked(Mapping[str, str]):
    """An environment that has nothing in it, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def names_read() -> set[str]:
    """Names of all settings of the workers."""
    asked = Asked()
    for read in READ_BY:
        with contextlib.suppress(KeyError):
            read(asked)
    return asked.names
