"""What a question may say: in its path, or behind the question mark."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from schemas.model import Id
from schemas.states import OfferStatus
from services.board.paging import PAGE_ROWS_MAX

ROWS = 50
CURSOR_CHARS_MAX = 512
CAUSE_CHARS_MAX = 512


class Order(StrEnum):
    """How asks that wait are ordered."""

    age = "age"
    urgency = "urgency"


class WrongError(ValueError):
    """A question that cannot be answered as it was asked; the sentence is for whoever asked."""


@dataclass(frozen=True)
class Parameter:
    """One of them."""

    name: str
    meaning: str
    schema: Mapping[str, Any]
    """Its JSON Schema."""
    required: bool = True
    default: Any = None

    def read(self, said: str | None) -> Any:
        """The value.

        Raises:
            WrongError: it is missing, or not as the schema says.
        """
        if said is None:
            if self.required:
                raise WrongError(f"`{self.name}` is missing: {self.meaning}")
            return self.default
        return _value(self, said)


def _value(parameter: Parameter, said: str) -> Any:
    schema = parameter.schema
    if schema["type"] == "integer":
        if not said.isascii() or not said.isdigit() or not schema["minimum"] <= int(said) <= schema["maximum"]:
            raise WrongError(f"`{parameter.name}` is a whole number from {schema['minimum']} to {schema['maximum']}")
        return int(said)
    if "enum" in schema and said not in schema["enum"]:
        raise WrongError(f"`{parameter.name}` is one of {', '.join(schema['enum'])}")
    if "pattern" in schema:
        try:
            ID.validate_python(said)
        except ValidationError:
            raise WrongError(f"`{parameter.name}` is no id: {parameter.meaning}") from None
    if len(said) > schema.get("maxLength", len(said)):
        raise WrongError(f"`{parameter.name}` has at most {schema['maxLength']} characters")
    return said


ID: TypeAdapter[str] = TypeAdapter(Id)
ID_SCHEMA = ID.json_schema()

COMMUNITY = Parameter("community", "The community's id.", ID_SCHEMA)
ONLY = Parameter("community", "Of this community only; without it, of all.", ID_SCHEMA, required=False)
ASK = Parameter("ask", "The ask's id.", ID_SCHEMA)
OFFER = Parameter("offer", "The offer's id.", ID_SCHEMA)
MATCH = Parameter("match", "The match's id.", ID_SCHEMA)
MEMBER = Parameter("member", "The member's opaque id.", ID_SCHEMA)
NAME = Parameter("name", "The id of an ask, an offer, a match or a member.", ID_SCHEMA)
CAUSE = Parameter("cause", "An event's `source/id`.", {"type": "string", "maxLength": CAUSE_CHARS_MAX})
ORDER = Parameter(
    "order",
    "By age, oldest first, or by urgency, most urgent first.",
    {"type": "string", "enum": [each.value for each in Order]},
    required=False,
    default=Order.age.value,
)
STATUS = Parameter(
    "status", "Of this status only.", {"type": "string", "enum": [each.value for each in OfferStatus]}, required=False
)
AFTER = Parameter(
    "after",
    "`next` of the page before; without it, the first page.",
    {"type": "string", "maxLength": CURSOR_CHARS_MAX},
    required=False,
)
LIMIT = Parameter(
    "limit",
    "Rows on a page.",
    {"type": "integer", "minimum": 1, "maximum": PAGE_ROWS_MAX},
    required=False,
    default=ROWS,
)
PAGED = (AFTER, LIMIT)
