"""What a service asks before it starts: is the cluster the one that its code stands on?"""

from collections.abc import Iterable

from services.runtime.kafka import KafkaSettings, administering
from services.runtime.topics.differing import MISSING, PARTITIONS, ClusterDiffers, Difference, Plan, compare
from services.runtime.topics.found import found
from services.runtime.topics.wanted import CLEANUP, STAMP, wanted

VITAL = (PARTITIONS, STAMP, CLEANUP)
"""What decisions stand on: where a community lives, whose clock it lives by, and that nothing vanishes."""
_REMEDY = "`commonweal topics plan` shows what is to be done, `commonweal topics apply` does it"


def check(settings: KafkaSettings, names: Iterable[str] | None = None) -> None:
    """Refuse a cluster whose topics differ from the code in partition count, timestamp type or cleanup policy.

    Args:
        names: the declared topics that the service reads or writes, without the prefix; None: all.

    Raises:
        ClusterDiffers: names each topic, what was expected and what was found.
        ClusterError: the cluster cannot be reached, or refuses to tell.
    """
    topics = wanted(settings, names)
    with administering(settings, "describe topics") as admin:
        planned = compare(topics, found(admin, topics))
    vital = vital_differences(planned)
    if vital:
        raise ClusterDiffers(vital, _REMEDY)


def vital_differences(planned: Plan) -> tuple[Difference, ...]:
    """Those differences that no service may start with. Pure."""
    missing = [
        Difference(change.topic.name, "topic", f"there, with {change.topic.partitions} partitions", MISSING)
        for change in planned.changes
        if change.is_new
    ]
    settings = [each for change in planned.changes for each in change.differences if each.what in VITAL]
    return (*missing, *planned.refused, *settings)
