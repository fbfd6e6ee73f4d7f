"""State as chunks of bytes and back: what a snapshot is made of, and what the state hash goes over.

Which fields there are is read from the dataclasses: a new one is frozen from the day it is there, and `CODEC` is
another one from then on, so that nobody thaws a state into a version that knows more, or less, of it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from itertools import islice, repeat
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import orjson

from services.matching.frozen_columns import Held, PlainColumn, RecordColumn, column_of
from services.matching.seen import Seen
from services.matching.state import CommunityState, PartitionState

FORMAT = 3
"""Raised when the bytes mean something else although the fields are the same."""
CHUNK_BYTES_MAX = 4 * 1024 * 1024
"""Of one chunk; a single row that is larger is a chunk by itself."""
ROWS_PER_CHUNK = 8_192
HASH_SIZE = 4

Known = TypeVar("Known", PartitionState, CommunityState)
_Piece = tuple[str, list[Any], list[Any]]
"""Of a table: its name, and some of its rows with their keys."""


class ThawError(ValueError):
    """Chunks that are no state of this version. Whoever has an older snapshot takes that one, or folds the log."""


def freeze(state: PartitionState) -> Iterator[bytes]:
    """The whole state, in chunks of at most `CHUNK_BYTES_MAX` bytes; it must stand still until the last one is taken.

    Dictionaries are frozen in the order they have.
    """
    yield _encoded(_header(state))
    for community in state.communities.values():
        yield _encoded(_header(community))
        for name, keys, rows in _pieces(community):
            yield from _chunks(name, keys, rows)


def thaw(chunks: Iterable[bytes]) -> PartitionState:
    """The state that was frozen, equal in everything, in the order it had.

    Nothing is validated: the manifest's hash vouches for the bytes, and `CODEC` for what they mean.

    Raises:
        ThawError: these chunks are no state of this version.
    """
    arriving = iter(chunks)
    held = Held()
    try:
        state = _from_header(PartitionState, next(arriving, b""), held)
        community: CommunityState | None = None
        for chunk in arriving:
            read = orjson.loads(chunk)
            if isinstance(read, dict):
                community = _from_header(CommunityState, chunk, held)
                state.communities[community.community] = community
            else:
                _fill(community, read, held)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise ThawError(f"the chunks are no state of codec {CODEC}: {error}") from error
    return state


def hashed(state: PartitionState) -> str:
    """SHA-256 of what is known of each community, in canonical form.

    No offsets, no clock, no trace of how blocks were cut or in which order things came.
    """
    digest = hashlib.sha256()
    for name in sorted(state.communities):
        community = state.communities[name]
        digest.update(_encoded(_header(community, in_order=True), in_order=True))
        for table, keys, rows in _pieces(community, in_order=True):
            digest.update(_encoded([table, keys, COLUMNS[table].pack(rows, in_order=True)], in_order=True))
    return digest.hexdigest()


def codec_of(kind: type) -> int:
    """A number for what a type is made of: every field, of every dataclass in it, by name and type."""
    shape = "\n".join((str(FORMAT), *_shape(kind, set())))
    return int.from_bytes(hashlib.sha256(shape.encode()).digest()[:HASH_SIZE])


def _shape(kind: Any, known: set[Any]) -> Iterator[str]:
    if kind in known:
        return
    known.add(kind)
    for inner in get_args(kind):
        yield from _shape(inner, known)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        for one in fields(kind):
            yield f"{kind.__name__}.{one.name}: {hints[one.name]}"
            yield from _shape(hints[one.name], known)


def _is_table(hint: Any) -> bool:
    """Rows that are chunked: as many as there are people, asks, or seconds."""
    inner = get_args(hint)
    return hint is Seen or get_origin(hint) is list or (get_origin(hint) is dict and inner[0] is str)


CODEC = codec_of(PartitionState)
_HINTS = {kind: get_type_hints(kind) for kind in (PartitionState, CommunityState)}
COLUMNS = {
    name: column_of(int if hint is Seen else get_args(hint)[-1])
    for name, hint in _HINTS[CommunityState].items()
    if _is_table(hint)
}
"""Table of a community → the column of its rows."""
LAST = "members"
"""The last table that holds ids of others."""


def _header(known: PartitionState | CommunityState, *, in_order: bool = False) -> dict[str, Any]:
    """What is there once, of a partition or a community."""
    hints = _HINTS[type(known)]
    return {
        name: column_of(hint).pack([getattr(known, name)], in_order=in_order)
        for name, hint in hints.items()
        if not _is_table(hint)
    }


def _from_header(kind: type[Known], chunk: bytes, held: Held) -> Known:
    read = orjson.loads(chunk)
    once = {name: column_of(_HINTS[kind][name]).unpack(packed, 1, held)[0] for name, packed in read.items()}
    return kind(**once)


def _pieces(community: CommunityState, *, in_order: bool = False) -> Iterator[_Piece]:
    for name in COLUMNS:
        table: Any = getattr(community, name)
        keys: Iterator[Any]
        if isinstance(table, list):
            keys, rows = repeat(None, len(table)), iter(table)
        elif in_order:
            keys, rows = iter(sorted(table)), map(table.__getitem__, sorted(table))
        else:
            keys, rows = iter(table), iter(table.values())
        while some := list(islice(keys, ROWS_PER_CHUNK)):
            yield name, some, list(islice(rows, ROWS_PER_CHUNK))


def _chunks(name: str, keys: list[Any], rows: list[Any]) -> Iterator[bytes]:
    """The rows as one chunk, or as many as it takes."""
    column = COLUMNS[name]
    keyed = {"keys": keys} if isinstance(column, RecordColumn) else {}
    chunk = _encoded([name, len(rows), keys, column.pack(rows, in_order=False, **keyed)])
    if len(chunk) <= CHUNK_BYTES_MAX or len(rows) == 1:
        yield chunk
        return
    middle = len(rows) // 2
    yield from _chunks(name, keys[:middle], rows[:middle])
    yield from _chunks(name, keys[middle:], rows[middle:])


def _fill(community: CommunityState | None, read: list[Any], held: Held) -> None:
    name, count, keys, packed = read
    table = getattr(community, name)
    if isinstance(table, dict) and not isinstance(COLUMNS[name], PlainColumn):
        keys = list(map(held.texts.setdefault, keys, keys))
    held.keys, held.is_last = keys, name == LAST
    values = COLUMNS[name].unpack(packed, count, held)
    if not len(keys) == len(values) == count:
        raise ValueError(f"{name} has {len(keys)} keys and {len(values)} values, {count} were written")
    if isinstance(table, list):
        table.extend(values)
    else:
        table.update(zip(keys, values, strict=True))


def _encoded(packed: Any, *, in_order: bool = False) -> bytes:
    return orjson.dumps(packed, option=orjson.OPT_SORT_KEYS if in_order else 0)
