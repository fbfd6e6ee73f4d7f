"""How a cluster differs from the code: what can be brought in line, and what is refused. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from services.runtime.kafka import ClusterError
from services.runtime.topics.wanted import ClusterTopic

PARTITIONS = "partition count"
MISSING = "missing"
TOLD_MAX = 3
"""Differences in one sentence; all of them are in `differences`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about one topic."""

    topic: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.what} should be {self.expected}, and is {self.found}"


class ClusterDiffers(ClusterError):  # noqa: N818 - says what stands
    """The cluster is not what the code stands on. The first difference is in `topic`, `expected` and `found`."""

    def __init__(self, differences: tuple[Difference, ...], remedy: str) -> None:
        first = differences[0]
        self.differences = differences
        self.topic, self.expected, self.found = first.topic, first.expected, first.found
        told = [*map(str, differences[:TOLD_MAX])]
        if len(differences) > TOLD_MAX:
            told.append(f"and {len(differences) - TOLD_MAX} more")
        super().__init__(f"{'; '.join(told)}. {remedy}")


@dataclass(frozen=True, slots=True)
class Change:
    """What `apply` does to one topic: makes it, or gives it other settings."""

    topic: ClusterTopic
    is_new: bool
    differences: tuple[Difference, ...] = ()

    def lines(self) -> list[str]:
        """The change as a diff."""
        if self.is_new:
            config = [f"    {name} = {value}" for name, value in self.topic.config.items()]
            return [f"+ {self.topic.name} ({self.topic.partitions} partitions)", *config]
        return [
            f"~ {self.topic.name}",
            *(f"    {each.what} = {each.found} -> {each.expected}" for each in self.differences),
        ]


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands between cluster and code."""

    changes: tuple[Change, ...]
    refused: tuple[Difference, ...]
    """Partition counts: a community's past lies on its partition, so another count would tear it from its future."""

    @property
    def is_empty(self) -> bool:
        """Whether the cluster is as the code has it."""
        return not self.changes and not self.refused

    def document(self) -> dict[str, object]:
        """The plan for programs."""
        return {
            "new": [
                {"topic": change.topic.name, "partitions": change.topic.partitions, "config": dict(change.topic.config)}
                for change in self.changes
                if change.is_new
            ],
            "changed": [asdict(each) for change in self.changes for each in change.differences],
            "refused": [asdict(each) for each in self.refused],
        }


def compare(wanted: Mapping[str, ClusterTopic], found: Mapping[str, ClusterTopic]) -> Plan:
    """What to do to the topics found so that they become those wanted. Others on the cluster are not looked at."""
    changes, refused = [], []
    for name, topic in wanted.items():
        there = found.get(name)
        if there is None:
            changes.append(Change(topic, is_new=True))
            continue
        if there.partitions != topic.partitions:
            refused.append(Difference(name, PARTITIONS, str(topic.partitions), str(there.partitions)))
        differences = tuple(
            Difference(name, key, value, there.config.get(key, "not set"))
            for key, value in topic.config.items()
            if there.config.get(key) != value
        )
        if differences:
            changes.append(Change(topic, is_new=False, differences=differences))
    return Plan(tuple(changes), tuple(refused))
