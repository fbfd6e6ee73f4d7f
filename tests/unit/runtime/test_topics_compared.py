"""The topics of the code beside those of a cluster, without one."""

from dataclasses import replace

import pytest

from schemas.topics import ACKNOWLEDGEMENTS, DEAD_LETTERS, INBOUND, JOURNAL, MATCHES, TOPICS, Cleanup
from services.runtime.kafka import (
    FETCH_BYTES_MAX,
    FETCH_PARTITION_BYTES_MAX,
    REQUEST_BYTES_MAX,
    KafkaSettings,
    SettingsWrong,
)
from services.runtime.log import Limits
from services.runtime.topics import ClusterDiffers
from services.runtime.topics.checking import vital_differences
from services.runtime.topics.differing import compare
from services.runtime.topics.wanted import ClusterTopic, wanted

HERE = KafkaSettings(prefix="here-")
WANTED = wanted(HERE)


def having(name: str, partitions: int = 64, /, **config: str) -> dict[str, ClusterTopic]:
    """The cluster as wanted, but for one topic; settings are named with `_` for `.`."""
    topic = WANTED[name]
    changed = dict(topic.config) | {key.replace("_", "."): value for key, value in config.items()}
    return dict(WANTED) | {name: replace(topic, partitions=partitions, config=changed)}


def test_every_topic_is_wanted_below_the_prefix_with_the_partitions_of_the_house() -> None:
    assert set(WANTED) == {f"here-{name}" for name in TOPICS}
    assert {topic.partitions for topic in WANTED.values()} == {64}


def test_the_log_is_the_clock_of_what_is_inbound_and_of_the_journal() -> None:
    stamped = {name for name, topic in WANTED.items() if topic.config["message.timestamp.type"] == "LogAppendTime"}

    assert stamped == {f"here-{topic.name}" for topic in (*INBOUND, JOURNAL)}


def test_what_is_kept_for_ever_is_never_deleted_by_time_or_size() -> None:
    for topic in TOPICS.values():
        config = WANTED[f"here-{topic.name}"].config
        assert config["retention.ms"] == ("-1" if topic.retention_ms is None else str(topic.retention_ms))
        assert config["retention.bytes"] == "-1"
        assert (config["cleanup.policy"] == "compact") == (topic.cleanup is Cleanup.compact)


def test_what_has_a_time_to_go_goes_within_a_day_of_it() -> None:
    assert WANTED[f"here-{DEAD_LETTERS.name}"].config["segment.ms"] == str(86_400_000)
    assert "segment.ms" not in WANTED[f"here-{JOURNAL.name}"].config


def test_whatever_the_log_takes_travels_and_whatever_travels_is_fetched() -> None:
    for topic in WANTED.values():
        assert Limits().batch_bytes_max == int(topic.config["max.message.bytes"]) == REQUEST_BYTES_MAX
    assert REQUEST_BYTES_MAX <= FETCH_PARTITION_BYTES_MAX <= FETCH_BYTES_MAX


@pytest.mark.parametrize(("replication", "insync"), [(1, "1"), (2, "1"), (3, "2")])
def test_a_write_is_held_by_all_brokers_but_one(replication: int, insync: str) -> None:
    (topic,) = wanted(KafkaSettings(replication=replication), ["journal"]).values()

    assert topic.config["min.insync.replicas"] == insync


def test_a_topic_nobody_declared_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsWrong, match=r"there is no topic wishes; schemas/topics\.py declares asks, offers"):
        wanted(HERE, ["asks", "wishes"])


def test_a_cluster_that_is_as_wanted_leaves_nothing_to_do() -> None:
    planned = compare(WANTED, WANTED)

    assert planned.is_empty
    assert vital_differences(planned) == ()


def test_what_the_cluster_has_besides_is_not_looked_at() -> None:
    others = dict(WANTED) | {"other-asks": ClusterTopic("other-asks", 3, {})}

    assert compare(WANTED, others).is_empty


def test_a_missing_topic_is_made_and_no_service_starts_without_it() -> None:
    there = {name: topic for name, topic in WANTED.items() if name != "here-matches"}
    planned = compare(WANTED, there)

    (change,) = planned.changes
    assert change.is_new
    assert change.lines()[:2] == ["+ here-matches (64 partitions)", "    cleanup.policy = compact"]
    assert [str(each) for each in vital_differences(planned)] == [
        "here-matches: topic should be there, with 64 partitions, and is missing"
    ]


@pytest.mark.parametrize("partitions", [32, 128])
def test_another_partition_count_is_refused_whether_smaller_or_larger(partitions: int) -> None:
    planned = compare(WANTED, having("here-journal", partitions))

    assert planned.changes == ()
    assert [str(each) for each in planned.refused] == [
        f"here-journal: partition count should be 64, and is {partitions}"
    ]
    assert vital_differences(planned) == planned.refused


@pytest.mark.parametrize(
    ("name", "config", "line"),
    [
        (
            JOURNAL.name,
            {"message_timestamp_type": "CreateTime"},
            "message.timestamp.type = CreateTime -> LogAppendTime",
        ),
        (MATCHES.name, {"cleanup_policy": "delete"}, "cleanup.policy = delete -> compact"),
    ],
)
def test_another_clock_or_cleanup_is_changed_and_no_service_starts_on_it(
    name: str, config: dict[str, str], line: str
) -> None:
    planned = compare(WANTED, having(f"here-{name}", 64, **config))

    (change,) = planned.changes
    assert change.lines() == [f"~ here-{name}", f"    {line}"]
    assert vital_differences(planned) == change.differences


def test_a_setting_that_decisions_do_not_stand_on_is_changed_and_stops_nobody() -> None:
    planned = compare(WANTED, having(f"here-{ACKNOWLEDGEMENTS.name}", retention_ms="1000"))

    assert len(planned.changes) == 1
    assert vital_differences(planned) == ()


def test_a_plan_for_programs_says_what_is_new_changed_and_refused() -> None:
    there = having("here-journal", 32, retention_ms="1000")
    del there["here-asks"]

    document = compare(WANTED, there).document()

    assert document["new"] == [{"topic": "here-asks", "partitions": 64, "config": WANTED["here-asks"].config}]
    assert document["changed"] == [{"topic": "here-journal", "what": "retention.ms", "expected": "-1", "found": "1000"}]
    assert document["refused"] == [
        {"topic": "here-journal", "what": "partition count", "expected": "64", "found": "32"}
    ]


def test_a_cluster_that_differs_names_topic_expected_and_found() -> None:
    planned = compare(WANTED, having("here-journal", message_timestamp_type="CreateTime"))

    error = ClusterDiffers(vital_differences(planned), "Do this")

    assert (error.topic, error.expected, error.found) == ("here-journal", "LogAppendTime", "CreateTime")
    assert str(error) == "here-journal: message.timestamp.type should be LogAppendTime, and is CreateTime. Do this"
