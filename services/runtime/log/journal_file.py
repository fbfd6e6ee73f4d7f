"""A topic as a file to carry to another log or to read with one's eyes: JSON Lines.

The first line is a header, every other line one record, partition after partition, in order:

    {"format":"commonweal-topic","version":1,"topic":"journal","partitions":64,"clock":"wall","records":2}
    {"partition":3,"offset":0,"stamp_ms":1700000000000,"key":null,"headers":[["ce_id","a1"]],"value":"{...}"}
    {"partition":3,"offset":1,"stamp_ms":1700000002000,"key":null,"headers":[],"value":{"base64":"/wA="}}

Several topics may stand in one file, one after the other, each with a header of its own that counts its lines.
Bytes that are UTF-8 stand as text, all others as `{"base64": ...}`; null is no bytes at all.
"""

import base64
from collections.abc import Iterator, Sequence
from io import BufferedReader
from itertools import islice
from typing import Annotated, Any, BinaryIO, Literal

import orjson
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from services.runtime.log.admission import End, check_partition, check_restored, end_after
from services.runtime.log.clock import STAMP_MS_MAX, ClockKind
from services.runtime.log.errors import LogError, LogRefused
from services.runtime.log.records import Headers, Record
from services.runtime.log.scan import scan
from services.runtime.log.seam import FillableLog, ReadableLog, TopicSpec

LINE_BYTES_MAX = 256 * 1024 * 1024
"""Far beyond the largest record, escaped: what is longer is another kind of file."""
HEADER_BYTES_MAX = 4_096
RESTORED_RECORDS_MAX = 500
RESTORED_BYTES_MAX = 4 * 1024 * 1024
"""How much is restored with one wait for the disk."""


class JournalFileError(LogError):
    """A line that cannot be imported. The sentence names the line, what was wanted and what to do."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class _Coded(_Strict):
    base64: Base64Bytes


class _Header(_Strict):
    format: Literal["commonweal-topic"] = "commonweal-topic"
    version: Literal[1] = 1
    topic: str
    partitions: Annotated[int, Field(ge=1)]
    clock: ClockKind
    records: Annotated[int, Field(ge=0)]


class _Line(_Strict):
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    stamp_ms: Annotated[int, Field(ge=0, le=STAMP_MS_MAX)]
    key: str | _Coded | None
    headers: tuple[tuple[str, str | _Coded], ...]
    value: str | _Coded | None


def export_topic(log: ReadableLog, topic: TopicSpec, out: BinaryIO) -> int:
    """Write a topic's records as they stand now; what others append meanwhile is left out.

    Returns:
        The number of records written.
    """
    ends = {partition: log.next_offset(topic.name, partition) for partition in log.partitions(topic.name)}
    records = sum(ends.values())
    _write_header(topic, log.clock_kind, records, out)
    for partition, end in ends.items():
        out.writelines(map(_written, scan(log, topic.name, partition, end=end)))
    return records


def write_records(topic: TopicSpec, clock: ClockKind, records: Sequence[Record], out: BinaryIO) -> None:
    """Write these records of a topic, to be read by `read_records`."""
    _write_header(topic, clock, len(records), out)
    out.writelines(map(_written, records))


def read_records(topic: TopicSpec, file: BinaryIO) -> list[Record]:
    """The records of a topic that stand next in a file, as many as its header counts; the rest is left to be read.

    Raises:
        JournalFileError: a line is damaged or missing, or the file is for another topic or count of partitions.
    """
    lines = _lines(file)
    header = _header(topic, 1, next(lines, (1, b""))[1])
    records = [_record(topic.name, number, line) for number, line in islice(lines, header.records)]
    _expect_all(1 + len(records), len(records), header)
    return records


def import_topic(log: FillableLog, topic: TopicSpec, file: BinaryIO, *, first_line: int = 1) -> int:
    """Take a file's records into a log that has none of this topic yet, with their offsets and stamps.

    What stands before a line that cannot be imported has been taken in by then, so the next try needs a fresh log.

    Args:
        first_line: the number of the next line, where something was read from the file before.

    Returns:
        The number of records taken in.

    Raises:
        JournalFileError: a line is damaged or out of order, or the file is for another topic, count of partitions or
            clock, or was cut off.
    """
    lines = _lines(file, first_line)
    header = _checked_header(log, topic, first_line, next(lines, (first_line, b""))[1])
    taken, last_line = 0, first_line
    for first, records in _batches(topic, lines):
        try:
            log.restore(topic.name, records[0].partition, records)
        except LogRefused as refusal:
            raise JournalFileError(first, f"or one of the {len(records) - 1} after it: {refusal}") from None
        taken += len(records)
        last_line = first + len(records) - 1
    _expect_all(last_line, taken, header)
    return taken


def clock_kind_of(file: BufferedReader) -> ClockKind:
    """The clock in the header, which is looked at and not taken; what is wrong with it the import says better."""
    return "virtual" if _peeked(file).get("clock") == "virtual" else "wall"


def topic_of(file: BufferedReader) -> str | None:
    """The topic that stands next, by its header, which is looked at and not taken."""
    return _peeked(file).get("topic")


def _peeked(file: BufferedReader) -> dict[str, Any]:
    try:
        header = orjson.loads(file.peek(HEADER_BYTES_MAX).split(b"\n", 1)[0])
    except orjson.JSONDecodeError:
        return {}
    return header if isinstance(header, dict) else {}


def _write_header(topic: TopicSpec, clock: ClockKind, records: int, out: BinaryIO) -> None:
    header = _Header(topic=topic.name, partitions=topic.partitions, clock=clock, records=records)
    out.write(header.model_dump_json().encode() + b"\n")


def _header(topic: TopicSpec, number: int, line: bytes) -> _Header:
    try:
        header = _Header.model_validate_json(line)
    except ValidationError as error:
        raise JournalFileError(
            number, f"no header of a topic's file ({_problem(error)}); give a file that was exported"
        ) from None
    if (header.topic, header.partitions) != (topic.name, topic.partitions):
        raise JournalFileError(
            number,
            f"the file holds topic {header.topic} in {header.partitions} partitions, {topic.name} in "
            f"{topic.partitions} was wanted; name the file's topic, and change no count of partitions",
        )
    return header


def _checked_header(log: ReadableLog, topic: TopicSpec, number: int, line: bytes) -> _Header:
    header = _header(topic, number, line)
    if (header.clock, log.clock_kind) == ("virtual", "wall"):
        raise JournalFileError(
            number,
            "these stamps are of a virtual clock, the log lives on the wall's; import into a virtual data folder",
        )
    if log.partitions(topic.name):
        raise JournalFileError(
            number, f"the log has records of topic {topic.name} already; import into a fresh data folder"
        )
    return header


def _expect_all(line: int, taken: int, header: _Header) -> None:
    if taken != header.records:
        raise JournalFileError(
            line, f"the file ends after {taken} records, {header.records} were announced; export it again"
        )


def _batches(topic: TopicSpec, lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, list[Record]]]:
    """Neighbouring lines of one partition, as records to restore together, with the number of the first line."""
    ends: dict[int, End] = {}
    first_line, batch, size = 0, list[Record](), 0
    for number, line in lines:
        record = _record(topic.name, number, line)
        _check_follows(topic, number, ends, record)
        size += record.size_bytes
        full = len(batch) == RESTORED_RECORDS_MAX or size > RESTORED_BYTES_MAX
        if batch and (full or batch[0].partition != record.partition):
            yield first_line, batch
            batch, size = [], record.size_bytes
        first_line = first_line if batch else number
        batch.append(record)
    if batch:
        yield first_line, batch


def _check_follows(topic: TopicSpec, number: int, ends: dict[int, End], record: Record) -> None:
    try:
        check_partition({topic.name: topic}, topic.name, record.partition)
        check_restored(topic.name, record.partition, ends.get(record.partition, End()), [record])
    except LogRefused as refusal:
        raise JournalFileError(number, f"{refusal}. Export it again, or put the lines back in order") from None
    ends[record.partition] = end_after([record])


def _lines(file: BinaryIO, first_line: int = 1) -> Iterator[tuple[int, bytes]]:
    number = first_line - 1
    while line := file.readline(LINE_BYTES_MAX):
        number += 1
        if len(line) == LINE_BYTES_MAX:
            raise JournalFileError(
                number, f"longer than {LINE_BYTES_MAX} bytes, so no record; give a file that was exported"
            )
        yield number, line


def _written(record: Record) -> bytes:
    fields = {
        "partition": record.partition,
        "offset": record.offset,
        "stamp_ms": record.stamp_ms,
        "key": _text(record.key),
        "headers": [(name, _text(content)) for name, content in record.headers],
        "value": _text(record.value),
    }
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def _record(topic: str, number: int, line: bytes) -> Record:
    try:
        read = _Line.model_validate_json(line)
    except ValidationError as error:
        raise JournalFileError(number, f"{_problem(error)}; export it again, or mend the line") from None
    headers: Headers = tuple((name, _bytes(content) or b"") for name, content in read.headers)
    return Record(topic, read.partition, read.offset, read.stamp_ms, _bytes(read.key), _bytes(read.value), headers)


def _text(content: bytes | None) -> str | dict[str, str] | None:
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content or b"").decode()}


def _bytes(content: str | _Coded | None) -> bytes | None:
    if isinstance(content, _Coded):
        return content.base64
    return None if content is None else content.encode()


def _problem(error: ValidationError) -> str:
    """What is wrong and in which field, without the content it was wrong in."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    first = max(found, key=lambda one: len(one["loc"]))  # of the ways to read a field, the one that came furthest
    return f"{first['loc'][0] if first['loc'] else 'the line'}: {first['msg'].lower()}"
