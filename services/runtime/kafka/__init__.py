"""How the services reach a Kafka cluster: one block of settings for every client, and what can stand in the way.

Imports no Kafka client until one is asked for, so that the embedded product runs without any.
"""

from services.runtime.kafka.administration import administering, expect_listener
from services.runtime.kafka.errors import (
    ClientsMissing,
    ClusterError,
    ClusterRefused,
    ClusterUnreachable,
    LoginRefused,
    SettingsWrong,
)
from services.runtime.kafka.settings import KafkaSettings, SecurityProtocol
from services.runtime.kafka.sizes import FETCH_BYTES_MAX, FETCH_PARTITION_BYTES_MAX, REQUEST_BYTES_MAX

__all__ = [
    "FETCH_BYTES_MAX",
    "FETCH_PARTITION_BYTES_MAX",
    "REQUEST_BYTES_MAX",
    "ClientsMissing",
    "ClusterError",
    "ClusterRefused",
    "ClusterUnreachable",
    "KafkaSettings",
    "LoginRefused",
    "SecurityProtocol",
    "SettingsWrong",
    "administering",
    "expect_listener",
]
