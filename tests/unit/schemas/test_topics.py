"""The page of topics holds together: names, keys, writers, readers, retention, values."""

from typing import get_args

import pytest

from schemas.decided_examples import VALUES
from schemas.events import AnyEvent
from schemas.examples import EXAMPLES
from schemas.model import Model
from schemas.partitions import PARTITIONS
from schemas.topics import (
    CHANGELOGS,
    INBOUND,
    JOURNAL,
    TOPICS,
    Cleanup,
    DataClass,
    Party,
    Service,
    Stamp,
    Topic,
    inbound_topic,
)

SERVICES_OF_THE_HOUSE = {
    "gateway", "vault", "intake", "matching", "board", "notifications", "impact", "relay", "console", "cli",
}  # fmt: skip
EVERY_TOPIC = pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS.keys())


def test_the_services_are_those_of_the_house() -> None:
    assert set(get_args(Service)) == SERVICES_OF_THE_HOUSE


@EVERY_TOPIC
def test_every_topic_has_a_writer_and_a_reader_who_exist(topic: Topic) -> None:
    parties = set(get_args(get_args(Party)[0])) | set(get_args(get_args(Party)[1]))

    assert topic.writers
    assert topic.readers
    assert {*topic.writers, *topic.readers} <= parties


@EVERY_TOPIC
def test_every_topic_has_the_partitions_of_the_house(topic: Topic) -> None:
    assert topic.partitions == PARTITIONS


@EVERY_TOPIC
def test_every_value_is_a_model_that_knows_its_key(topic: Topic) -> None:
    assert (topic in CHANGELOGS) == (not topic.values)
    for model in topic.values:
        assert issubclass(model, Model)
        assert topic.key is None or topic.key in model.model_fields


@EVERY_TOPIC
def test_a_compacted_topic_has_a_key_and_keeps_it_for_ever(topic: Topic) -> None:
    if topic.cleanup is Cleanup.compact:
        assert topic.key is not None or topic in CHANGELOGS
        assert topic.retention_ms is None


@EVERY_TOPIC
def test_the_log_stamps_what_is_inbound_and_the_journal(topic: Topic) -> None:
    assert (topic.stamp is Stamp.log_append) == (topic in (*INBOUND, JOURNAL))


def test_names_are_said_once() -> None:
    assert all(topic.name == name for name, topic in TOPICS.items())
    assert len(TOPICS) == 13


def test_a_changelog_is_named_as_faust_names_it_and_stays_with_its_service() -> None:
    assert {topic.name: (topic.writers, topic.readers) for topic in CHANGELOGS} == {
        "notifications-contact-budgets-changelog": (("notifications",), ("notifications",)),
        "impact-measures-changelog": (("impact",), ("impact",)),
    }


def test_partners_read_matches_and_nothing_else_and_write_nothing() -> None:
    assert [topic.name for topic in TOPICS.values() if "partners" in topic.readers] == ["matches"]
    assert not [topic.name for topic in TOPICS.values() if "partners" in topic.writers]


def test_only_dead_letters_hold_sealed_bytes_and_they_go_when_their_key_dies() -> None:
    (sealed,) = [topic for topic in TOPICS.values() if topic.data_class is DataClass.sealed]

    assert sealed.name == "dead-letters"
    assert sealed.retention_ms == 14 * 86_400_000


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.type)
def test_every_event_has_one_inbound_topic(event: AnyEvent) -> None:
    topic = inbound_topic(event)

    assert [each for each in INBOUND if type(event) in each.values] == [topic]


def test_what_coordinators_do_with_an_ask_is_an_operation_and_not_an_ask() -> None:
    topics = {event.type: inbound_topic(event).name for event in EXAMPLES}

    assert topics["ask.opened"] == "asks"
    assert topics["ask.held"] == "operations"
    assert topics["match.acknowledged"] == "acknowledgements"
    assert topics["match.reassigned"] == "operations"


def test_every_value_that_leaves_the_engine_on_a_topic_has_an_example() -> None:
    shown = {type(value) for value in (*EXAMPLES, *VALUES)}

    assert {model for topic in TOPICS.values() for model in topic.values} <= shown
