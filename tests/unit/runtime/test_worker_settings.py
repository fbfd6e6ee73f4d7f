"""A worker's settings: from the environment, with sentences for what cannot be."""

from pathlib import Path

import pytest

from services.runtime.worker import WorkerSettings, WorkerSettingsError


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = WorkerSettings.from_environment({"COMMONWEAL_HTTP_PORT": ""})

    assert (settings.host, settings.port, settings.drain_s, settings.stalled_after_s) == ("127.0.0.1", 0, 20, 60)
    assert settings.database_url == "sqlite:///commonweal-data/board.sqlite"


def test_what_the_environment_names_counts() -> None:
    settings = WorkerSettings.from_environment(
        {
            "COMMONWEAL_HTTP_HOST": "0.0.0.0",
            "COMMONWEAL_HTTP_PORT": "8701",
            "COMMONWEAL_DATA_DIR": "here",
            "COMMONWEAL_DATABASE_URL": "postgresql+psycopg://board:secret@db/board",
            "COMMONWEAL_DRAIN_SECONDS": "5",
            "COMMONWEAL_SESSION_SECONDS": "10",
            "COMMONWEAL_STALLED_AFTER_SECONDS": "90",
        }
    )

    assert settings == WorkerSettings(
        host="0.0.0.0",
        port=8701,
        data_dir=Path("here"),
        database_url="postgresql+psycopg://board:secret@db/board",
        drain_s=5,
        session_s=10,
        stalled_after_s=90,
    )


def test_the_database_password_is_never_shown() -> None:
    settings = WorkerSettings.from_environment({"COMMONWEAL_DATABASE_URL": "postgresql://board:secret@db/board"})

    assert "secret" not in repr(settings)


@pytest.mark.parametrize("said", ["eighty", "-1", "65536", "nan"])
def test_a_port_that_is_none_is_refused_in_a_sentence(said: str) -> None:
    with pytest.raises(WorkerSettingsError, match=rf"COMMONWEAL_HTTP_PORT is '{said}'; a number from 0 to 65535"):
        WorkerSettings.from_environment({"COMMONWEAL_HTTP_PORT": said})
