"""Topics as code, against a real cluster."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from schemas.topics import JOURNAL, TOPICS
from services.runtime.broker.ports import any_free_port
from services.runtime.kafka import ClusterUnreachable, KafkaSettings, administering
from services.runtime.topics import ClusterDiffers, apply, check, plan
from tests.kafka.records import WITHIN_S, read, write

pytestmark = pytest.mark.slow
ONLY_JOURNAL = pytest.mark.parametrize("kafka", [("journal",)], indirect=True)


def test_an_applied_cluster_is_as_the_code_has_it(kafka: KafkaSettings) -> None:
    check(kafka)

    assert plan(kafka).is_empty
    assert apply(kafka).changes == ()
    with administering(kafka, "list topics") as admin:
        there = {name for name in admin.list_topics() if name.startswith(kafka.prefix)}
    assert there == {kafka.topic(name) for name in TOPICS}


@ONLY_JOURNAL
def test_planning_changes_nothing(kafka: KafkaSettings) -> None:
    planned = plan(kafka, ["journal", "quarantine"])

    assert [change.topic.name for change in planned.changes] == [kafka.topic("quarantine")]
    assert plan(kafka, ["journal", "quarantine"]) == planned


@ONLY_JOURNAL
def test_a_service_refuses_a_journal_that_others_stamp_until_topics_are_applied(kafka: KafkaSettings) -> None:
    alter(kafka, "journal", "message.timestamp.type", "CreateTime")

    with pytest.raises(ClusterDiffers) as caught:
        check(kafka, ["journal"])
    assert (caught.value.topic, caught.value.expected, caught.value.found) == (
        kafka.topic("journal"),
        "LogAppendTime",
        "CreateTime",
    )
    apply(kafka, ["journal"])
    check(kafka, ["journal"])


@ONLY_JOURNAL
def test_a_service_refuses_a_journal_that_would_be_compacted(kafka: KafkaSettings) -> None:
    alter(kafka, "journal", "cleanup.policy", "compact")

    with pytest.raises(ClusterDiffers, match=r"journal: cleanup\.policy should be delete, and is compact"):
        check(kafka, ["journal"])


@ONLY_JOURNAL
def test_a_shorter_retention_stops_no_service_and_is_mended_by_applying(kafka: KafkaSettings) -> None:
    alter(kafka, "journal", "retention.ms", "1000")

    check(kafka, ["journal"])
    (change,) = apply(kafka, ["journal"]).changes
    assert [(each.what, each.found, each.expected) for each in change.differences] == [("retention.ms", "1000", "-1")]
    assert plan(kafka, ["journal"]).is_empty


@ONLY_JOURNAL
def test_another_partition_count_is_refused_and_nothing_is_changed(kafka: KafkaSettings) -> None:
    with administering(kafka, "make a topic") as admin:
        few = {kafka.topic("decisions"): {"num_partitions": 3, "replication_factor": 1}}
        admin.create_topics(few, wait_for_metadata=True)

    names = ["decisions", "matches"]
    with pytest.raises(
        ClusterDiffers, match=r"decisions: partition count should be 64, and is 3\. A partition count is"
    ):
        apply(kafka, names)
    with pytest.raises(ClusterDiffers, match="decisions: partition count should be 64, and is 3"):
        check(kafka, ["decisions"])
    assert [change.topic.name for change in plan(kafka, names).changes if change.is_new] == [kafka.topic("matches")]


def test_a_topic_that_is_missing_stops_a_service(kafka: KafkaSettings) -> None:
    with administering(kafka, "delete a topic") as admin:
        admin.delete_topics([kafka.topic("quarantine")])
    until(lambda: not plan(kafka).is_empty)

    with pytest.raises(ClusterDiffers, match="quarantine: topic should be there, with 64 partitions, and is missing"):
        check(kafka)


@ONLY_JOURNAL
def test_two_who_apply_at_once_both_succeed(kafka: KafkaSettings) -> None:
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _: apply(kafka, ["quarantine"]), range(2)))

    assert len(done) == 2
    check(kafka, ["quarantine"])


@ONLY_JOURNAL
def test_a_record_as_large_as_the_topic_takes_is_written_and_read_whole(kafka: KafkaSettings) -> None:
    large = b"x" * (JOURNAL.message_bytes_max - 1024)  # room for the batch around it

    asyncio.run(write(kafka, "journal", large, b"and the next", partition=0))

    assert asyncio.run(read(kafka, "journal", 2, partition=0)) == [large, b"and the next"]


def test_nobody_at_the_address_is_a_sentence_at_once() -> None:
    settings = KafkaSettings(bootstrap=f"127.0.0.1:{any_free_port()}")

    with pytest.raises(ClusterUnreachable, match=r"no Kafka broker answers .* start one with `commonweal broker up`"):
        check(settings)


def alter(settings: KafkaSettings, topic: str, name: str, value: str) -> None:
    """Change one setting of a topic behind the code's back."""
    with administering(settings, "change a topic") as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.topic(topic), {name: value})])
    until(lambda: not plan(settings, [topic]).is_empty)


def until(is_so: Callable[[], bool]) -> None:
    """Ask again and again for what a cluster tells its brokers a moment later."""
    deadline = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be so"
