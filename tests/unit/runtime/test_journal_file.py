import io
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.log import (
    JournalFileError,
    Limits,
    MemoryLog,
    NewRecord,
    Record,
    VirtualClock,
    export_topic,
    import_topic,
    scan,
)
from services.runtime.log.clock import ClockKind


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int


JOURNAL, DECISIONS = Topic("journal", 4), Topic("decisions", 4)


def memory(clock: VirtualClock | None = None, clock_kind: ClockKind = "virtual", **limits: int) -> MemoryLog:
    topics = {topic.name: topic for topic in (JOURNAL, DECISIONS)}
    return MemoryLog(topics, clock or VirtualClock(), clock_kind=clock_kind, limits=Limits(**limits))


def exported(log: MemoryLog) -> bytes:
    out = io.BytesIO()
    export_topic(log, JOURNAL, out)
    return out.getvalue()


def imported(content: bytes, log: MemoryLog | None = None) -> MemoryLog:
    log = log or memory()
    import_topic(log, JOURNAL, io.BytesIO(content))
    return log


def standing(log: MemoryLog) -> list[Record]:
    return [record for partition in log.partitions("journal") for record in scan(log, "journal", partition)]


def filled(records: int = 3) -> MemoryLog:
    clock = VirtualClock(1_000)
    log = memory(clock)
    for number in range(records):
        log.append("journal", number % 2, [NewRecord(b"record %d" % number)])
        clock.advance_to(clock.now_ms + 10)
    return log


def lines(log: MemoryLog) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in exported(log).splitlines()]


def content(header: dict[str, object], *records: dict[str, object]) -> bytes:
    return b"".join(orjson.dumps(line) + b"\n" for line in (header, *records))


def test_a_file_can_be_read_with_ones_eyes() -> None:
    log = memory(VirtualClock(5))
    log.append("journal", 2, [NewRecord(b'{"a":1}', headers=(("ce_id", "ä".encode()),)), NewRecord(None, key=b"\xff")])

    assert exported(log).decode().splitlines() == [
        '{"format":"commonweal-topic","version":1,"topic":"journal","partitions":4,"clock":"virtual","records":2}',
        r'{"partition":2,"offset":0,"stamp_ms":5,"key":null,"headers":[["ce_id","ä"]],"value":"{\"a\":1}"}',
        '{"partition":2,"offset":1,"stamp_ms":5,"key":{"base64":"/w=="},"headers":[],"value":null}',
    ]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, 1_000),
            st.builds(
                NewRecord,
                value=st.none() | st.binary(max_size=20) | st.text(max_size=9).map(str.encode),
                key=st.none() | st.binary(max_size=9),
                headers=st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=5)), max_size=2).map(tuple),
            ),
        ),
        max_size=20,
    )
)
def test_what_was_exported_comes_in_equal_offsets_and_stamps_included(
    steps: Sequence[tuple[int, int, NewRecord]],
) -> None:
    clock = VirtualClock()
    log = memory(clock)
    for partition, clock.now_ms, new in steps:
        log.append("journal", partition, [new])

    assert standing(imported(exported(log))) == standing(log)


def test_many_and_large_records_come_in_by_several_batches() -> None:
    log = memory(value_bytes_max=4_000_000)
    log.append("journal", 0, [NewRecord(b"%d" % number) for number in range(1_201)])
    log.append("journal", 0, [NewRecord(b"x" * 3_000_000)])
    log.append("journal", 0, [NewRecord(b"y" * 3_000_000)])

    assert standing(imported(exported(log), memory(value_bytes_max=4_000_000))) == standing(log)


def test_records_appended_during_an_export_are_left_out() -> None:
    log = filled()

    class Appending(io.BytesIO):
        def write(self, line: object) -> int:
            log.append("journal", 1, [NewRecord(b"meanwhile")])
            return super().write(line)  # type: ignore[arg-type] # whatever was handed in, handed on

    out = Appending()
    assert export_topic(log, JOURNAL, out) == 3
    assert b"meanwhile" not in out.getvalue()
    assert len(standing(imported(out.getvalue()))) == 3


def test_how_many_were_written_and_taken_in_is_told() -> None:
    out = io.BytesIO()

    assert export_topic(filled(), JOURNAL, out) == 3
    assert import_topic(memory(), JOURNAL, io.BytesIO(out.getvalue())) == 3
    assert import_topic(memory(), JOURNAL, io.BytesIO(exported(memory()))) == 0


def test_lines_of_several_partitions_may_be_mixed() -> None:
    header, first, second, third = lines(filled())

    assert standing(imported(content(header, third, first, second))) == standing(filled())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": "something"}, "line 1: no header of a topic's file (format: input should be 'commonweal-topic')"),
        ({"version": 2}, "line 1: no header of a topic's file (version: input should be 1)"),
        ({"topic": "decisions"}, "line 1: the file holds topic decisions in 4 partitions, journal in 4 was wanted"),
        ({"partitions": 8}, "line 1: the file holds topic journal in 8 partitions, journal in 4 was wanted"),
        ({"records": 4}, "line 4: the file ends after 3 records, 4 were announced; export it again"),
        ({"records": 2}, "line 4: the file ends after 3 records, 2 were announced"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(changes: dict[str, object], says: str) -> None:
    header, *records = lines(filled())

    with pytest.raises(JournalFileError) as refusal:
        imported(content(header | changes, *records))
    assert str(refusal.value).startswith(says)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"offset": 1}, "topic journal, partition 0: offset 0 comes next, the record is journal/0/1"),
        ({"offset": -1}, "offset: input should be greater than or equal to 0"),
        ({"stamp_ms": None}, "stamp_ms: input should be a valid integer"),
        ({"partition": 4}, "topic journal has no partition 4"),
        ({"value": {"base64": "a letter"}}, "line 2: value: base64 decoding error"),
        ({"value": 7}, "value: input should be a valid string"),
        ({"surprise": 1}, "surprise: extra inputs are not permitted"),
    ],
)
def test_a_line_that_does_not_fit_is_refused_by_its_number(changes: dict[str, object], says: str) -> None:
    header, first, *others = lines(filled())

    with pytest.raises(JournalFileError) as refusal:
        imported(content(header, first | changes, *others))
    assert refusal.value.line == 2
    assert says in str(refusal.value)


def test_a_stamp_that_goes_back_is_refused() -> None:
    header, first, second, third = lines(filled())

    with pytest.raises(JournalFileError, match=r"line 3: .* the stamp is 999, at least 1000 was wanted"):
        imported(content(header, first, second | {"stamp_ms": 999}, third))


def test_what_stands_in_a_line_is_not_repeated() -> None:
    header, first, *others = lines(filled())

    with pytest.raises(JournalFileError) as refusal:
        imported(content(header, first | {"offset": "somebody's name"}, *others))
    assert "somebody" not in str(refusal.value)


@pytest.mark.parametrize(
    ("cut", "says"),
    [
        (b"", "line 1: no header of a topic's file"),
        (b"\xff\xfe\n", "line 1: no header of a topic's file"),
        (b"[]\n", "line 1: no header of a topic's file"),
    ],
)
def test_something_else_than_an_export_is_refused(cut: bytes, says: str) -> None:
    with pytest.raises(JournalFileError, match=says):
        imported(cut)


def test_a_file_that_was_cut_in_the_middle_of_a_line_is_refused() -> None:
    with pytest.raises(JournalFileError, match="line 4: the line: invalid json: eof while parsing"):
        imported(exported(filled())[:-20])


def test_a_line_without_end_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.log.journal_file.LINE_BYTES_MAX", 200)

    with pytest.raises(JournalFileError, match="line 2: longer than 200 bytes, so no record"):
        imported(exported(filled()).splitlines()[0] + b"\n" + b"x" * 1_000)


def test_a_record_beyond_the_limits_names_its_lines() -> None:
    log = filled(1)

    with pytest.raises(JournalFileError, match=r"line 2: .* its value has 8 bytes, 4 at most"):
        imported(exported(log), memory(value_bytes_max=4))


def test_a_log_that_has_the_topic_already_is_left_alone() -> None:
    log = filled()

    with pytest.raises(JournalFileError, match="has records of topic journal already; import into a fresh data folder"):
        imported(exported(filled()), log)
    assert len(standing(log)) == 3


def test_virtual_stamps_do_not_come_into_a_log_on_the_walls_clock() -> None:
    with pytest.raises(JournalFileError, match="import into a virtual data folder"):
        imported(exported(filled()), memory(clock_kind="wall"))


def test_stamps_of_the_walls_clock_may_be_looked_at_on_a_virtual_one() -> None:
    log = memory(VirtualClock(3), clock_kind="wall")
    log.append("journal", 0, [NewRecord(b"a")])

    assert standing(imported(exported(log))) == standing(log)
