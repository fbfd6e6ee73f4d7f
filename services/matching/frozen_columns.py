"""Values of one type as one JSON column and back, worked out from the type: what state is frozen with.

A column is written and read by loops that run in C, without a look at each value in Python, and nothing in it is
validated again: whoever reads one vouches for its bytes. A type without a column of its own goes by its pydantic
schema, value by value.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

import orjson
from pydantic import TypeAdapter

from services.matching.ids import NOBODYS, Ids, ids_of

PLAIN = frozenset({int, bool, NoneType})
ALL = "all"
"""Key of a column in which every value is the same."""
AS = "as"
"""Key of a column that is another one, by its name."""
KEYS = "keys"
"""Stands for the keys of the table, as the name of a column."""
NOTHING: tuple[str, ...] = ()
EMPTY: Mapping[str, int] = {}


@dataclass(slots=True)
class Held:
    """What was read so far and may stand in many places: each is held once."""

    texts: dict[str, str] = field(default_factory=dict)
    alone: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Id → the tuple of it alone."""
    is_last: bool = False
    """No table that is read after this one speaks of others."""
    keys: Sequence[str] = ()
    """Of the rows that are read."""
    values: dict[tuple["Column", bytes], Any] = field(default_factory=dict)


class Column(Protocol):
    """One type's way into JSON and back."""

    def pack(self, values: Sequence[Any], *, in_order: bool) -> Any:
        """JSON for the values.

        Args:
            in_order: keys of mappings are sorted, so that equal values become equal bytes.
        """

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """The values again, `count` of them."""


@cache
def column_of(hint: Any) -> Column:
    """The column for a type, as `get_type_hints` tells it."""
    if hint == Ids:
        return IdsColumn()
    several = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kinds = [kind for kind in several if kind not in (NoneType, None)]
    if PLAIN.issuperset(kinds):
        return PlainColumn(tuple(kinds))
    return _column_of_one(kinds[0], hint, is_optional=len(several) > 1) if len(kinds) == 1 else _column_of_any(hint)


def _column_of_one(kind: Any, hint: Any, *, is_optional: bool) -> Column:
    if kind is str:
        return TextColumn()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return EnumColumn(kind)
    if _is_slotted(kind):
        return RecordColumn(kind, is_optional=is_optional)
    if is_optional:
        return _column_of_any(hint)
    if kind == Mapping[str, int]:
        return CountsColumn()
    if kind == dict[str, None]:
        return NamesColumn(TypeAdapter(hint))
    if kind == tuple[int, ...]:
        return NumbersColumn()
    return TupleColumn() if kind == tuple[str, ...] else _column_of_any(hint)


def _column_of_any(hint: Any) -> Column:
    return AnyColumn(TypeAdapter(hint))


def _is_slotted(kind: Any) -> bool:
    """A dataclass whose fields are slots, all of them its own: they can be filled without asking its constructor."""
    if not (isinstance(kind, type) and is_dataclass(kind) and "__slots__" in vars(kind)):
        return False
    return {one.name for one in fields(kind)} <= vars(kind).keys()


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """Numbers and truths, as JSON has them; equal ones that stand near each other are held once."""

    kinds: tuple[type, ...]

    def pack(self, values: Sequence[Any], *, in_order: bool) -> Any:
        """See `Column`."""
        return _folded(values)

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        shared = {} if isinstance(packed, dict) else dict(zip(packed, packed, strict=True))
        return list(map(shared.__getitem__, packed)) if shared and 2 * len(shared) < count else _unfolded(packed, count)


@dataclass(frozen=True, slots=True)
class TextColumn:
    """Ids and code words."""

    def pack(self, values: Sequence[Any], *, in_order: bool) -> Any:
        """See `Column`."""
        return _folded(values)

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        texts = _unfolded(packed, count)
        return list(map(held.texts.setdefault, texts, texts))


class EnumColumn:
    """Words of a closed list."""

    def __init__(self, kind: type[Enum]) -> None:
        self._members = {None: None} | {member.value: member for member in kind}

    def pack(self, values: Sequence[Any], *, in_order: bool) -> Any:
        """See `Column`."""
        return _folded(values)

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        return list(map(self._members.__getitem__, _unfolded(packed, count)))


@dataclass(frozen=True, slots=True)
class TupleColumn:
    """A few texts each; equal ones are held once."""

    def pack(self, values: Sequence[Any], *, in_order: bool) -> Any:
        """See `Column`."""
        return _folded(values)

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        tuples = {one: one for one in map(tuple, _unfolded(packed, count))}
        return [tuples[one] for one in map(tuple, _unfolded(packed, count))]


@dataclass(frozen=True, slots=True)
class IdsColumn:
    """What each holds of others."""

    def pack(self, values: Sequence[Any], *, in_order: bool) -> Any:
        """See `Column`."""
        if in_order:
            return [sorted(one) if one else NOTHING for one in values]
        return [_few(one) for one in values] if any(values) else {ALL: None}

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        if isinstance(packed, dict):
            return [NOTHING] * count
        return [
            NOTHING if one is None else _alone(one, held) if type(one) is str else _several(one, held) for one in packed
        ]


def _few(ids: Ids) -> Any:
    """None of them, the only one, or all."""
    return None if not ids else next(iter(ids)) if len(ids) == 1 else list(ids)


def _alone(name: str, held: Held) -> Ids:
    alone = held.alone.get(name)
    if alone is None:
        alone = (held.texts.setdefault(name, name),)
        if not held.is_last:
            held.alone[name] = alone
    return alone


def _several(names: Sequence[str], held: Held) -> Ids:
    return ids_of(list(map(held.texts.setdefault, names, names)))


@dataclass(frozen=True, slots=True)
class NumbersColumn:
    """A few numbers each."""

    def pack(self, values: Sequence[Any], *, in_order: bool) -> Any:
        """See `Column`."""
        return values

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        return list(map(tuple, packed))


@dataclass(frozen=True, slots=True)
class CountsColumn:
    """Numbers by id; whoever has none shares the one that is empty."""

    def pack(self, values: Sequence[Any], *, in_order: bool) -> Any:
        """See `Column`."""
        return [one or None for one in values]

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        return [one or EMPTY for one in packed]


@dataclass(frozen=True, eq=False, slots=True)
class AnyColumn:
    """Whatever pydantic reads. Equal values are written once, and held once where nobody can change them."""

    adapter: TypeAdapter[Any]

    def pack(self, values: Sequence[Any], *, in_order: bool) -> Any:
        """See `Column`."""
        option = orjson.OPT_SORT_KEYS if in_order else 0
        places: dict[bytes, int] = {}
        at: list[int] = []
        for number, value in enumerate(values):
            if number and value is values[number - 1]:  # what nobody set is mostly one and the same
                at.append(at[-1])
                continue
            written = orjson.dumps(self.adapter.dump_python(value, mode="json"), option=option)
            at.append(places.setdefault(written, len(places)))
        return [list(map(orjson.Fragment, places)), _folded(at)]

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        written = [orjson.dumps(one) for one in packed[0]]
        places = _unfolded(packed[1], count)
        read = [self._read(one, held) for one in written]
        if any(type(one).__hash__ is None for one in read):  # may be changed: each has one of its own
            return [self.adapter.validate_json(written[place]) for place in places]
        return list(map(read.__getitem__, places))

    def _read(self, written: bytes, held: Held) -> Any:
        """Each value once, for all chunks."""
        key = self, written
        if key not in held.values:
            held.values[key] = self.adapter.validate_json(written)
        return held.values[key]


class NamesColumn(AnyColumn):
    """Names that each hold for themselves; whoever has none shares the one that is empty, until there is one."""

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        names, places = packed
        return [dict(names[place]) or NOBODYS for place in _unfolded(places, count)]


class RecordColumn:
    """A slotted dataclass: a column for each of its fields, and the places where there is none."""

    def __init__(self, kind: type[Any], *, is_optional: bool) -> None:
        hints = get_type_hints(kind)
        self._kind = kind
        self._is_optional = is_optional
        self._columns = {one.name: column_of(hints[one.name]) for one in fields(kind)}

    def pack(self, values: Sequence[Any], *, in_order: bool, keys: Sequence[str] | None = None) -> Any:
        """See `Column`.

        Args:
            keys: of the rows; what says the same is not written again.
        """
        absent = [at for at, value in enumerate(values) if value is None] if self._is_optional else []
        present = [value for value in values if value is not None] if absent else values
        packed: dict[str, Any] = {}
        told: dict[str, list[Any]] = {}
        for name, column in self._columns.items() if present else ():
            told[name] = list(map(attrgetter(name), present))
            if keys is not None and not absent:
                if told[name] == keys:
                    packed[name] = {AS: KEYS}
                    continue
                if isinstance(column, RecordColumn):
                    packed[name] = column.pack(told[name], in_order=in_order, keys=keys)
                    continue
            packed[name] = column.pack(told[name], in_order=in_order)
            if packed[name] is told[name] and (like := self._like(name, told)):
                packed[name] = {AS: like}
        return [absent, packed]

    def unpack(self, packed: Any, count: int, held: Held) -> Sequence[Any]:
        """See `Column`."""
        absent, columns = packed
        present = count - len(absent)
        made: list[Any] = [object.__new__(self._kind) for _ in range(present)]
        read: dict[str, Sequence[Any]] = {}
        for name, column in self._columns.items() if present else ():
            like = columns[name].get(AS) if isinstance(columns[name], dict) else None
            if like is None:
                read[name] = column.unpack(columns[name], present, held)
            else:
                read[name] = held.keys if like == KEYS else read[like]
            if len(read[name]) != present:
                raise ValueError(f"{self._kind.__name__}.{name} has {len(read[name])} values where {present} belong")
            _exhaust(map(_setter(self._kind, name), made, read[name]))
        for at in absent:  # ascending: each lands where it stood
            made.insert(at, None)
        return made

    def _like(self, name: str, told: dict[str, list[Any]]) -> str | None:
        """An earlier field that says the same of every one: its values are written, and held, once for both."""
        column, values = self._columns[name], told[name]
        alike = (one for one in told if one != name and self._columns[one] == column)
        return next((one for one in alike if told[one] == values), None)


def _setter(kind: type, name: str) -> Callable[[Any, Any], None]:
    """Sets a slot, of a frozen dataclass too: nobody else holds it yet."""
    setter: Callable[[Any, Any], None] = vars(kind)[name].__set__
    return setter


def _exhaust(steps: Iterable[Any]) -> None:
    deque(steps, maxlen=0)


def _folded(values: Sequence[Any]) -> Any:
    """A column in which every value is the same is that value."""
    return {ALL: values[0]} if values and values.count(values[0]) == len(values) else values


def _unfolded(packed: Any, count: int) -> list[Any]:
    return [packed[ALL]] * count if isinstance(packed, dict) else packed
