"""What was let in and is not written yet, gathered so that many events cost one wait for the disk."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.partitions import partition_of
from services.intake.door import Admitted
from services.intake.inbound import INBOUND_ORDER
from services.runtime.log.records import NewRecord


@dataclass(slots=True)
class Pending:
    """Admitted events by topic and partition, each list in the order of arrival."""

    events: int = 0
    value_bytes: int = 0
    by_place: dict[tuple[str, int], list[Admitted]] = field(default_factory=dict)

    def add(self, admitted: Admitted) -> None:
        """Take one more."""
        place = (admitted.topic, partition_of(admitted.community))
        self.by_place.setdefault(place, []).append(admitted)
        self.events += 1
        self.value_bytes += len(admitted.value)

    def clear(self) -> None:
        """All of it is written."""
        self.events = self.value_bytes = 0
        self.by_place = {}

    def is_full(self, events_max: int, bytes_max: int) -> bool:
        """Whether it is time to write."""
        return self.events >= events_max or self.value_bytes >= bytes_max

    def batches(self) -> list[tuple[str, int, Sequence[NewRecord]]]:
        """The records per topic and partition; what others speak of is written, and so stamped, first."""
        places = sorted(self.by_place, key=lambda place: (INBOUND_ORDER.index(place[0]), place[1]))
        return [
            (topic, partition, [_record(one) for one in self.by_place[topic, partition]]) for topic, partition in places
        ]


def _record(admitted: Admitted) -> NewRecord:
    headers = tuple((name, content.encode()) for name, content in admitted.headers.items())
    return NewRecord(value=admitted.value, key=admitted.key.encode(), headers=headers)
