"""What every log promises, whatever keeps its records: the Kafka log joins `LOGS` and changes nothing else here."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.runtime.log import (
    BatchRefused,
    Limits,
    LogClosed,
    LogRefused,
    MemoryLog,
    NewRecord,
    NotNext,
    OffsetOutOfRange,
    Record,
    RestorableLog,
    SqliteLog,
    UnknownTopic,
    VirtualClock,
    scan,
)


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int


TOPICS = {topic.name: topic for topic in (Topic("journal", 4), Topic("decisions", 4))}
SMALL = Limits(value_bytes_max=100, key_bytes_max=10, headers_bytes_max=20, batch_records_max=5, batch_bytes_max=300)

Make = Callable[..., RestorableLog]


def memory(_path: Path, clock: VirtualClock, limits: Limits | None) -> RestorableLog:
    return MemoryLog(TOPICS, clock, limits=limits)


def sqlite(path: Path, clock: VirtualClock, limits: Limits | None) -> RestorableLog:
    return SqliteLog(path, TOPICS, clock, clock_kind="virtual", limits=limits)


LOGS = {"memory": memory, "sqlite": sqlite}


@pytest.fixture(params=sorted(LOGS))
def log_factory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes empty logs of one kind, and closes them."""
    numbers = count()
    with ExitStack() as opened:

        def make(clock: VirtualClock | None = None, limits: Limits | None = None) -> RestorableLog:
            path = tmp_path / f"{next(numbers)}.db"
            return opened.enter_context(closing(LOGS[request.param](path, clock or VirtualClock(), limits)))

        yield make


@pytest.fixture
def log(log_factory: Make) -> RestorableLog:
    return log_factory()


def values(*texts: str) -> list[NewRecord]:
    return [NewRecord(text.encode()) for text in texts]


def texts(records: Sequence[Record]) -> list[str]:
    return [(record.value or b"").decode() for record in records]


class TestAppending:
    def test_offsets_are_dense_from_zero_in_each_partition_of_each_topic(self, log: RestorableLog) -> None:
        assert log.append("journal", 0, values("a", "b")) == 0
        assert log.append("journal", 1, values("c")) == 0
        assert log.append("decisions", 0, values("d")) == 0
        assert log.append("journal", 0, values("e")) == 2

        assert [record.offset for record in log.read("journal", 0, 0)] == [0, 1, 2]
        assert [log.next_offset(topic, 0) for topic in TOPICS] == [3, 1]

    def test_key_value_and_headers_come_back_as_they_went_in(self, log_factory: Make) -> None:
        log = log_factory(VirtualClock(7))
        headers = (("ce_id", b"a"), ("ce_id", b"again"), ("bytes", bytes(range(256))), ("größe", b""))
        records = [
            NewRecord(None),
            NewRecord(b"", key=b"", headers=headers),
            NewRecord(b"\xff\x00", key=b"k"),
        ]
        log.append("journal", 2, records)

        assert log.read("journal", 2, 0) == [
            Record("journal", 2, offset, 7, new.key, new.value, new.headers) for offset, new in enumerate(records)
        ]

    def test_several_batches_each_get_their_first_offset(self, log: RestorableLog) -> None:
        batches = [("journal", 0, values("a", "b")), ("decisions", 3, values("c")), ("journal", 0, values("d"))]

        assert log.append_all(batches) == [0, 0, 2]
        assert texts(log.read("journal", 0, 0)) == ["a", "b", "d"]
        assert texts(log.read("decisions", 3, 0)) == ["c"]

    def test_appending_nothing_at_all_is_no_batch_and_no_error(self, log: RestorableLog) -> None:
        assert log.append_all([]) == []

    def test_partitions_that_hold_records_are_told_in_order(self, log: RestorableLog) -> None:
        assert log.partitions("journal") == ()
        for partition in (3, 0, 2):
            log.append("journal", partition, values("a"))

        assert log.partitions("journal") == (0, 2, 3)
        assert log.partitions("decisions") == ()


class TestRefusing:
    @pytest.mark.parametrize(
        ("batch", "says"),
        [
            ([], "the batch is empty"),
            (values(*"abcdef"), "6 records, 5 a batch"),
            (values("x" * 101), "its value has 101 bytes, 100 at most"),
            ([NewRecord(b"", key=b"k" * 11)], "its key has 11 bytes, 10 at most"),
            ([NewRecord(b"", headers=(("n" * 10, b"v" * 11),))], "its headers has 21 bytes, 20 at most"),
            ([NewRecord(b"", headers=(("\ud800", b""),))], "not text that UTF-8 can write"),
            (values(*["x" * 100] * 4), "400 bytes, 300 a batch"),
        ],
    )
    def test_a_batch_beyond_the_limits_is_refused_whole(
        self, log_factory: Make, batch: list[NewRecord], says: str
    ) -> None:
        log = log_factory(limits=SMALL)

        with pytest.raises(BatchRefused, match=says):
            log.append_all([("decisions", 0, values("fine")), ("journal", 1, batch)])
        assert log.partitions("journal") == log.partitions("decisions") == ()

    def test_a_batch_at_the_limits_is_let_in(self, log_factory: Make) -> None:
        log = log_factory(limits=SMALL)
        log.append("journal", 0, values(*["x" * 60] * 5))
        log.append("journal", 0, [NewRecord(b"v" * 100, key=b"k" * 10, headers=(("n" * 10, b"v" * 10),))])

        assert log.next_offset("journal", 0) == 6

    @pytest.mark.parametrize(
        ("topic", "partition", "says"),
        [
            ("minutes", 0, "there is no topic minutes; the log was opened with: decisions, journal"),
            ("journal", 4, "topic journal has no partition 4; it has 0 to 3"),
            ("journal", -1, "topic journal has no partition -1"),
        ],
    )
    def test_a_topic_or_partition_it_was_not_opened_with_is_refused_by_every_verb(
        self, log: RestorableLog, topic: str, partition: int, says: str
    ) -> None:
        record = Record(topic, partition, 0, 0, None, b"", ())
        for verb in (
            lambda: log.append(topic, partition, values("a")),
            lambda: log.append_all([("journal", 0, values("a")), (topic, partition, values("a"))]),
            lambda: log.read(topic, partition, 0),
            lambda: log.next_offset(topic, partition),
            lambda: log.restore(topic, partition, [record]),
        ):
            with pytest.raises(UnknownTopic, match=says):
                verb()
        assert log.partitions("journal") == ()

    def test_asking_for_the_partitions_of_an_unknown_topic_is_refused(self, log: RestorableLog) -> None:
        with pytest.raises(UnknownTopic, match="there is no topic minutes"):
            log.partitions("minutes")

    def test_a_closed_log_says_so_to_every_verb(self, log: RestorableLog) -> None:
        log.append("journal", 0, values("a"))
        log.close()
        log.close()

        for verb in (
            lambda: log.append("journal", 0, values("a")),
            lambda: log.read("journal", 0, 0),
            lambda: log.next_offset("journal", 0),
            lambda: log.partitions("journal"),
            lambda: log.restore("journal", 0, [Record("journal", 0, 1, 0, None, b"", ())]),
        ):
            with pytest.raises(LogClosed, match="was closed"):
                verb()


class TestStamps:
    def test_a_batch_has_one_stamp_which_is_the_clocks(self, log_factory: Make) -> None:
        clock = VirtualClock(5)
        log = log_factory(clock)
        log.append("journal", 0, values("a", "b"))
        clock.advance_to(9)
        log.append("journal", 0, values("c"))

        assert [record.stamp_ms for record in log.read("journal", 0, 0)] == [5, 5, 9]

    def test_stamps_stand_still_when_the_clock_jumps_back(self, log_factory: Make) -> None:
        clock = VirtualClock()
        log = log_factory(clock)
        for clock.now_ms in (10, 3, 10, 11, 0):
            log.append("journal", 0, values("a"))

        assert [record.stamp_ms for record in log.read("journal", 0, 0)] == [10, 10, 10, 11, 11]

    def test_partitions_have_their_own_last_stamp(self, log_factory: Make) -> None:
        clock = VirtualClock(10)
        log = log_factory(clock)
        log.append("journal", 0, values("a"))
        clock.now_ms = 3
        log.append("journal", 1, values("b"))

        assert log.read("journal", 1, 0)[0].stamp_ms == 3

    def test_a_log_knows_the_kind_of_its_clock(self, log: RestorableLog) -> None:
        assert log.clock_kind == "virtual"


class TestReading:
    def test_at_the_end_there_is_nothing_yet(self, log: RestorableLog) -> None:
        assert log.read("journal", 0, 0) == []
        log.append("journal", 0, values("a"))
        assert log.read("journal", 0, 1) == []

    @pytest.mark.parametrize("offset", [-1, 2, 2**40])
    def test_before_the_beginning_or_beyond_the_end_is_refused(self, log: RestorableLog, offset: int) -> None:
        log.append("journal", 0, values("a"))

        with pytest.raises(OffsetOutOfRange, match=f"the log ends at 1, a read from {offset} was wanted"):
            log.read("journal", 0, offset)

    def test_a_read_is_bounded_by_records(self, log: RestorableLog) -> None:
        log.append("journal", 0, values(*"abcdef"))

        assert texts(log.read("journal", 0, 2, records_max=3)) == ["c", "d", "e"]

    def test_a_read_is_bounded_by_bytes_of_keys_values_and_headers(self, log: RestorableLog) -> None:
        log.append("journal", 0, [NewRecord(b"vv", key=b"k", headers=(("n", b"h"),))] * 4)

        assert len(log.read("journal", 0, 0, bytes_max=14)) == 2
        assert len(log.read("journal", 0, 0, bytes_max=15)) == 3

    def test_one_record_comes_whatever_its_size(self, log: RestorableLog) -> None:
        log.append("journal", 0, values("large" * 100, "b"))

        assert texts(log.read("journal", 0, 0, bytes_max=1)) == ["large" * 100]

    def test_a_read_that_could_return_nothing_for_ever_is_refused(self, log: RestorableLog) -> None:
        for bounds in ({"records_max": 0}, {"bytes_max": 0}):
            with pytest.raises(LogRefused, match="ask for at least 1 of each"):
                log.read("journal", 0, 0, **bounds)

    def test_a_scan_goes_through_a_partition_in_small_steps(self, log: RestorableLog) -> None:
        log.append("journal", 0, values(*"abcdefg"))

        assert texts(list(scan(log, "journal", 0, records_max=2))) == list("abcdefg")
        assert texts(list(scan(log, "journal", 0, start=2, end=5, records_max=2))) == list("cde")
        assert texts(list(scan(log, "journal", 0, start=3, end=3))) == []
        assert texts(list(scan(log, "journal", 1))) == []

    def test_a_scan_ends_where_the_partition_ended_when_it_began(self, log: RestorableLog) -> None:
        log.append("journal", 0, values(*"ab"))
        scanned = scan(log, "journal", 0, records_max=1)
        first = next(scanned)
        log.append("journal", 0, values("c"))

        assert texts([first, *scanned]) == ["a", "b"]


class TestRestoring:
    def test_records_of_another_log_keep_their_offsets_and_stamps(self, log_factory: Make) -> None:
        clock = VirtualClock(100)
        source, target = log_factory(clock), log_factory(VirtualClock(5))
        source.append("journal", 0, [NewRecord(b"a", key=b"k", headers=(("n", b"v"),))])
        clock.advance_to(200)
        source.append("journal", 0, values("b", "c"))
        target.restore("journal", 0, source.read("journal", 0, 0, records_max=1))
        target.restore("journal", 0, source.read("journal", 0, 1))

        assert target.read("journal", 0, 0) == source.read("journal", 0, 0)
        assert target.append("journal", 0, values("d")) == 3
        assert target.read("journal", 0, 3)[0].stamp_ms == 200

    @pytest.mark.parametrize(
        ("places", "says"),
        [
            ([("journal", 0, 0, 10)], "offset 1 comes next, the record is journal/0/0"),
            ([("journal", 0, 2, 10)], "offset 1 comes next, the record is journal/0/2"),
            ([("journal", 0, 1, 10), ("journal", 0, 3, 10)], "offset 2 comes next, the record is journal/0/3"),
            ([("journal", 1, 1, 10)], "offset 1 comes next, the record is journal/1/1"),
            ([("decisions", 0, 1, 10)], "offset 1 comes next, the record is decisions/0/1"),
            ([("journal", 0, 1, 9)], "the stamp is 9, at least 10 was wanted"),
            ([("journal", 0, 1, 12), ("journal", 0, 2, 11)], "offset 2: the stamp is 11, at least 12 was wanted"),
            ([("journal", 0, 1, 2**44)], "at most 8796093022208"),
        ],
    )
    def test_what_does_not_go_on_where_the_partition_ends_is_refused_whole(
        self, log_factory: Make, places: list[tuple[str, int, int, int]], says: str
    ) -> None:
        log = log_factory(VirtualClock(10))
        log.append("journal", 0, values("a"))

        with pytest.raises(NotNext, match=says):
            log.restore("journal", 0, [Record(*place, None, b"b", ()) for place in places])
        assert log.next_offset("journal", 0) == 1

    def test_limits_hold_for_restored_records_too(self, log_factory: Make) -> None:
        log = log_factory(limits=SMALL)

        with pytest.raises(BatchRefused, match="its value has 101 bytes"):
            log.restore("journal", 0, [Record("journal", 0, 0, 0, None, b"x" * 101, ())])
        with pytest.raises(BatchRefused, match="the batch is empty"):
            log.restore("journal", 0, [])


contents = st.none() | st.binary(max_size=30)
headers = st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=5), st.binary(max_size=5)), max_size=3)
new_records = st.builds(NewRecord, value=contents, key=contents, headers=headers.map(tuple))
appends = st.tuples(
    st.sampled_from(sorted(TOPICS)),
    st.integers(0, 3),
    st.lists(new_records, min_size=1, max_size=4),
    st.integers(0, 1_000),
)


class TestProperties:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=st.lists(appends, max_size=15), records_max=st.integers(1, 5), bytes_max=st.integers(1, 100))
    def test_whatever_was_appended_reads_back_equal_in_pieces_of_any_size(
        self,
        log_factory: Make,
        steps: list[tuple[str, int, list[NewRecord], int]],
        records_max: int,
        bytes_max: int,
    ) -> None:
        clock = VirtualClock()
        expected: dict[tuple[str, int], list[NewRecord]] = {}
        with closing(log_factory(clock)) as log:
            for topic, partition, batch, clock.now_ms in steps:
                here = expected.setdefault((topic, partition), [])
                assert log.append(topic, partition, batch) == len(here)
                here += batch

            for (topic, partition), written in expected.items():
                found = list(scan(log, topic, partition, records_max=records_max, bytes_max=bytes_max))
                assert [NewRecord(one.value, one.key, one.headers) for one in found] == written
                assert [one.offset for one in found] == list(range(len(written)))
                assert all(before.stamp_ms <= after.stamp_ms for before, after in pairwise(found))
            for topic in TOPICS:
                assert log.partitions(topic) == tuple(sorted(number for name, number in expected if name == topic))

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        sizes=st.lists(st.integers(0, 40), min_size=1, max_size=12),
        records_max=st.integers(1, 12),
        bytes_max=st.integers(1, 200),
        data=st.data(),
    )
    def test_a_read_keeps_both_bounds_and_still_goes_on(
        self, log_factory: Make, sizes: list[int], records_max: int, bytes_max: int, data: st.DataObject
    ) -> None:
        offset = data.draw(st.integers(0, len(sizes) - 1))
        with closing(log_factory()) as log:
            log.append("journal", 0, [NewRecord(b"x" * size) for size in sizes])
            found = log.read("journal", 0, offset, records_max=records_max, bytes_max=bytes_max)
            after = sizes[offset + len(found) :][:1]

            assert 1 <= len(found) <= records_max
            assert len(found) == 1 or sum(record.size_bytes for record in found) <= bytes_max
            assert (
                not after
                or len(found) == records_max
                or sum(record.size_bytes for record in found) + after[0] > bytes_max
            )
