"""One value under two schemas: what the reader's keywords refuse of what the writer's allow.

Each rule answers with pairs of phrases, the reader's and the writer's, under the keyword that stands in the way.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

READS_AS = "x-reads-as"
FLOORS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
CEILINGS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
SAID_FOR_PEOPLE = frozenset({"title", "description", "examples", "deprecated", "$schema", "$id", "$defs", "$comment"})
STRUCTURE = frozenset(
    {"$ref", "anyOf", "oneOf", "discriminator", "items", "properties", "required", "additionalProperties", "default"}
)
COMPARED = frozenset({"type", "const", "enum", "pattern", *FLOORS, *CEILINGS, READS_AS})
JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


@dataclass(frozen=True, order=True)
class Refusal:
    """One place where the reader does not take what the writer may write."""

    path: str
    """Where in the document: `$.place.x_m`, `$.facts[*]<match.proposed>.units`."""
    rule: str
    """What stands in the way: a keyword of JSON Schema, or `removed`, `kind`, `shape`."""
    reader: str
    writer: str


def value_refusals(path: str, reader: Schema, writer: Schema, *, reads_new_words: bool) -> Iterator[Refusal]:
    """Every refusal among the keywords that speak of one value and not of what lies in it.

    Args:
        reads_new_words: the reader takes a word that it does not know for the one its list falls back to.
    """
    writes = words(writer)
    if writes is None:
        yield from _types(path, reader, writer)
        yield from _bounds(path, reader, writer)
        yield from _patterns(path, reader, writer)
    yield from _words(path, reader, writes, reads_new_words=reads_new_words)
    yield from _not_understood(path, reader, writer)


def words(schema: Schema) -> list[Any] | None:
    """The finite list of values a schema allows; None: any number of them."""
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")


def told(value: object) -> str:
    """A value as JSON, cut where it grows long."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _types(path: str, reader: Schema, writer: Schema) -> Iterator[Refusal]:
    takes, writes = reader.get("type"), writer.get("type")
    if takes is not None and takes != writes and (takes, writes) != ("number", "integer"):
        yield Refusal(path, "type", str(takes), str(writes or "any type"))


def _bounds(path: str, reader: Schema, writer: Schema) -> Iterator[Refusal]:
    for keyword in (*FLOORS, *CEILINGS):
        if keyword not in reader:
            continue
        limit, reached = reader[keyword], writer.get(keyword)
        if reached is None or (reached < limit if keyword in FLOORS else reached > limit):
            yield Refusal(
                path, keyword, f"{keyword} {limit}", f"no {keyword}" if reached is None else f"{keyword} {reached}"
            )


def _patterns(path: str, reader: Schema, writer: Schema) -> Iterator[Refusal]:
    """Whether one pattern takes all that another does cannot be told, so another pattern counts as narrower."""
    takes, writes = reader.get("pattern"), writer.get("pattern")
    if takes is not None and takes != writes:
        yield Refusal(path, "pattern", f"pattern {takes}", f"pattern {writes}" if writes else "no pattern")


def _words(path: str, reader: Schema, writes: list[Any] | None, *, reads_new_words: bool) -> Iterator[Refusal]:
    takes = words(reader)
    if takes is not None and READS_AS in reader and reads_new_words:
        return
    if writes is None and takes is not None:
        yield Refusal(path, "enum", f"one of {told(takes)}", "any value")
    for value in writes or ():
        if not (value in takes if takes is not None else _allows(reader, value)):
            yield Refusal(path, "enum", f"{told(value)} not allowed", f"{told(value)} allowed")


def _allows(schema: Schema, value: Any) -> bool:
    """Whether an unlisted value passes the other keywords, as far as single words and numbers need it."""
    alone: Schema = {"type": JSON_TYPES.get(type(value), "null"), "minimum": value, "maximum": value}
    if isinstance(value, str):
        alone = {"type": "string", "minLength": len(value), "maxLength": len(value)}
        if not re.search(schema.get("pattern", ""), value):
            return False
        alone["pattern"] = schema.get("pattern")
    return not any(True for rule in (_types, _bounds, _patterns) for _ in rule("$", schema, alone))


def _not_understood(path: str, reader: Schema, writer: Schema) -> Iterator[Refusal]:
    for keyword in sorted(reader.keys() - SAID_FOR_PEOPLE - STRUCTURE - COMPARED):
        if reader[keyword] != writer.get(keyword):
            writes = told(writer[keyword]) if keyword in writer else "absent"
            yield Refusal(path, keyword, f"{keyword} {told(reader[keyword])}", f"{keyword} {writes}")
