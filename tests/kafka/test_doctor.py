"""The doctor before a real cluster, well and ill."""

import asyncio
from pathlib import Path

import pytest

from services.runtime.doctor import State, examine
from services.runtime.kafka import KafkaSettings
from services.runtime.log import wall_clock
from tests.kafka.records import write
from tests.kafka.workers import running
from tests.unit.cli.commands import run

pytestmark = pytest.mark.slow
HOUR_MS = 3_600_000


@pytest.fixture
def environment(kafka: KafkaSettings, tmp_path: Path) -> dict[str, str]:
    """What a worker would be given: a cluster with its topics, and a database with its tables."""
    database = f"sqlite:///{tmp_path}/board.sqlite"
    assert run("database", "upgrade", "--database", database).exit_code == 0
    return kafka.environment() | {"COMMONWEAL_DATABASE_URL": database, "COMMONWEAL_DATA_DIR": str(tmp_path)}


def test_where_all_is_well_workers_can_run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    told, document = run("doctor"), run("doctor", "--json").document

    assert told.exit_code == 0, told.out
    assert told.out.endswith("workers can run\n")
    assert document["well"]
    wrong = {each["subject"] for each in document["findings"] if each["state"] in {"wrong", "not examined"}}
    assert wrong == set()


def test_the_folder_of_up_is_examined_and_its_tables_are_made_where_its_workers_look_for_them(
    kafka: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in kafka.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    made = run("database", "upgrade", "--data", "city")
    checked = run("database", "check", "--data", "city")
    told = run("doctor", "--data", "city")
    elsewhere = run("doctor")

    assert [each.exit_code for each in (made, checked, told, elsewhere)] == [0, 0, 0, 0], told.out
    assert [each.name for each in tmp_path.iterdir()] == ["city"]
    assert "data in city" in told.out
    assert "database: well - answers" in told.out
    assert "database: worth a look - commonweal-data/board.sqlite is not there yet" in elsewhere.out
    with running("board", kafka, tmp_path / "logs", {"COMMONWEAL_DATA_DIR": str(tmp_path / "city")}) as worker:
        assert worker.troubles() == []
    assert sorted(each.name for each in (tmp_path / "city").glob("*.sqlite")) == ["board.sqlite"]


@pytest.mark.parametrize("kafka", [("journal",)], indirect=True)
def test_topics_that_are_missing_are_named_with_what_to_do(environment: dict[str, str]) -> None:
    topics = next(each for each in examine(environment) if each.subject == "topics")

    assert topics.state is State.wrong
    assert "asks: topic should be there" in topics.says
    assert "`commonweal topics apply` does it" in topics.says


@pytest.mark.parametrize("kafka", [("journal",)], indirect=True)
@pytest.mark.parametrize(("by_ms", "how"), [(-HOUR_MS, "behind"), (HOUR_MS, "ahead of")])
def test_a_clock_that_is_an_hour_off_is_told_from_the_controller_s_time(
    environment: dict[str, str], by_ms: int, how: str
) -> None:
    clocks = next(each for each in examine(environment, lambda: wall_clock() + by_ms) if each.subject == "clocks")

    assert clocks.state is State.wrong
    assert f"ms {how} the cluster's" in clocks.says


@pytest.mark.parametrize("kafka", [("journal",)], indirect=True)
def test_the_newest_stamp_tells_when_the_last_record_came(environment: dict[str, str], kafka: KafkaSettings) -> None:
    asyncio.run(write(kafka, "journal", b"{}", partition=7))

    later = next(each for each in examine(environment, wall_clock) if each.subject == "clocks")

    assert later.state is State.well
    assert "the newest record was stamped" in later.says
