"""The topics that a cluster has, as its administration tells them."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from services.runtime.topics.wanted import ClusterTopic

if TYPE_CHECKING:
    from kafka import KafkaAdminClient


def found(admin: "KafkaAdminClient", names: Collection[str]) -> dict[str, ClusterTopic]:
    """Those of the topics named that there are, with all their settings."""
    from kafka.admin import ConfigResource, ConfigResourceType

    partitions = {
        each["name"]: len(each["partitions"]) for each in admin.describe_topics(list(names)) if each["error_code"] == 0
    }
    if not partitions:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in partitions]
    told = admin.describe_configs(resources, config_filter="all")["topic"]
    return {
        name: ClusterTopic(name, count, {key: each["value"] for key, each in told[name].items()})
        for name, count in partitions.items()
    }
