"""What was published stays readable on the way through real topics: old events by today's services, today's by old readers."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.partitions import partition_of
from schemas.publishing.published_files import PUBLISHED, RECORDED
from schemas.topics import DEAD_LETTERS, DECISIONS, JOURNAL, TOPICS
from services.intake import INBOUND_ORDER
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog
from services.runtime.log import NewRecord, Record, scan
from services.simulation.bench_kafka.processes import Site
from services.simulation.seeds.checks.answers import every_event_is_answered
from services.simulation.seeds.checks.records import read_histories
from tests.kafka.deciding import wait_until_decided

pytestmark = pytest.mark.slow

VERSIONS = sorted(path.name for path in RECORDED.glob("v*"))
NAMES = {"block": "journal.block", "tick": "journal.tick"}
"""Kind of a journal record → the name it was published under."""


def recorded(version: str) -> dict[str, dict[str, Any]]:
    """What was recorded of a version's inbound events, by name, what others speak of first."""
    found = {path.stem: json.loads(path.read_text()) for path in sorted((RECORDED / version).glob("*.json"))}
    inbound = {name: record for name, record in found.items() if record.get("topic") in INBOUND_ORDER}
    return dict(sorted(inbound.items(), key=lambda item: (INBOUND_ORDER.index(item[1]["topic"]), not opens(item[0]))))


def opens(name: str) -> bool:
    """Whether others speak of what it brings."""
    return name.partition("~")[0] in {"community.defined", "member.joined", "ask.opened", "offer.opened"}


@pytest.mark.parametrize("version", VERSIONS)
def test_events_of_each_published_version_go_through_todays_services_and_each_is_answered(
    version: str, kafka: KafkaSettings
) -> None:
    events = recorded(version)
    log = KafkaLog(kafka, TOPICS)
    try:
        for name, record in events.items():
            log.append(record["topic"], partition_of(record["value"]["community"]), [as_sent(name, record)])
        live(kafka, log, len(events))
        histories = read_histories(log)
    finally:
        log.close()

    decided = [one for partition in histories.decided.values() for one in partition]
    journalled = [received for one in decided for received in one.events]
    assert len(events) >= 22
    assert sorted(received.id for received in journalled) == sorted(event_id(name, events[name]) for name in events)
    assert histories.breaches == ()
    assert [breach for one in histories.decided.values() for breach in every_event_is_answered(one)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_what_todays_services_write_passes_the_schemas_of_each_published_version(
    version: str, kafka: KafkaSettings
) -> None:
    events = recorded(VERSIONS[-1])
    log = KafkaLog(kafka, TOPICS)
    try:
        for name, record in events.items():
            log.append(record["topic"], partition_of(record["value"]["community"]), [as_sent(name, record)])
        live(kafka, log, len(events))
        written = everything(log, JOURNAL.name) + everything(log, DECISIONS.name)
    finally:
        log.close()

    wrong = [
        f"{record.topic}/{record.offset}: {error.message}"
        for record in written
        for error in reader_of(version, record).iter_errors(json.loads(record.value or b""))
    ]
    assert len(written) >= 2
    assert wrong == []


def test_an_event_with_a_field_and_a_word_of_a_later_minor_version_is_taken_in_all_the_same(
    kafka: KafkaSettings,
) -> None:
    events = recorded(VERSIONS[-1])
    wanted = {name: events[name] for name in ("community.defined", "ask.opened", "offer.opened")}
    wanted["ask.opened"]["value"] |= {"mood": "hopeful", "accessibility": ["a-word-of-tomorrow"]}
    for name in ("schedule", "earliest_ms", "needed_by_ms", "list_until_ms", "from_ms", "until_ms"):
        wanted["ask.opened"]["value"].pop(name, None)  # all of it long ago
        wanted["offer.opened"]["value"].pop(name, None)
    log = KafkaLog(kafka, TOPICS)
    try:
        for name, record in wanted.items():
            log.append(record["topic"], partition_of(record["value"]["community"]), [as_sent(name, record)])
        live(kafka, log, len(wanted))
        letters, histories = everything(log, DEAD_LETTERS.name), read_histories(log)
    finally:
        log.close()

    facts = [fact.fact for one in histories.decided.values() for decided in one for fact in decided.block.facts]
    assert letters == []
    assert {"community.known", "offer.listed", "ask.listed"} <= set(facts)


def as_sent(name: str, record: dict[str, Any]) -> NewRecord:
    """The record as its partner sent it, without the moment at which that was: it is sent again now."""
    headers = {**record["headers"], "ce_id": event_id(name, record)}
    headers.pop("ce_time", None)
    return NewRecord(
        json.dumps(record["value"]).encode(),
        key=record["key"].encode(),
        headers=tuple((header, content.encode()) for header, content in headers.items()),
    )


def event_id(name: str, record: dict[str, Any]) -> str:
    """An id of its own for each file; variants of one event are told apart by what follows the `~`."""
    return f"{record['headers']['ce_type'].rpartition('.')[2]}-{name.replace('~', ':')}"


def live(kafka: KafkaSettings, log: KafkaLog, count: int) -> None:
    """Let intake and matching take in so many records and decide them."""
    with Site(kafka) as site:
        for service in ("intake", "matching"):
            site.start(service)
        wait_until_decided(log, site, inbound=count)


def everything(log: KafkaLog, topic: str) -> list[Record]:
    return [record for partition in log.partitions(topic) for record in scan(log, topic, partition)]


def reader_of(version: str, record: Record) -> Draft202012Validator:
    """The published schema under which a record of this version is read."""
    kind = json.loads(record.value or b"").get("kind")
    name = NAMES[kind] if record.topic == JOURNAL.name else "decision.block"
    return Draft202012Validator(json.loads((Path(PUBLISHED) / version / f"{name}.json").read_text()))
