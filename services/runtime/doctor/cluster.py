"""The cluster: who answers, in which version, with how much room, and whether its topics are those of the code."""

from typing import TYPE_CHECKING

from services.runtime.doctor.finding import Finding, State
from services.runtime.doctor.near import GIB, room_finding
from services.runtime.kafka import ClusterError, KafkaSettings
from services.runtime.topics import check, plan

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

BROKER_MIN = (4, 0)
"""The oldest version that Commonweal was tried on; earlier ones speak older dialects that its clients are leaving."""
BROKER_FREE_MIN = 5 * GIB


def broker_finding(admin: "KafkaAdminClient") -> Finding:
    """Who answers, and in which version."""
    brokers = admin.describe_cluster()["brokers"]
    versions = [admin.get_broker_version_data(each["broker_id"]).broker_version for each in brokers]
    oldest = min(versions)
    says = f"{len(brokers)} answering, Kafka {'.'.join(map(str, oldest))}"
    if oldest < BROKER_MIN:
        remedy = f"upgrade the cluster to Kafka {'.'.join(map(str, BROKER_MIN))} or newer"
        return Finding("broker", State.worth_a_look, says, remedy)
    return Finding("broker", State.well, says)


def broker_disk_finding(admin: "KafkaAdminClient") -> Finding:
    """The room on the fullest disk of the cluster, as its brokers tell it."""
    folders = [each for broker in admin.describe_log_dirs() for each in broker["log_dirs"]]
    told = [each["usable_bytes"] for each in folders if each.get("usable_bytes", -1) >= 0]
    if not told:
        return Finding("broker's disk", State.not_examined, "the cluster does not tell its room")
    remedy = "give the brokers more room: journal and decisions are kept for good"
    return room_finding("broker's disk", min(told), BROKER_FREE_MIN, remedy)


def topics_finding(settings: KafkaSettings) -> Finding:
    """Whether the topics are those of the code."""
    try:
        check(settings)
        changes = plan(settings).changes
    except ClusterError as error:
        return Finding("topics", State.wrong, str(error))
    if changes:
        names = ", ".join(change.topic.name for change in changes)
        says = f"workers can start, and {names} differ in settings such as retention"
        return Finding("topics", State.worth_a_look, says, "`commonweal topics plan` shows it, `topics apply` mends it")
    return Finding("topics", State.well, "as in the code")
