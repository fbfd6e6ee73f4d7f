"""The log on Kafka keeps what every log promises, as far as a cluster can; and finds a tail that is not where it ends."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from random import Random

import pytest
from aiokafka import AIOKafkaProducer

from schemas.topics import MESSAGE_BYTES_MAX, TOPICS
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_log import KafkaLog, Writer
from services.runtime.log import BatchRefused, LogClosed, NewRecord, OffsetOutOfRange, UnknownTopic, scan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kafka", [("journal", "decisions", "quarantine")], indirect=True),
]


@pytest.fixture
def log(kafka: KafkaSettings) -> Iterator[KafkaLog]:
    with closing(KafkaLog(kafka, TOPICS)) as opened:
        yield opened


def values(*texts: str) -> list[NewRecord]:
    return [NewRecord(text.encode(), key=b"k", headers=(("a", b"1"), ("a", b"2"))) for text in texts]


def test_batches_come_back_in_order_with_keys_headers_and_the_clusters_stamps(log: KafkaLog) -> None:
    offsets = [log.append("journal", 3, values("one", "two")), log.append("journal", 3, values("three"))]

    records = log.read("journal", 3, 0)

    assert offsets == [0, 2]
    assert [record.value for record in records] == [b"one", b"two", b"three"]
    assert [record.offset for record in records] == [0, 1, 2]
    assert {(record.key, record.headers) for record in records} == {(b"k", (("a", b"1"), ("a", b"2")))}
    assert records[0].stamp_ms == records[1].stamp_ms <= records[2].stamp_ms
    assert (log.partitions("journal"), log.next_offset("journal", 3)) == ((3,), 3)


def test_reads_are_bounded_by_count_and_by_bytes_and_one_record_always_comes(log: KafkaLog) -> None:
    log.append("journal", 0, values(*"abcdef"))

    assert [len(log.read("journal", 0, 0, records_max=count)) for count in (1, 4, 100)] == [1, 4, 6]
    assert [record.value for record in log.read("journal", 0, 2, bytes_max=1)] == [b"c"]
    assert log.read("journal", 0, 6) == []
    assert [record.value for record in scan(log, "journal", 0, start=1, records_max=2)] == [
        b"b",
        b"c",
        b"d",
        b"e",
        b"f",
    ]


def test_what_cannot_be_is_refused_before_anything_is_written(log: KafkaLog) -> None:
    with pytest.raises(UnknownTopic):
        log.read("no-such", 0, 0)
    with pytest.raises(OffsetOutOfRange):
        log.read("journal", 0, 1)
    with pytest.raises(BatchRefused):
        log.append_all([("journal", 0, values("a")), ("journal", 0, [])])
    log.close()
    with pytest.raises(LogClosed):
        log.next_offset("journal", 0)
    assert log.clock_kind == "wall"


def test_a_record_several_times_as_large_as_a_message_is_written_and_read_if_it_packs_well(
    kafka: KafkaSettings, log: KafkaLog
) -> None:
    fact = b'{"fact":"proposed","community":"town","ask":"ask-%08d","offer":"offer-%08d"}'
    city = b",".join(fact % (number, number * 7) for number in range(400_000))
    assert len(city) > 3 * MESSAGE_BYTES_MAX

    offsets = asyncio.run(written(kafka, b"small", city, b"small"))

    assert offsets == [0, 1, 2]
    assert [record.value for record in scan(log, "decisions", 5)] == [b"small", city, b"small"]


def test_what_a_topic_does_not_take_even_packed_is_refused(kafka: KafkaSettings, log: KafkaLog) -> None:
    with pytest.raises(BatchRefused, match="append in several, or shorten"):
        asyncio.run(written(kafka, Random(1).randbytes(MESSAGE_BYTES_MAX + 1_000_000)))

    assert log.next_offset("decisions", 5) == 0


async def written(kafka: KafkaSettings, *values: bytes) -> list[int]:
    """One after the other, as deciding writes them: the log itself lets in no record beyond a megabyte."""
    writer = Writer(kafka)
    try:
        return [await writer.append("decisions", 5, [NewRecord(value)]) for value in values]
    finally:
        await writer.stop()


def test_a_tail_that_ends_in_marks_of_transactions_is_found_behind_them(kafka: KafkaSettings, log: KafkaLog) -> None:
    async def in_transactions() -> None:
        async with AIOKafkaProducer(**kafka.for_aiokafka(), transactional_id=kafka.group("test")) as producer:
            for text in (b"one", b"two"):
                async with producer.transaction():
                    await producer.send_and_wait(kafka.topic("decisions"), text, partition=1)

    asyncio.run(in_transactions())

    assert log.next_offset("decisions", 1) == 4
    assert [record.value for record in log.tail("decisions", 1)] == [b"two"]
    assert [record.offset for record in log.tail("decisions", 1, records=5)] == [0, 2]
    assert [record.offset for record in scan(log, "decisions", 1)] == [0, 2]
    assert log.read("decisions", 1, 3) == []
    assert log.tail("decisions", 2) == []
