"""The shells cut blocks differently; what holds is: the same journal, the same decisions, whichever shell it came from."""

import os
from collections.abc import Sequence
from dataclasses import replace
from io import BufferedReader, BytesIO
from itertools import chain, groupby
from pathlib import Path
from time import time
from typing import Any

import orjson
import pytest

from schemas.presets import PRESETS
from schemas.topics import DECISIONS, JOURNAL, TOPICS
from services.embedded import DataFolder, import_journal, replay
from services.intake import INBOUND_ORDER, find_mapping
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import FillableKafkaLog, KafkaLog, open_for_stamps
from services.runtime.log import NewRecord, ReadableLog, Record, export_topic, import_topic, scan
from services.simulation.bench_kafka.processes import Site
from services.simulation.loading import Load, load
from tests.kafka.cities import live_a_day
from tests.kafka.deciding import wait_until_decided

pytestmark = pytest.mark.slow

CITY_HOUR = "city-hour.csv"
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
ASKS = 60
"""Of a generated city on its day."""
TEN = tuple(range(10))
SLICES, TICK_MS = 30, 200
MOMENT_MS_MIN = 10**12
"""What is less is a span, not a moment."""


@pytest.fixture(scope="module")
def ten_cities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten generated cities that lived a day in one data folder."""
    folder = tmp_path_factory.mktemp("cities") / "data"
    live_a_day(folder, TEN, ASKS)
    return folder


@pytest.fixture(scope="module")
def real_hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real city hour in a data folder; in CI its table has to be there."""
    table = Path(os.environ.get("COMMONWEAL_DATA", BESIDE)) / CITY_HOUR
    if not table.exists():
        why = f"{CITY_HOUR} is not here; say where it is with COMMONWEAL_DATA=DIR"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    mapping = find_mapping("city-hour")
    folder = tmp_path_factory.mktemp("hour") / "data"
    load(Load(table, mapping, mapping.policy_over(PRESETS["balanced"]), "accept"), folder)
    return folder


def test_kafka_decides_the_journals_of_ten_cities_as_the_embedded_shell_did(
    ten_cities: Path, kafka: KafkaSettings
) -> None:
    journal, decided_there, state_there = lived_embedded(ten_cities)

    decided_here, state_here = decided_on_kafka(kafka, journal)

    assert sum(len(blocks) for blocks in decided_there.values()) > 500
    assert decided_here == decided_there
    assert state_here == state_there


def test_kafka_decides_the_journal_of_the_real_city_hour_as_the_embedded_shell_did(
    real_hour: Path, kafka: KafkaSettings
) -> None:
    journal, decided_there, state_there = lived_embedded(real_hour)

    decided_here, state_here = decided_on_kafka(kafka, journal)

    assert sum(len(blocks) for blocks in decided_there.values()) > 500
    assert decided_here == decided_there
    assert state_here == state_there


def test_the_embedded_shell_decides_the_journals_of_ten_cities_as_kafka_did(
    ten_cities: Path, kafka: KafkaSettings, tmp_path: Path
) -> None:
    decided_there, state_there, journal = lived_on_kafka(kafka, ten_cities)

    import_journal(tmp_path / "copy", journal)
    _, decided_here, state_here = lived_embedded(tmp_path / "copy")

    assert min(len(blocks) for blocks in decided_there.values()) >= SLICES // 2
    assert told(decided_there, "match.proposed", "match.moved") > 100
    assert decided_here == decided_there
    assert state_here == state_there


@pytest.mark.long
def test_the_embedded_shell_decides_the_journal_of_the_real_city_hour_as_kafka_did(
    real_hour: Path, kafka: KafkaSettings, tmp_path: Path
) -> None:
    decided_there, state_there, journal = lived_on_kafka(kafka, real_hour)

    import_journal(tmp_path / "copy", journal)
    _, decided_here, state_here = lived_embedded(tmp_path / "copy")

    assert told(decided_there, "match.proposed") > 100
    assert decided_here == decided_there
    assert state_here == state_there


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 200, 25))
def test_both_shells_decide_the_journals_of_two_hundred_cities_alike(
    first: int, kafka: KafkaSettings, tmp_path: Path
) -> None:
    seeds = range(1_000 + first, 1_000 + first + 25)
    live_a_day(tmp_path / "data", seeds, ASKS)
    journal, decided_there, state_there = lived_embedded(tmp_path / "data")

    decided_here, state_here = decided_on_kafka(kafka, journal)

    assert decided_here == decided_there
    assert state_here == state_there


Decided = dict[int, list[bytes | None]]


def lived_embedded(folder: Path) -> tuple[BufferedReader, Decided, str]:
    """The journal of a data folder, what was decided there, and the state that led to."""
    log = DataFolder(folder).read_log()
    try:
        return exported(log), decided_in(log), replay(log).state_hash
    finally:
        log.close()


def decided_on_kafka(kafka: KafkaSettings, journal: BufferedReader) -> tuple[Decided, str]:
    """What a matching worker makes of a journal from elsewhere."""
    log = FillableKafkaLog(kafka, TOPICS, "virtual")
    try:
        with open_for_stamps(kafka, JOURNAL.name):
            import_topic(log, JOURNAL, journal)
        with Site(kafka) as site:
            site.start("matching")
            wait_until_decided(log, site)
        return decided_in(log), replay(log).state_hash
    finally:
        log.close()


def lived_on_kafka(kafka: KafkaSettings, folder: Path) -> tuple[Decided, str, BufferedReader]:
    """What intake and matching make of a data folder's events, sent in slices of their time; and the journal they wrote."""
    log, events = KafkaLog(kafka, TOPICS), let_in(folder)
    try:
        with Site(kafka) as site:
            for service in ("intake", "matching"):
                site.start(service)
            for at in range(SLICES):
                sent = len(events) * (at + 1) // SLICES
                send(log, events[len(events) * at // SLICES : sent])
                wait_until_decided(log, site, inbound=sent)
        return decided_in(log), replay(log).state_hash, exported(log)
    finally:
        log.close()


def let_in(folder: Path) -> list[Record]:
    """Every record that was let in there, by its stamp, what others speak of first; as if it had begun now."""
    log = DataFolder(folder).read_log()
    try:
        found = [
            record
            for topic in INBOUND_ORDER
            for partition in log.partitions(topic)
            for record in scan(log, topic, partition)
        ]
    finally:
        log.close()
    later_ms = int(time() * 1_000) - min(record.stamp_ms for record in found)
    return [moved(record, later_ms) for record in sorted(found, key=lambda record: record.stamp_ms)]


def moved(record: Record, later_ms: int) -> Record:
    """The same, later, and under a policy with rounds each `TICK_MS`: a day passes in seconds here."""
    value = later(orjson.loads(record.value or b""), later_ms)
    if value["type"] == "policy.set":
        value["policy"]["tick_ms"] = TICK_MS
    headers = tuple((name, content) for name, content in record.headers if name != "ce_time")
    return replace(record, value=orjson.dumps(value), headers=headers)


def later(value: Any, by_ms: int) -> Any:
    """Every moment in it moved."""
    if isinstance(value, dict):
        return {
            name: inner + by_ms if name.endswith("_ms") and isinstance(inner, int) and inner > MOMENT_MS_MIN
            else later(inner, by_ms)
            for name, inner in value.items()
        }  # fmt: skip
    return [later(inner, by_ms) for inner in value] if isinstance(value, list) else value


def send(log: KafkaLog, records: Sequence[Record]) -> None:
    for (topic, partition), batch in groupby(records, key=lambda record: (record.topic, record.partition)):
        log.append(topic, partition, [NewRecord(one.value, one.key, one.headers) for one in batch])


def exported(log: ReadableLog) -> BufferedReader:
    """The journal as a file."""
    out = BytesIO()
    export_topic(log, JOURNAL, out)
    return BufferedReader(BytesIO(out.getvalue()))


def decided_in(log: ReadableLog) -> Decided:
    return {
        partition: [record.value for record in scan(log, DECISIONS.name, partition)]
        for partition in log.partitions(DECISIONS.name)
    }


def told(decided: Decided, *kinds: str) -> int:
    """How many facts of these kinds were decided."""
    blocks = (orjson.loads(written or b"") for written in chain.from_iterable(decided.values()))
    return sum(fact["fact"] in kinds for block in blocks for fact in block["facts"])
