"""Every environment variable that the services read, found by asking them."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from services.intake.breaker import SourceLimits
from services.intake.settings import IntakeWorkerSettings
from services.notifications.settings import NotificationSettings
from services.runtime.kafka import KafkaSettings
from services.runtime.worker import WorkerSettings

CLASSES = (KafkaSettings, WorkerSettings, IntakeWorkerSettings, NotificationSettings)


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
    for settings in CLASSES:
        with contextlib.suppress(KeyError):
            settings.from_environment(asked)
    return asked.names


def defaults() -> dict[str, str]:
    """What each setting is where the environment leaves it out; empty where that is nothing, or no fixed word."""
    worker, intake = WorkerSettings(), IntakeWorkerSettings()
    found = {f"COMMONWEAL_KAFKA_{name.upper()}": value for name, value in _values(KafkaSettings()).items()}
    found |= {f"COMMONWEAL_INTAKE_{name.upper()}": value for name, value in _values(intake).items() if name != "limits"}
    found |= {f"COMMONWEAL_SOURCE_{name.upper()}": value for name, value in _values(intake.limits).items()}
    found |= {
        "COMMONWEAL_HTTP_HOST": worker.host,
        "COMMONWEAL_HTTP_PORT": worker.port,
        "COMMONWEAL_DATA_DIR": worker.data_dir,
        "COMMONWEAL_DATABASE_URL": worker.database_url,
        "COMMONWEAL_DRAIN_SECONDS": worker.drain_s,
        "COMMONWEAL_STALLED_AFTER_SECONDS": worker.stalled_after_s,
        "COMMONWEAL_SESSION_SECONDS": worker.session_s,
        "COMMONWEAL_CONTACTS_PER_DAY_MAX": NotificationSettings().contacts_per_day_max,
    }
    return {name: _said(value) for name, value in found.items()}


def _values(settings: KafkaSettings | IntakeWorkerSettings | SourceLimits) -> dict[str, Any]:
    return {one.name: getattr(settings, one.name) for one in fields(settings)}


def _said(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
