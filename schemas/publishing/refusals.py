"""Where a reader would refuse, or lose, what a writer may write: two JSON Schemas compared in one direction.

Covers the part of JSON Schema that our models use. A keyword that it does not know counts as a refusal as soon
as it differs, so that nothing passes because the comparison did not understand it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.publishing.keywords import READS_AS, SAID_FOR_PEOPLE, STRUCTURE, Refusal, Schema, told, value_refusals

DEFS = "#/$defs/"
Above = frozenset[tuple[str, str]]
"""Pairs of references that are being compared further up."""


@dataclass(frozen=True)
class Comparison:
    """A reader and a writer, each a whole schema that its references point into."""

    reader: Schema
    writer: Schema
    writer_is_older: bool
    """An older writer may say what the reader no longer looks at, or mean a default that has changed since; a
    newer one may use words that the reader takes for the one it falls back to."""

    def refusals(self) -> Iterator[Refusal]:
        """Every refusal, in the order of the writer's fields."""
        return self._values("$", self.reader, self.writer, frozenset())

    def _values(self, path: str, reader: Schema, writer: Schema, above: Above) -> Iterator[Refusal]:
        if "$ref" in reader and "$ref" in writer:
            pair = (reader["$ref"], writer["$ref"])
            if pair in above:
                return  # a model that holds itself is being compared already
            above |= {pair}
        reader, writer = _resolved(self.reader, reader), _resolved(self.writer, writer)
        if _alternatives(reader) or _alternatives(writer):
            yield from self._unions(path, reader, writer, above)
            return
        yield from value_refusals(path, reader, writer, reads_new_words=not self.writer_is_older)
        if reader.get("type") == writer.get("type") == "array" and "items" in reader:
            yield from self._values(f"{path}[*]", reader["items"], writer.get("items", {}), above)
        if reader.get("type") == writer.get("type") == "object":
            yield from self._objects(path, reader, writer, above)

    def _objects(self, path: str, reader: Schema, writer: Schema, above: Above) -> Iterator[Refusal]:
        takes, writes = reader.get("properties", {}), writer.get("properties", {})
        for field in sorted(set(reader.get("required", ())) - set(writer.get("required", ()))):
            yield Refusal(f"{path}.{field}", "required", "required", "optional" if field in writes else "absent")
        for field, written in writes.items():
            if field in takes:
                yield from self._values(f"{path}.{field}", takes[field], written, above)
                yield from self._defaults(f"{path}.{field}", takes[field], written)
            elif self.writer_is_older:
                yield Refusal(f"{path}.{field}", "removed", "absent", "a field")
        yield from self._keys(path, reader, writer, above)

    def _keys(self, path: str, reader: Schema, writer: Schema, above: Above) -> Iterator[Refusal]:
        """Mappings, whose keys are the writer's choice: both sides are one, and their values compare."""
        takes, writes = reader.get("additionalProperties", True), writer.get("additionalProperties", True)
        if isinstance(takes, dict) and isinstance(writes, dict):
            yield from self._values(f"{path}.*", takes, writes, above)
        elif isinstance(takes, dict) or isinstance(writes, dict):
            yield Refusal(path, "shape", _shape(takes), _shape(writes))
        elif takes is False and writes is not False:
            yield Refusal(path, "additionalProperties", "no other fields", "other fields")

    def _defaults(self, path: str, reader: Schema, writer: Schema) -> Iterator[Refusal]:
        if self.writer_is_older and "default" in reader and "default" in writer:
            now, before = reader["default"], writer["default"]
            if _means_otherwise(before, now):
                yield Refusal(path, "default", f"default {told(now)}", f"default {told(before)}")

    def _unions(self, path: str, reader: Schema, writer: Schema, above: Above) -> Iterator[Refusal]:
        for keyword in sorted(reader.keys() - STRUCTURE - SAID_FOR_PEOPLE - {READS_AS}):
            if reader[keyword] != writer.get(keyword):
                yield Refusal(
                    path, keyword, f"{keyword} {told(reader[keyword])}", f"{keyword} {told(writer.get(keyword))}"
                )
        takes, writes = _tagged(reader), _tagged(writer)
        if takes and writes and _tag_of(reader) != _tag_of(writer):
            yield Refusal(path, "discriminator", f"told apart by {_tag_of(reader)}", f"told apart by {_tag_of(writer)}")
        elif takes and writes:
            for tag, written in writes.items():
                if tag in takes:
                    yield from self._values(f"{path}<{tag}>", takes[tag], written, above)
                elif self.writer_is_older or READS_AS not in reader:
                    yield Refusal(f"{path}<{tag}>", "kind", "unknown kind", "a kind")
        else:
            for written in _alternatives(writer) or (writer,):
                yield from self._nearest(path, _alternatives(reader) or (reader,), written, above)

    def _nearest(self, path: str, readers: tuple[Schema, ...], writer: Schema, above: Above) -> list[Refusal]:
        """What the alternative that takes most of it still refuses: nothing, if any takes all."""
        refused = [list(self._values(path, reader, writer, above)) for reader in readers]
        return min(refused, key=lambda found: (any(at.path == path and at.rule == "type" for at in found), len(found)))


def _resolved(root: Schema, node: Schema) -> Schema:
    while "$ref" in node:
        reference = node["$ref"]
        if not reference.startswith(DEFS):
            raise ValueError(f"{reference} points out of its document; a published schema is complete in itself")
        node = {**root["$defs"][reference.removeprefix(DEFS)], **{k: v for k, v in node.items() if k != "$ref"}}
    return node


def _alternatives(node: Schema) -> tuple[Schema, ...]:
    return tuple(node.get("anyOf") or node.get("oneOf") or ())


def _tagged(node: Schema) -> Mapping[str, Schema]:
    """Tag → schema of that kind, where kinds are told apart by a field."""
    mapping = node.get("discriminator", {}).get("mapping", {})
    return {tag: {"$ref": reference} for tag, reference in mapping.items()}


def _shape(other_keys: object) -> str:
    return "a mapping" if isinstance(other_keys, dict) else "fields with names"


def _tag_of(node: Schema) -> str:
    return str(node["discriminator"]["propertyName"])


def _means_otherwise(before: object, now: object) -> bool:
    """Whether a default changed what leaving the field out means; one that only gained fields did not."""
    if isinstance(before, dict) and isinstance(now, dict):
        return any(key not in now or _means_otherwise(value, now[key]) for key, value in before.items())
    return before != now
