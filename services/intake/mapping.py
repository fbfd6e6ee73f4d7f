"""A mapping says how the rows of a table become events. It is a TOML document; `docs/mappings.md` explains it by example.

    describes = "…"                      # one sentence: what data this is and what the mapping adds to it
    delimiter = ","                      # of the columns; this is the default
    kind_column = "kind"                 # the column that says what a row is; without it every row is of the one kind
    answers = "accept"                   # how a simulation answers unless told otherwise; may be left out

    [community]                          # defined before the first row; every row belongs to it
    id = "city-hour"
    origin_lat = 0.0                     # of its plane, in degrees; both 0 by default
    origin_lon = 0.0
    cell_m = 1                           # how far places are widened, in metres; 250 by default

    [time]                               # when a row came
    column = "at_s"
    unit = "s"                           # ms, s, min, h, d after `origin`; or "rfc3339", and then no origin
    origin = 2026-01-05T08:00:00Z

    [policy]                             # laid over whatever policy the load is given; may be left out
    open_slots = 1

    [kinds.ask]                          # rows whose `kind` is "ask"
    event = "ask.opened"
    id = { column = "id" }               # the event's id

    [kinds.ask.fields]                   # the event's fields; `community` is filled in
    need = { value = "oe:102-03" }       # a constant for what the table lacks
    member = { column = "id", prefix = "m-" }
    place.x_m = { column = "x_m", as = "whole" }
    list_until_ms = { column = "patience_s", as = "after", unit = "s" }

A field is a constant (`value`) or a column, read `as` text (the default), whole, number, flag, list (split at
`separator`, ";" by default), time (on the clock of `[time]`) or after (so long after the row's own time, in `unit`).
`prefix` is put before a text, `words` translates it by a table and refuses what is not in it, `optional = true` leaves
the field out where the cell is empty.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, Self

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from schemas.model import MS_MAX, Id
from schemas.operations import CommunityDefined
from schemas.policy import Policy
from services.intake.cells import Unit
from services.intake.envelope import MODELS, event_type
from services.intake.schema_errors import sentences

As = Literal["text", "whole", "number", "flag", "list", "time", "after"]
Scalar = bool | int | float | str
UDEG: Final = 1_000_000
COLUMN_ONLY: Final = ("as_", "prefix", "words", "separator", "unit", "optional")


class MappingError(ValueError):
    """A mapping, or a table under it, that cannot be used at all; names what is wrong and where, quotes no row."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Source(_Part):
    """Where a field's value comes from: a constant, or a column and how to read it."""

    value: Scalar | list[Scalar] | None = None
    column: str | None = None
    as_: Annotated[As, Field(alias="as")] = "text"
    unit: Unit = "s"
    prefix: str = ""
    words: dict[str, str] = {}
    separator: Annotated[str, Field(min_length=1)] = ";"
    optional: bool = False

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.value is None) == (self.column is None):
            raise ValueError("give either `value` or `column`")
        if self.column is None and not self.model_fields_set.isdisjoint(COLUMN_ONLY):
            raise ValueError("a constant `value` takes nothing beside it")
        return self


class Kind(_Part):
    """One kind of row and the event it becomes."""

    event: str
    id: Source
    fields: dict[str, Source]
    """By path: `member`, `place.x_m`."""

    @field_validator("fields", mode="before")
    @classmethod
    def _by_path(cls, value: object) -> object:
        return dict(_flat(value)) if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _speaks_of_the_event(self) -> Self:
        if self.event not in MODELS:
            raise ValueError(f"`{self.event}` is no event this version knows; one of {', '.join(sorted(MODELS))}")
        fields = MODELS[self.event].model_fields
        given = {path.split(".")[0] for path in self.fields}
        unknown = sorted(given - (fields.keys() - {"type", "community"}))
        needed = {name for name, field in fields.items() if field.is_required()} - {"community"}
        missing = sorted(needed - given)
        if unknown:
            raise ValueError(f"`{self.event}` has no field {', '.join(unknown)} to fill; leave it out")
        if missing:
            raise ValueError(f"`{self.event}` also needs {', '.join(missing)}; give a column or a constant for each")
        return self

    def columns(self) -> frozenset[str]:
        """The columns a row of this kind is read from."""
        return frozenset(source.column for source in (self.id, *self.fields.values()) if source.column is not None)


class CommunityPart(_Part):
    """The one community all rows belong to."""

    id: Id
    origin_lat: Annotated[float, Field(ge=-85, le=85)] = 0
    origin_lon: Annotated[float, Field(ge=-180, le=180)] = 0
    cell_m: Annotated[int, Field(ge=1, le=10_000)] = 250


class TimePart(_Part):
    """The clock of the table."""

    column: str
    unit: Unit | Literal["rfc3339"] = "s"
    origin: AwareDatetime | None = None

    @property
    def origin_ms(self) -> int:
        """Milliseconds since 1970 at which the table's clock shows 0."""
        return 0 if self.origin is None else round(self.origin.timestamp() * 1_000)

    @model_validator(mode="after")
    def _has_an_origin(self) -> Self:
        if (self.origin is None) == (self.unit != "rfc3339"):
            raise ValueError("units count from an `origin`, a moment with its offset; rfc3339 moments have none")
        if not 0 <= self.origin_ms <= MS_MAX:
            raise ValueError("`origin` lies before 1970 or beyond 2248")
        return self


class CsvMapping(_Part):
    """A whole mapping; made by `parse`, then only read."""

    describes: str
    community: CommunityPart
    time: TimePart
    kinds: Annotated[dict[str, Kind], Field(min_length=1)]
    kind_column: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    policy: dict[str, object] = {}
    answers: str | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.kind_column is None and len(self.kinds) > 1:
            raise ValueError("rows of several kinds need a `kind_column` that tells them apart")
        self.policy_over(Policy())
        return self

    @property
    def definition(self) -> CommunityDefined:
        """The community, as it is to be defined before the first row."""
        part = self.community
        return CommunityDefined(
            community=part.id,
            origin_lat_udeg=round(part.origin_lat * UDEG),
            origin_lon_udeg=round(part.origin_lon * UDEG),
            cell_m=part.cell_m,
        )

    def policy_over(self, policy: Policy) -> Policy:
        """A policy with this mapping's own wishes laid over it, deeply.

        Raises:
            ValueError: the outcome is no policy.
        """
        try:
            return Policy.model_validate_json(
                orjson.dumps(_laid_over(policy.model_dump(mode="json"), self.policy)), extra="forbid"
            )
        except ValidationError as error:
            raise ValueError(sentences(error, within=("policy",))) from None

    def columns(self) -> frozenset[str]:
        """Every column a table under this mapping must have."""
        named = {self.time.column} | ({self.kind_column} if self.kind_column else set())
        return frozenset(named.union(*(kind.columns() for kind in self.kinds.values())))

    def first_event(self) -> bytes:
        """The event that defines the community, ready to be submitted."""
        data = self.definition.model_dump(mode="json")
        event_id = f"community.{self.community.id}"[:80]
        return orjson.dumps({"specversion": "1.0", "id": event_id, "type": event_type(data["type"]), "data": data})


def parse(document: Mapping[str, object], name: str) -> CsvMapping:
    """The mapping in a TOML document.

    Raises:
        MappingError: it does not hold together; names each key.
    """
    try:
        return CsvMapping.model_validate(document)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        told = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'as a whole'}: {problem['msg']}" for problem in problems
        )
        raise MappingError(f"mapping {name} does not hold together; see docs/mappings.md: {told}") from None


def _flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """`place.x_m = {…}` is a table in a table to TOML; here it is one field with a path."""
    for key, value in table.items():
        if isinstance(value, Mapping) and value.keys().isdisjoint({"value", "column"}):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _laid_over(below: dict[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        merged[key] = _laid_over(inner, value) if isinstance(inner, dict) and isinstance(value, Mapping) else value
    return merged
