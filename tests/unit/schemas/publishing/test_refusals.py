"""Where the comparison finds nothing, nothing breaks: tried with schemas and values nobody thought of."""

from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schemas.publishing.json_schema import as_read
from schemas.publishing.keywords import READS_AS, Schema
from schemas.publishing.refusals import Comparison

BOUNDS = st.none() | st.integers(0, 4)
WORDS = ("a", "bb", "ccc", "unknown")
FIELDS = ("p", "q", "r")


def bounded(lowest: str, highest: str, kind: str) -> st.SearchStrategy[Schema]:
    def build(low: int | None, more: int | None) -> Schema:
        high = None if more is None else (low or 0) + more
        limits = {lowest: low, highest: high}
        return {"type": kind, **{keyword: limit for keyword, limit in limits.items() if limit is not None}}

    return st.builds(build, BOUNDS, BOUNDS)


def listed(words: list[str], open_list: bool) -> Schema:
    return {"type": "string", "enum": words, **({READS_AS: "unknown"} if open_list else {})}


def fields(properties: dict[str, Schema], required: set[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": sorted(required & properties.keys())}


WORD_LISTS = st.builds(listed, st.lists(st.sampled_from(WORDS), min_size=1, unique=True), st.booleans())
LEAVES = (
    bounded("minimum", "maximum", "integer")
    | bounded("minLength", "maxLength", "string")
    | WORD_LISTS
    | st.sampled_from([{"const": "a", "type": "string"}, {"type": "boolean"}])
)


def containers(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    arrays = st.builds(
        lambda limits, items: {**limits, "items": items}, bounded("minItems", "maxItems", "array"), inner
    )
    nullable = inner.map(lambda schema: {"anyOf": [schema, {"type": "null"}]})
    mappings = inner.map(lambda schema: {"type": "object", "additionalProperties": schema})
    objects = st.builds(
        fields, st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3), st.sets(st.sampled_from(FIELDS))
    )
    return arrays | nullable | mappings | objects


SCHEMAS = st.recursive(LEAVES, containers, max_leaves=5)


@st.composite
def changed(draw: st.DrawFn, schema: Schema) -> Schema:
    """A schema that is the same here and there."""
    if draw(st.integers(0, 9)) == 0:
        return draw(SCHEMAS)
    match schema:
        case {"anyOf": [inner, null]}:
            return draw(st.sampled_from([{"anyOf": [draw(changed(inner)), null]}, draw(changed(inner))]))
        case {"items": items}:
            return {**draw(bounded("minItems", "maxItems", "array")), "items": draw(changed(items))}
        case {"additionalProperties": values}:
            return {**schema, "additionalProperties": draw(changed(values))}
        case {"properties": properties}:
            kept = {name: draw(changed(inner)) for name, inner in properties.items()}
            added = draw(st.dictionaries(st.sampled_from(FIELDS), LEAVES, max_size=1))
            return fields(added | kept, draw(st.sets(st.sampled_from(sorted(schema["required"]) or ["p"]))))
        case {"enum": words}:
            return {**schema, "enum": draw(st.sampled_from([words, [*words, "new"], words[:1]]))}
        case {"type": "integer"}:
            return draw(st.sampled_from([schema, {"type": "integer"}, draw(bounded("minimum", "maximum", "integer"))]))
        case _:
            return schema


def values(schema: Schema) -> st.SearchStrategy[Any]:
    """Values that a writer of the schema may write."""
    match schema:
        case {"anyOf": alternatives}:
            return st.one_of([values(each) for each in alternatives])
        case {"type": "null"}:
            return st.none()
        case {"const": word}:
            return st.just(word)
        case {"enum": words}:
            return st.sampled_from(words)
        case {"type": "array", "items": items}:
            return st.lists(values(items), min_size=schema.get("minItems", 0), max_size=schema.get("maxItems", 8))
        case {"type": "object", "additionalProperties": inner}:
            return st.dictionaries(st.text(max_size=3), values(inner), max_size=3)
        case {"type": "object"}:
            every = {name: values(inner) for name, inner in schema["properties"].items()}
            needed = {name: every.pop(name) for name in schema["required"]}
            return st.fixed_dictionaries(needed, optional=every)
        case {"type": "integer"}:
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case {"type": "boolean"}:
            return st.booleans()
        case _:
            return st.text(min_size=schema.get("minLength", 0), max_size=schema.get("maxLength"))


@given(st.data(), SCHEMAS)
def test_what_the_old_schema_allowed_the_new_one_takes_if_nothing_is_found(data: st.DataObject, old: Schema) -> None:
    new = data.draw(changed(old))
    found = list(Comparison(reader=new, writer=old, writer_is_older=True).refusals())
    event("compatible" if not found else "incompatible")

    if not found:
        assert Draft202012Validator(new).is_valid(data.draw(values(old)))


@given(st.data(), SCHEMAS)
def test_what_is_written_now_an_old_reader_takes_if_nothing_is_found(data: st.DataObject, old: Schema) -> None:
    new = data.draw(changed(old))
    found = list(Comparison(reader=old, writer=new, writer_is_older=False).refusals())
    event("compatible" if not found else "incompatible")

    if not found:
        assert Draft202012Validator(as_read(old)).is_valid(data.draw(values(new)))


@given(SCHEMAS)
def test_a_schema_refuses_nothing_of_itself(schema: Schema) -> None:
    for writer_is_older in (True, False):
        assert not list(Comparison(reader=schema, writer=schema, writer_is_older=writer_is_older).refusals())
