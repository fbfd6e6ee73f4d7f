"""Whether this machine and the cluster agree on what time it is: the log's stamps are what people's answers count by."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.topics import INBOUND, JOURNAL, Stamp
from services.runtime.doctor.finding import Finding, State
from services.runtime.kafka import KafkaSettings

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

APART_MS_MAX = 2_000
"""A round of assignment; further apart, waiting times and quiet hours are told wrong by as much."""
_SUBJECT = "clocks"
_REMEDY = "let a time service set the clocks of this machine and of the brokers (systemctl status systemd-timesyncd)"


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How far the cluster's clock is ahead of ours, at least and at most: the question and the answer take their time."""

    low_ms: int
    high_ms: int

    @property
    def apart_ms(self) -> int:
        """How far they are apart for certain; 0 while the answer's way could explain it."""
        return max(self.low_ms, -self.high_ms, 0)


def controller_offset(admin: "KafkaAdminClient", clock: Callable[[], int]) -> ClockOffset | None:
    """Ask the controller for its time: it stamps its own standing in the quorum when it is asked.

    None where the cluster has no such controller (ZooKeeper), or does not tell our user.
    """
    from kafka.errors import ClusterAuthorizationFailedError, UnsupportedVersionError

    asked_ms, asked_s = clock(), time.monotonic()
    try:
        (partition,) = admin.describe_metadata_quorum()["topics"][0]["partitions"]
    except (ClusterAuthorizationFailedError, UnsupportedVersionError):
        return None
    way_ms = round((time.monotonic() - asked_s) * 1_000)
    leader = [each for each in partition["current_voters"] if each["replica_id"] == partition["leader_id"]]
    told_ms = max((each.get("last_caught_up_timestamp", -1) for each in leader), default=-1)
    if told_ms < 0:
        return None
    return ClockOffset(told_ms - asked_ms - way_ms, told_ms - asked_ms)


def newest_stamp_ms(admin: "KafkaAdminClient", settings: KafkaSettings) -> int | None:
    """The newest stamp that a broker gave to a record of ours; None while there is none."""
    from kafka import TopicPartition
    from kafka.admin import OffsetSpec

    names = {settings.topic(topic.name) for topic in (*INBOUND, JOURNAL) if topic.stamp is Stamp.log_append}
    there = [each for each in admin.describe_topics(sorted(names)) if each["error_code"] == 0]
    places = [TopicPartition(each["name"], part["partition_index"]) for each in there for part in each["partitions"]]
    if not places:
        return None
    found = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.MAX_TIMESTAMP))
    newest: int = max(each.timestamp for each in found.values())
    return newest if newest >= 0 else None


def clock_findings(offset: ClockOffset | None, stamp_ms: int | None, now_ms: int) -> list[Finding]:
    """What the controller's time and the newest stamp say about our clock. Pure."""
    if offset is None and stamp_ms is None:
        return [Finding(_SUBJECT, State.not_examined, "the cluster tells no time, and holds no stamped record yet")]
    ahead_ms = 0 if stamp_ms is None else stamp_ms - now_ms
    apart_ms = max(0 if offset is None else offset.apart_ms, ahead_ms)
    if apart_ms > APART_MS_MAX:
        behind = ahead_ms > APART_MS_MAX or (offset is not None and offset.low_ms > 0)
        says = f"this machine's clock is {apart_ms:,} ms {'behind' if behind else 'ahead of'} the cluster's"
        return [Finding(_SUBJECT, State.wrong, says, _REMEDY)]
    says = "not known to be apart" if offset is None else f"within {max(abs(offset.low_ms), abs(offset.high_ms)):,} ms"
    if stamp_ms is not None:
        says += f"; the newest record was stamped {max(0, -ahead_ms) / 1_000:,.0f} s ago"
    return [Finding(_SUBJECT, State.well, says)]
