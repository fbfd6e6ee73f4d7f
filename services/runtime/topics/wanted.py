"""A declared topic in a cluster's own words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.topics import TOPICS, Topic
from services.runtime.kafka import KafkaSettings, SettingsWrong

FOREVER_MS = -1
DAY_MS = 86_400_000
CLEANUP = "cleanup.policy"
STAMP = "message.timestamp.type"


@dataclass(frozen=True, slots=True)
class ClusterTopic:
    """A topic as a cluster has it, or should."""

    name: str
    partitions: int
    config: Mapping[str, str]
    """Topic settings by Kafka's names for them."""


def wanted(settings: KafkaSettings, names: Iterable[str] | None = None) -> dict[str, ClusterTopic]:
    """What the cluster should have, by the name it has there.

    Args:
        names: of declared topics, without the prefix; None: all.

    Raises:
        SettingsWrong: a name is not declared.
    """
    declared = TOPICS.values() if names is None else [_declared(name) for name in names]
    topics = [ClusterTopic(settings.topic(each.name), each.partitions, _config(each, settings)) for each in declared]
    return {each.name: each for each in topics}


def _declared(name: str) -> Topic:
    if name not in TOPICS:
        raise SettingsWrong(f"there is no topic {name}; schemas/topics.py declares {', '.join(TOPICS)}")
    return TOPICS[name]


def _config(topic: Topic, settings: KafkaSettings) -> dict[str, str]:
    retention_ms = FOREVER_MS if topic.retention_ms is None else topic.retention_ms
    config = {
        CLEANUP: topic.cleanup.value,
        STAMP: topic.stamp.value,
        "retention.ms": str(retention_ms),
        "retention.bytes": "-1",  # time alone decides, whatever the cluster's own habit is
        "max.message.bytes": str(topic.message_bytes_max),
        "min.insync.replicas": str(max(1, settings.replication - 1)),
        "compression.type": "producer",
    }
    if topic.retention_ms is not None:
        config["segment.ms"] = str(DAY_MS)  # only whole segments go: what is kept too long, is so by a day at most
    return config
