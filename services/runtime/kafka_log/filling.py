"""Filling an empty topic with records that stood elsewhere: the way an exported journal comes onto a cluster."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from services.runtime.kafka import REQUEST_BYTES_MAX, ClusterRefused, KafkaSettings, administering
from services.runtime.kafka_log.log import KafkaLog
from services.runtime.log.admission import Topics
from services.runtime.log.clock import ClockKind
from services.runtime.log.errors import LogUnwritable, NotNext
from services.runtime.log.records import Record

if TYPE_CHECKING:
    from kafka import KafkaProducer

STAMPS, STAMPS_AFTER = "message.timestamp.type", "message.timestamp.after.max.ms"
BY_WRITERS, BY_LOG = "CreateTime", "LogAppendTime"
ANY_MS, KAFKAS_OWN_MS = str(2**63 - 1), str(3_600_000)
ANSWER_S = 60.0


class FillableKafkaLog(KafkaLog):
    """A `services.runtime.log.FillableLog`: a cluster's log that takes over stamps, while its topic is open for it.

    Args:
        clock_kind: of the log that the records are from. A cluster cannot tell one from the other; what was filled from a
            virtual clock is for looking, comparing and auditing.

    Raises:
        LogUnreachable: no broker answered.
    """

    def __init__(self, settings: KafkaSettings, topics: Topics, clock_kind: ClockKind) -> None:
        super().__init__(settings, topics)
        self._names = settings
        self._clock_kind = clock_kind
        self._producer: KafkaProducer | None = None

    @property
    def clock_kind(self) -> ClockKind:
        """Whose time the stamps are, by the word of who opened it."""
        return self._clock_kind

    def restore(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        """See `FillableLog.restore`; what was sent may stand, some of it, after an error."""
        end = self.next_offset(topic, partition)
        if not records or records[0].offset != end:
            raise NotNext(
                f"topic {topic}, partition {partition}: offset {end} comes next; fill an empty topic, in order"
            )
        sent = [
            self._producing().send(
                self._names.topic(topic),
                value=record.value,
                key=record.key,
                headers=list(record.headers),
                partition=partition,
                timestamp_ms=record.stamp_ms,
            )
            for record in records
        ]
        for record, future in zip(records, sent, strict=True):
            _check_stands(topic, record, future)

    def close(self) -> None:
        """See `Log.close`."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()
        super().close()

    def _producing(self) -> "KafkaProducer":
        from kafka import KafkaProducer  # stamps that the writer chooses; `Writer` leaves them to the cluster

        if self._producer is None:
            self._producer = KafkaProducer(
                **self._names.for_kafka_python(),
                acks="all",
                enable_idempotence=True,
                linger_ms=5,
                max_request_size=REQUEST_BYTES_MAX,
            )
        return self._producer


@contextmanager
def open_for_stamps(settings: KafkaSettings, topic: str) -> Iterator[None]:
    """Let a topic take the stamps that its writer gives, for as long as the block runs.

    Raises:
        ClusterError: the cluster does not let us.
    """
    _set(settings, topic, {STAMPS: BY_WRITERS, STAMPS_AFTER: ANY_MS})
    try:
        yield
    finally:
        _set(settings, topic, {STAMPS: BY_LOG, STAMPS_AFTER: KAFKAS_OWN_MS})


def _check_stands(topic: str, record: Record, future: Any) -> None:
    from kafka.errors import KafkaError

    try:
        stood = future.get(timeout=ANSWER_S)
    except KafkaError as error:
        raise LogUnwritable(
            f"topic {topic}, partition {record.partition}, offset {record.offset}: {type(error).__name__}; delete the "
            "topics of this prefix and import again"
        ) from None
    if (stood.offset, stood.timestamp) != (record.offset, record.stamp_ms):
        raise LogUnwritable(
            f"topic {topic}, partition {record.partition}: record {record.offset} came to stand at {stood.offset} with "
            f"stamp {stood.timestamp}, {record.stamp_ms} was wanted: somebody else writes there; use an empty prefix"
        )


def _set(settings: KafkaSettings, topic: str, config: Mapping[str, str]) -> None:
    from kafka.admin import ConfigResource, ConfigResourceType

    name = settings.topic(topic)
    with administering(settings, f"change who stamps {name}") as admin:
        said = admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, dict(config))])
        for answer in said["topic"].values():
            if answer != "OK":
                raise ClusterRefused(settings.bootstrap, f"change who stamps {name}", answer)
