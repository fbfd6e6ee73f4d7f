"""A record as a row of the SQLite log, and back, with a checksum: SQLite itself does not notice a flipped bit in a value."""

import zlib

import orjson

from services.runtime.log.records import Headers, Record

Row = tuple[object, ...]
"""The columns `offset, stamp_ms, key, value, headers, checksum`, as SQLite found them."""


class Damage(Exception):  # noqa: N818 - says what was found; the log tells it as `LogCorrupt`
    """The file holds something else than was written."""


def to_row(record: Record) -> tuple[str, int, int, int, bytes | None, bytes | None, bytes | None, int]:
    """The columns of a row: topic, partition, and then those of `Row`."""
    headers = _written(record.headers)
    return (
        record.topic,
        record.partition,
        record.offset,
        record.stamp_ms,
        record.key,
        record.value,
        headers,
        _checksum(record.topic, record.partition, (record.offset, record.stamp_ms, record.key, record.value, headers)),
    )


def from_row(topic: str, partition: int, offset: int, row: Row) -> Record:
    """The record that was written at this offset.

    Args:
        row: what SQLite found, which may be anything: a flipped bit can make a number of a text.

    Raises:
        Damage: it is not what was written.
    """
    found, stamp_ms, key, value, headers, checksum = row
    if (
        found == offset
        and isinstance(stamp_ms, int)
        and isinstance(key, bytes | None)
        and isinstance(value, bytes | None)
        and isinstance(headers, bytes | None)
        and checksum == _checksum(topic, partition, (offset, stamp_ms, key, value, headers))
    ):
        return Record(topic, partition, offset, stamp_ms, key, value, _read(headers))
    raise damaged_or_gone(topic, partition, offset)


def damaged_or_gone(topic: str, partition: int, offset: int) -> Damage:
    """What to say when a record should stand here and does not."""
    return Damage(f"topic {topic}, partition {partition}: the record at offset {offset} is damaged or gone")


def _checksum(topic: str, partition: int, row: tuple[int, int, bytes | None, bytes | None, bytes | None]) -> int:
    offset, stamp_ms, *parts = row
    sizes = [-1 if part is None else len(part) for part in parts]  # nothing and an empty text are not the same
    checksum = zlib.crc32(f"{topic}/{partition}/{offset}/{stamp_ms}/{sizes}".encode())
    for part in parts:
        checksum = zlib.crc32(part or b"", checksum)
    return checksum


def _written(headers: Headers) -> bytes | None:
    """As JSON, which anybody with `sqlite3` can read; Latin-1 has a letter for every byte, so nothing is lost."""
    return orjson.dumps([(name, content.decode("latin-1")) for name, content in headers]) if headers else None


def _read(headers: bytes | None) -> Headers:
    return tuple((name, content.encode("latin-1")) for name, content in orjson.loads(headers)) if headers else ()
