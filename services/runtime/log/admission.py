"""What a log lets in, and the offset and stamp it gives: the same for every log, and pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.runtime.log.clock import STAMP_MS_MAX
from services.runtime.log.errors import BatchRefused, LogRefused, NotNext, OffsetOutOfRange, UnknownTopic
from services.runtime.log.records import NewRecord, Record
from services.runtime.log.seam import Batch, TopicSpec

VALUE_BYTES_MAX = 1024 * 1024
KEY_BYTES_MAX = 1024
HEADERS_BYTES_MAX = 16 * 1024
BATCH_RECORDS_MAX = 10_000
BATCH_BYTES_MAX = 8 * 1024 * 1024

Topics = Mapping[str, TopicSpec]


@dataclass(frozen=True, slots=True)
class Limits:
    """How large things may be. A Kafka shell sets `max.message.bytes` to `batch_bytes_max`, since a batch is atomic."""

    value_bytes_max: int = VALUE_BYTES_MAX
    key_bytes_max: int = KEY_BYTES_MAX
    headers_bytes_max: int = HEADERS_BYTES_MAX
    """Of one record's headers, names included."""
    batch_records_max: int = BATCH_RECORDS_MAX
    batch_bytes_max: int = BATCH_BYTES_MAX

    def __post_init__(self) -> None:
        record_bytes_max = self.value_bytes_max + self.key_bytes_max + self.headers_bytes_max
        if record_bytes_max > self.batch_bytes_max or self.batch_records_max < 1:
            raise ValueError(
                f"a batch holds {self.batch_bytes_max} bytes and {self.batch_records_max} records, "
                f"a record up to {record_bytes_max} bytes; a batch must have room for at least one record"
            )


@dataclass(frozen=True, slots=True)
class End:
    """Where a partition ends: `stamp_ms` is that of its last record, 0 while there is none."""

    next_offset: int = 0
    stamp_ms: int = 0


def check_partition(topics: Topics, topic: str, partition: int) -> None:
    """Refuse a topic or partition the log was not opened with."""
    spec = check_topic(topics, topic)
    if not 0 <= partition < spec.partitions:
        last = spec.partitions - 1
        raise UnknownTopic(f"topic {topic} has no partition {partition}; it has 0 to {last}, and the count is for life")


def check_topic(topics: Topics, topic: str) -> TopicSpec:
    """The topic as it was declared, or a refusal that names those there are."""
    spec = topics.get(topic)
    if spec is None:
        known = ", ".join(sorted(topics)) or "none"
        raise UnknownTopic(
            f"there is no topic {topic}; the log was opened with: {known}. Declare it in schemas/topics.py"
        )
    return spec


def check_batches(topics: Topics, limits: Limits, batches: Sequence[Batch]) -> None:
    """Refuse what can be refused before anything is written."""
    for topic, partition, records in batches:
        check_batch(topics, limits, topic, partition, records)


def check_batch(
    topics: Topics, limits: Limits, topic: str, partition: int, records: Sequence[NewRecord | Record]
) -> None:
    """Refuse a batch that is empty, too long or too large, whoever stamps it."""
    check_partition(topics, topic, partition)
    _check_batch(f"topic {topic}, partition {partition}", limits, records)


def check_read(topic: str, partition: int, offset: int, next_offset: int, *, records_max: int, bytes_max: int) -> None:
    """Refuse to read before the beginning or beyond the end, or so that nothing could ever come."""
    if records_max < 1 or bytes_max < 1:
        raise LogRefused(f"records_max is {records_max}, bytes_max is {bytes_max}; ask for at least 1 of each")
    if not 0 <= offset <= next_offset:
        raise OffsetOutOfRange(
            f"topic {topic}, partition {partition}: the log ends at {next_offset}, a read from {offset} was wanted; "
            "the reader has followed another log, or this one was set back: rebuild the reader from offset 0"
        )


def stamped(topic: str, partition: int, end: End, now_ms: int, records: Sequence[NewRecord]) -> list[Record]:
    """The batch as it will stand: dense from the end on, all with one stamp, which never goes back."""
    assert 0 <= now_ms <= STAMP_MS_MAX, f"the clock says {now_ms}: milliseconds since 1970 are wanted"
    stamp_ms = max(end.stamp_ms, now_ms)
    return [
        Record(topic, partition, offset, stamp_ms, new.key, new.value, new.headers)
        for offset, new in enumerate(records, end.next_offset)
    ]


def check_restored(topic: str, partition: int, end: End, records: Sequence[Record]) -> None:
    """Refuse records that do not go on where the partition ends."""
    offset, stamp_ms = end.next_offset, end.stamp_ms
    for record in records:
        if (record.topic, record.partition, record.offset) != (topic, partition, offset):
            raise NotNext(
                f"topic {topic}, partition {partition}: offset {offset} comes next, the record is "
                f"{record.topic}/{record.partition}/{record.offset}; restore in order, from offset 0, into an empty log"
            )
        if not stamp_ms <= record.stamp_ms <= STAMP_MS_MAX:
            raise NotNext(
                f"topic {topic}, partition {partition}, offset {offset}: the stamp is {record.stamp_ms}, at least "
                f"{stamp_ms} was wanted, that of the record before, and at most {STAMP_MS_MAX}"
            )
        offset, stamp_ms = offset + 1, record.stamp_ms


def end_after(records: Sequence[Record]) -> End:
    """Where the partition ends once these stand in it."""
    return End(records[-1].offset + 1, records[-1].stamp_ms)


def _check_batch(place: str, limits: Limits, records: Sequence[NewRecord | Record]) -> None:
    if not records:
        raise BatchRefused(f"{place}: the batch is empty; append at least one record, or do not call")
    if len(records) > limits.batch_records_max:
        raise BatchRefused(f"{place}: {len(records)} records, {limits.batch_records_max} a batch; append in several")
    size = sum(_checked_size(f"{place}, record {index} of the batch", limits, new) for index, new in enumerate(records))
    if size > limits.batch_bytes_max:
        raise BatchRefused(f"{place}: {size} bytes, {limits.batch_bytes_max} a batch; append in several")


def _checked_size(place: str, limits: Limits, new: NewRecord | Record) -> int:
    try:
        size = new.size_bytes
    except UnicodeEncodeError:
        raise BatchRefused(f"{place}: a header's name is not text that UTF-8 can write; names are words") from None
    key, value = len(new.key or b""), len(new.value or b"")
    for what, bytes_now, bytes_max in (
        ("key", key, limits.key_bytes_max),
        ("value", value, limits.value_bytes_max),
        ("headers", size - key - value, limits.headers_bytes_max),
    ):
        if bytes_now > bytes_max:
            raise BatchRefused(f"{place}: its {what} has {bytes_now} bytes, {bytes_max} at most; split or shorten it")
    return size
