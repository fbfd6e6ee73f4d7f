"""The board worker beside a real broker and real databases."""

import random
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.topics import TOPICS
from services.cli.main import app
from services.runtime.database import connect, upgrade
from services.runtime.kafka import KafkaSettings, administering
from services.runtime.kafka_log import KafkaLog
from services.runtime.topics import apply
from tests.databases import Opened
from tests.kafka.boards import Town, Worker, content, has_read, in_the_table, made_straight, told, told_records
from tests.kafka.towns import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("decisions", "matches")], indirect=True),
]
PACE_S = 0.05
"""Between two rounds of the load: some dozens of blocks a second, which the board keeps up with."""


@pytest.fixture
def log(kafka: KafkaSettings) -> Iterator[KafkaLog]:
    with closing(KafkaLog(kafka, TOPICS)) as opened:
        yield opened


@pytest.fixture
def towns() -> list[Town]:
    return [Town("riverside"), Town("hillside"), Town("old-harbour")]


def test_what_was_decided_stands_in_the_tables_and_on_the_matches_topic(
    kafka: KafkaSettings, log: KafkaLog, database_url: str, opened: Opened, tmp_path: Path, towns: list[Town]
) -> None:
    for town in towns:
        town.decide(log, 10)
    with Worker(kafka, database_url, tmp_path) as worker:
        until(lambda: has_read(database_url, opened, towns), "reading what was there")
        for town in towns:
            town.decide(log, 5)
        until(lambda: has_read(database_url, opened, towns), "reading what came")
        until(lambda: told(log) == in_the_table(database_url, opened), "telling partners")
        status, refused = worker.ask("/v1/nothing")

        assert (status, refused["title"]) == (404, "There is no such path")
        assert worker.ask("/health/ready")[0] == 200
        assert worker.end() == 0
    assert content(database_url, opened) == made_straight(tmp_path / "straight.db", towns)


@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.long)])
def test_killed_under_load_the_board_is_what_a_rebuild_makes_and_partners_hear_all_of_it(
    kafka: KafkaSettings,
    log: KafkaLog,
    database_url: str,
    opened: Opened,
    tmp_path: Path,
    towns: list[Town],
    kills: int,
) -> None:
    moment, load = random.Random(5), Load(kafka, towns)
    with load:
        for _ in range(kills):
            with Worker(kafka, database_url, tmp_path) as worker:
                until(partial(is_ready, worker), "getting ready")
                decided = sum(len(town.blocks) for town in towns)
                until(partial(has_decided, towns, decided + moment.randrange(100)), "more load")
                worker.kill()
    with Worker(kafka, database_url, tmp_path) as worker:
        until(lambda: has_read(database_url, opened, towns), "reading the rest")
        until(lambda: told(log) == in_the_table(database_url, opened), "telling partners")
        assert worker.end() == 0
    assert content(database_url, opened) == made_straight(tmp_path / "straight.db", towns)


def is_ready(worker: Worker) -> bool:
    return worker.ask("/health/ready")[0] == 200


def has_decided(towns: list[Town], blocks: int) -> bool:
    return sum(len(town.blocks) for town in towns) >= blocks


class Load:
    """Decides in a thread of its own, for as long as the block runs."""

    def __init__(self, kafka: KafkaSettings, towns: list[Town]) -> None:
        self._kafka, self._towns = kafka, towns
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with closing(KafkaLog(self._kafka, TOPICS)) as log:
            while not self._over.wait(PACE_S):
                for town in self._towns:
                    town.decide(log)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def test_a_gap_stops_its_partition_loudly_and_its_neighbours_go_on(
    kafka: KafkaSettings, log: KafkaLog, postgres_url: str, opened: Opened, tmp_path: Path, towns: list[Town]
) -> None:
    upgrade(opened(postgres_url))
    broken, *others = towns
    broken.decide(log, 3).go_on(2)
    broken.write(log, broken.blocks[4:])
    with Worker(kafka, postgres_url, tmp_path) as worker:
        until(lambda: "missing" in str(worker.ask("/health/ready")), "noticing the gap")
        for town in others:
            town.decide(log, 5)
        until(lambda: has_read(postgres_url, opened, others), "the neighbours")
        status, ready = worker.ask("/health/ready")

        assert status == 503
        assert f"partition {broken.partition}: the board stands at source 3, the block is for source 4" in str(ready)
        assert "commonweal board rebuild" in str(ready)
        assert worker.ask("/health/live")[0] == 200
        assert worker.end() == 0


def test_what_comes_twice_is_dropped(
    kafka: KafkaSettings, log: KafkaLog, postgres_url: str, opened: Opened, tmp_path: Path, towns: list[Town]
) -> None:
    upgrade(opened(postgres_url))
    town = towns[0]
    town.decide(log, 6).write(log, town.blocks[2:]).decide(log, 2)
    with Worker(kafka, postgres_url, tmp_path) as worker:
        until(lambda: has_read(postgres_url, opened, [town]), "reading it")
        assert worker.end() == 0
    assert content(postgres_url, opened) == made_straight(tmp_path / "straight.db", [town])


def test_tables_that_were_lost_are_filled_from_the_log_though_its_offsets_were_committed(
    kafka: KafkaSettings, log: KafkaLog, tmp_path: Path, opened: Opened, towns: list[Town]
) -> None:
    before, after = (f"sqlite:///{tmp_path / name}.db" for name in ("before", "after"))
    for address in (before, after):
        engine = connect(address)
        upgrade(engine)
        engine.dispose()
    for town in towns:
        town.decide(log, 5)
    for address in (before, after):
        with Worker(kafka, address, tmp_path) as worker:
            until(partial(is_ready, worker), "getting ready")
            for town in towns:
                town.decide(log, 2)
            until(partial(has_read, address, opened, towns), "reading it all")
            assert worker.end() == 0
    assert content(after, opened) == made_straight(tmp_path / "straight.db", towns)


def test_a_worker_refuses_tables_of_another_version(kafka: KafkaSettings, postgres_url: str, tmp_path: Path) -> None:
    with Worker(kafka, postgres_url, tmp_path) as worker:
        assert worker.process.wait(60) == 2
        assert "there are no tables yet; run `commonweal database upgrade` to make them" in worker.said()


@pytest.fixture
def elsewhere(kafka: KafkaSettings) -> Iterator[KafkaSettings]:
    """Another installation on the same cluster."""
    other = replace(kafka, prefix=f"other-{kafka.prefix}")
    apply(other, ["decisions", "matches"])
    yield other
    with administering(other, "delete topics") as admin:
        admin.delete_topics([other.topic("decisions"), other.topic("matches")], raise_errors=False)


def test_a_board_of_another_installation_is_refused_before_a_row_of_it_changes(
    kafka: KafkaSettings,
    elsewhere: KafkaSettings,
    log: KafkaLog,
    database_url: str,
    opened: Opened,
    tmp_path: Path,
    towns: list[Town],
) -> None:
    town = towns[0].decide(log, 6)
    with Worker(kafka, database_url, tmp_path) as worker:
        until(lambda: has_read(database_url, opened, [town]), "reading it")
        assert worker.end() == 0
    before = content(database_url, opened)
    with closing(KafkaLog(elsewhere, TOPICS)) as theirs:
        town.go_on(5).write(theirs, [block.model_copy(update={"chain": "e" * 64}) for block in town.blocks])

    with Worker(elsewhere, database_url, tmp_path) as worker:
        assert worker.process.wait(60) == 2
        said = worker.said()

    assert f"partition {town.partition}: the board stands at source 6" in said
    assert "chain eeeeeeeeeeee" in said
    assert "`commonweal board rebuild --kafka`" in said
    assert "COMMONWEAL_DATABASE_URL" in said
    assert "Traceback" not in said
    assert content(database_url, opened) == before


def test_two_installations_that_find_one_empty_database_do_not_go_on_together(
    kafka: KafkaSettings,
    elsewhere: KafkaSettings,
    log: KafkaLog,
    postgres_url: str,
    opened: Opened,
    tmp_path: Path,
    towns: list[Town],
) -> None:
    upgrade(opened(postgres_url))
    town, folder = towns[0], tmp_path / "elsewhere"
    folder.mkdir()
    with Worker(kafka, postgres_url, tmp_path) as ours, Worker(elsewhere, postgres_url, folder) as other:
        until(lambda: is_ready(ours) and is_ready(other), "getting ready")
        town.decide(log, 4)
        until(lambda: has_read(postgres_url, opened, [town]), "reading it")
        with closing(KafkaLog(elsewhere, TOPICS)) as theirs:
            town.write(theirs, [block.model_copy(update={"chain": "e" * 64}) for block in town.blocks])

        until(lambda: "another one" in str(other.ask("/health/ready")), "noticing")
        assert f"partition {town.partition}: the board stands at source 4" in str(other.ask("/health/ready"))


def test_a_board_made_anew_from_the_cluster_is_the_one_that_followed_and_partners_hear_it_again(
    kafka: KafkaSettings, log: KafkaLog, database_url: str, opened: Opened, tmp_path: Path, towns: list[Town]
) -> None:
    for town in towns:
        town.decide(log, 4)
    with Worker(kafka, database_url, tmp_path) as worker:
        until(lambda: has_read(database_url, opened, towns), "reading it")
        until(lambda: told(log) == in_the_table(database_url, opened), "telling partners")
        assert worker.end() == 0
    followed, records = content(database_url, opened), told_records(log)
    with opened(database_url).begin() as connection:
        connection.exec_driver_sql("UPDATE matches SET status = 'declined'")

    env = {"COMMONWEAL_DATABASE_URL": database_url, **kafka.environment()}
    said = CliRunner().invoke(app, ["board", "rebuild", "--kafka", "--data", str(tmp_path), "--json"], env=env)
    with Worker(kafka, database_url, tmp_path) as worker:
        until(lambda: told_records(log) == records + len(told(log)), "telling partners again")
        assert worker.end() == 0

    assert said.exit_code == 0, said.output
    assert content(database_url, opened) == followed == made_straight(tmp_path / "straight.db", towns)
    assert told(log) == in_the_table(database_url, opened)
