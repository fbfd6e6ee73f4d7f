"""A small document, and one change of it at a time: what each breaks, if anything."""

from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from schemas.model import Code, Model
from schemas.publishing.documents import Document, Flow
from schemas.publishing.json_schema import json_schema
from schemas.publishing.keywords import Schema


class Colour(Code):
    """An open list: a reader falls back to `unknown`."""

    red = "red"
    green = "green"
    unknown = "unknown"


class FewerColours(Code):
    """`green` is gone."""

    red = "red"
    unknown = "unknown"


class MoreColours(Code):
    """`blue` is new."""

    red = "red"
    green = "green"
    blue = "blue"
    unknown = "unknown"


class Spot(Model):
    """A place."""

    x_m: Annotated[int, Field(ge=0, le=100)]


class NarrowSpot(Model):
    """A place in a smaller world."""

    x_m: Annotated[int, Field(ge=0, le=50)]


class Walk(Model):
    """One kind."""

    kind: Literal["walk"] = "walk"
    metres: int


class Ride(Model):
    """Another kind."""

    kind: Literal["ride"] = "ride"
    metres: int


class LongRide(Model):
    """Another kind, of which more is wanted."""

    kind: Literal["ride"] = "ride"
    metres: Annotated[int, Field(ge=1_000)]


class Swim(Model):
    """A kind nobody has heard of."""

    kind: Literal["swim"] = "swim"


class Dial(Model):
    """Some settings."""

    base: int = 5


class WiderDial(Model):
    """Some settings and one more."""

    base: int = 5
    extra: int = 0


class TurnedDial(Model):
    """Some settings, and what leaving one out means has changed."""

    base: int = 6


class TaggedWalk(Model):
    """A kind told apart by another field."""

    fact: Literal["walk"] = "walk"
    metres: int


class TaggedRide(Model):
    """Another kind told apart by another field."""

    fact: Literal["ride"] = "ride"
    metres: int


Kinds = Annotated[Walk | Ride, Field(discriminator="kind")]

FIELDS: dict[str, Any] = {
    "id": Annotated[str, Field(pattern="^[a-z]+$", max_length=10)],
    "count": Annotated[int, Field(ge=1, le=10)],
    "reach": (Annotated[int, Field(le=100)] | None, None),
    "colour": (Colour, Colour.red),
    "mark": (Literal["held", "escalated"], "held"),
    "spot": (Spot | None, None),
    "words": (Annotated[tuple[str, ...], Field(max_length=5)], ()),
    "parts": (dict[str, int], {}),
    "dial": (Dial, Dial()),
    "moves": (tuple[Kinds, ...], ()),
    "rule": Annotated[str, Field(pattern="^[a-z]+$")] | Annotated[str, Field(pattern="^[0-9]+$")],
}
GONE = None


def schema_with(**changes: Any) -> Schema:
    """The published schema of the document with some fields changed, added, or taken away (`GONE`)."""
    fields = {name: field for name, field in (FIELDS | changes).items() if field is not GONE}
    return json_schema(document(Flow.inwards, create_model("Story", __base__=Model, __doc__="A story.", **fields)))


def document(flow: Flow, model: type[Model] = Model) -> Document:
    """The document under the name it has in every test."""
    return Document("story", 1, model, flow)
