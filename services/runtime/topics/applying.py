"""Bringing a cluster in line with the code."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from services.runtime.kafka import ClusterRefused, KafkaSettings, administering
from services.runtime.topics.differing import Change, ClusterDiffers, Plan, compare
from services.runtime.topics.found import found
from services.runtime.topics.wanted import ClusterTopic, wanted

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

READY_WITHIN_MS = 60_000
LOOK_EVERY_S = 0.05
_REMEDY = (
    "A partition count is for life, since records stay where they are. Use another COMMONWEAL_KAFKA_PREFIX (a new "
    "generation beside the old one), or delete the topic if nothing in it is needed"
)


def plan(settings: KafkaSettings, names: Iterable[str] | None = None) -> Plan:
    """What `apply` would do. Changes nothing.

    Args:
        names: of declared topics, without the prefix; None: all.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses to tell.
    """
    topics = wanted(settings, names)
    with administering(settings, "describe topics") as admin:
        return compare(topics, found(admin, topics))


def apply(settings: KafkaSettings, names: Iterable[str] | None = None) -> Plan:
    """Make the topics that are missing, and give the others the settings of the code. Applying twice changes nothing.

    Returns:
        What was done; when this returns, every new partition has a leader.

    Raises:
        ClusterDiffers: a topic has another partition count; nothing was changed.
        ClusterError: the cluster cannot be reached, or refuses.
    """
    topics = wanted(settings, names)
    with administering(settings, "make topics and change their settings") as admin:
        planned = compare(topics, found(admin, topics))
        if planned.refused:
            raise ClusterDiffers(planned.refused, _REMEDY)
        _create(admin, settings, [change for change in planned.changes if change.is_new])
        _alter(admin, settings, [change for change in planned.changes if not change.is_new])
    return planned


def _create(admin: "KafkaAdminClient", settings: KafkaSettings, changes: list[Change]) -> None:
    if not changes:
        return
    from kafka import errors

    topics = {
        change.topic.name: {
            "num_partitions": change.topic.partitions,
            "replication_factor": settings.replication,
            "configs": dict(change.topic.config),
        }
        for change in changes
    }
    done = admin.create_topics(topics, timeout_ms=READY_WITHIN_MS, raise_errors=False)
    for each in done["topics"]:
        error = errors.for_code(each["error_code"])
        if error not in {errors.NoError, errors.TopicAlreadyExistsError}:  # somebody else was faster: as good
            raise ClusterRefused(settings.bootstrap, f"make {each['name']}", each["error_message"] or error.__name__)
    admin.wait_for_topics(list(topics), timeout_ms=READY_WITHIN_MS)


def _alter(admin: "KafkaAdminClient", settings: KafkaSettings, changes: list[Change]) -> None:
    if not changes:
        return
    from kafka.admin import ConfigResource, ConfigResourceType

    resources = [
        ConfigResource(
            ConfigResourceType.TOPIC,
            change.topic.name,
            {each.what: each.expected for each in change.differences},
        )
        for change in changes
    ]
    for name, said in admin.alter_configs(resources)["topic"].items():
        if said != "OK":
            raise ClusterRefused(settings.bootstrap, f"change the settings of {name}", said)
    _await_settings(admin, settings, {change.topic.name: change.topic for change in changes})


def _await_settings(admin: "KafkaAdminClient", settings: KafkaSettings, topics: dict[str, ClusterTopic]) -> None:
    """Wait until the brokers know what the controller took: it reaches them a moment later."""
    deadline = time.monotonic() + READY_WITHIN_MS / 1_000
    while not compare(topics, found(admin, topics)).is_empty:
        if time.monotonic() > deadline:
            raise ClusterRefused(
                settings.bootstrap, f"show the new settings of {', '.join(topics)}", "it took too long"
            )
        time.sleep(LOOK_EVERY_S)
