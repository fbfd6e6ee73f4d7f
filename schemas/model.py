"""The ground every model stands on: how it is decoded, and the numbers and words it may hold.

Everything that travels is a frozen, strict pydantic model. One class serves both doors: readers of
topics ignore fields they do not know (`extra="ignore"`), the front door decodes the same class with
`extra="forbid"`. An enum value from a newer version reads as `unknown`; the front door refuses it.

What the engine holds by the million is a frozen, strict pydantic dataclass with slots instead: on the wire the same,
in memory a sixth (measured: an ask of 560 bytes instead of 3,600), and read and made in less than half the time.
"""

from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass

MS_MAX = 2**43  # the year 2248; keeps every sum of times far under 2**53
COORDINATE_M_MAX = 2_000_000
REACH_M_MAX = 500_000
UNITS_MAX = 10_000
LIST_ITEMS_MAX = 32
BLOCKED_MAX = 1_000

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$"  # no @, no blanks: an id is never a name or an address
CODE_PATTERN = r"^[a-z][a-z0-9-]{0,39}$"
LANGUAGE_PATTERN = r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
NEED_PATTERN = r"^[a-z]{2,8}:[a-z0-9]([a-z0-9.-]{0,78}[a-z0-9])?$"

Ms = Annotated[int, Field(ge=0, le=MS_MAX)]
DurationMs = Annotated[int, Field(ge=0, le=366 * 86_400_000)]
Coordinate = Annotated[int, Field(ge=-COORDINATE_M_MAX, le=COORDINATE_M_MAX)]
ReachM = Annotated[int, Field(ge=0, le=REACH_M_MAX)]
Units = Annotated[int, Field(ge=1, le=UNITS_MAX)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Ppm = Annotated[int, Field(ge=0, le=1_000_000)]
Points = Annotated[int, Field(ge=-(2**53), le=2**53)]

Id = Annotated[str, Field(pattern=ID_PATTERN)]
CodeWord = Annotated[str, Field(pattern=CODE_PATTERN)]
Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
NeedCode = Annotated[str, Field(pattern=NEED_PATTERN)]

Languages = Annotated[tuple[Language, ...], Field(max_length=LIST_ITEMS_MAX)]
CodeWords = Annotated[tuple[CodeWord, ...], Field(max_length=LIST_ITEMS_MAX)]
Needs = Annotated[tuple[NeedCode, ...], Field(min_length=1, max_length=LIST_ITEMS_MAX)]
Members = Annotated[tuple[Id, ...], Field(max_length=BLOCKED_MAX)]


class Model(BaseModel):
    """A value that travels: frozen, strict, decoded with `model_validate_json`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    # Every field in the order in which it is written, with its default; PydanticUndefined where there is none.
    _blank: ClassVar[dict[str, Any]] = {}
    _field_names: ClassVar[set[str]] = set()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Keep the fields at hand for `trusted`."""
        super().__pydantic_init_subclass__(**kwargs)
        cls._blank = {name: field.get_default(call_default_factory=True) for name, field in cls.model_fields.items()}
        cls._field_names = set(cls._blank)

    @classmethod
    def trusted(cls, **fields: Any) -> Self:
        """The model with these fields, unchecked: equal to the checked one, at half its cost.

        Only for what the engine makes by the million, from values that were checked when they came in. What was
        forgotten cannot be written, and tests decode whatever the engine wrote.
        """
        values = cls._blank | fields
        assert len(values) == len(cls._field_names), f"{cls.__name__} has no such field"
        one = object.__new__(cls)
        _TELL_VALUES(one, values)
        _TELL_FIELDS(one, cls._field_names)
        _TELL_EXTRA(one, None)
        _TELL_PRIVATE(one, None)
        return one


_TELL_VALUES = BaseModel.__dict__["__dict__"].__set__
_TELL_FIELDS, _TELL_EXTRA, _TELL_PRIVATE = (
    BaseModel.__dict__[f"__pydantic_{name}__"].__set__ for name in ("fields_set", "extra", "private")
)
"""What pydantic keeps beside the fields: a frozen model lets nobody set it, the slots themselves do."""


HELD = ConfigDict(strict=True, extra="ignore")
"""Of the dataclasses that the engine holds by the million: decoded and changed through their type adapters."""


class Word:
    """A word whose text is at hand: it is read whenever the word is written, and `Enum` goes through Python each time."""

    if not TYPE_CHECKING:  # who reads the code reads that of `StrEnum`
        value = property(attrgetter("_value_"))


class Code(Word, StrEnum):
    """A closed list of words. A word from a newer version reads as `unknown`, which nobody may send."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls.__members__.get("unknown")


@dataclass(frozen=True, slots=True, kw_only=True, config=HELD)
class Place:
    """The centre of a cell on the community's plane, in whole metres. Never an address."""

    x_m: Coordinate
    y_m: Coordinate
