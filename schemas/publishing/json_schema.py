"""JSON Schema (draft 2020-12) of a published document, written from its model.

A schema describes what travels: the tag that tells kinds apart is always there, so it is required although
Python has a default for it. A list of words that may grow says `x-reads-as`: readers take a word that they
do not know for that one. Fields may be added at any time; readers ignore what they do not know.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from schemas.model import Code
from schemas.publishing.attribute_docs import attribute_docs, unwrapped
from schemas.publishing.documents import EVENT_DOCUMENTS, Document
from schemas.publishing.keywords import READS_AS

TAGS = ("type", "fact", "kind")
"""The fields by which readers tell events, facts and journal records apart."""
DOCUMENTS_KEPT = 256


class TravellingSchema(GenerateJsonSchema):
    """Pydantic's generator, made to say what the docstrings say and nothing that is mere repetition."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of a model, each field with its own docstring, tags required."""
        return _documented(super().model_schema(schema), schema["cls"])

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """The same for a value that is held by the million: on the wire nobody can tell."""
        return _documented(super().dataclass_schema(schema), schema["cls"])

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """The words of a list, and which of them a word from the future reads as."""
        written = super().enum_schema(schema)
        cls = schema["cls"]
        if issubclass(cls, Code) and "unknown" in cls.__members__:
            written[READS_AS] = "unknown"
        return written

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: a title made from the field's name tells nobody anything."""
        return False


@lru_cache(maxsize=DOCUMENTS_KEPT)
def json_schema(document: Document) -> dict[str, Any]:
    """The schema of a document as it is published, complete in itself. Shared: whoever gets it leaves it as it is."""
    written = document.model.model_json_schema(schema_generator=TravellingSchema)
    if document in EVENT_DOCUMENTS:
        _forbid_unknown_words(written)
    return {"$schema": TravellingSchema.schema_dialect, "$id": document.urn, **written}


def as_read(schema: Any) -> Any:
    """The schema as a reader applies it: a word that is not listed is taken for `x-reads-as`, not refused."""
    if isinstance(schema, dict):
        open_list = READS_AS in schema
        return {key: as_read(value) for key, value in schema.items() if not (open_list and key == "enum")}
    if isinstance(schema, list):
        return [as_read(value) for value in schema]
    return schema


def _documented(written: JsonSchemaValue, cls: type[Any]) -> JsonSchemaValue:
    docs = attribute_docs(cls)
    properties: dict[str, JsonSchemaValue] = written.get("properties", {})
    for field, inner in properties.items():
        if field in docs:
            inner["description"] = docs[field]
        if field in TAGS and "const" in inner:
            inner.pop("default", None)
            written["required"] = sorted({*written.get("required", ()), field})
    if "description" in written:
        written["description"] = unwrapped(written["description"])
    return written


def _forbid_unknown_words(schema: dict[str, Any]) -> None:
    """Take `unknown` from an event's lists: readers fall back to it, nobody may send it."""
    for node in _nodes(schema):
        if READS_AS in node:
            node["enum"] = [word for word in node["enum"] if word != node[READS_AS]]


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from _nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _nodes(value)
