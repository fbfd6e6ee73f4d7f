"""Each kind of incompatible change is found, named and told what to do; what nobody would notice is left alone."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from schemas.publishing.compatibility import incompatibilities, topic_incompatibilities
from schemas.publishing.documents import Flow
from tests.unit.schemas.publishing import planted_changes as planted
from tests.unit.schemas.publishing.planted_changes import GONE, Colour, Dial, document, schema_with

BEFORE = schema_with()
Change = dict[str, Any]
Found = tuple[str, str, str, str]

# change, then: path, rule, was, is
OLD_RECORDS_BREAK: dict[str, tuple[Change, Found]] = {
    "a field is removed": ({"reach": GONE}, ("$.reach", "removed", "a field", "absent")),
    "a required field is new": ({"new": int}, ("$.new", "required", "absent", "required")),
    "a field becomes required": ({"reach": int | None}, ("$.reach", "required", "optional", "required")),
    "a type changes": ({"count": (str)}, ("$.count", "type", "integer", "string")),
    "null is no longer allowed": (
        {"reach": (Annotated[int, Field(le=100)], 0)},
        ("$.reach", "type", "null", "integer"),
    ),
    "a maximum falls": (
        {"count": Annotated[int, Field(ge=1, le=9)]},
        ("$.count", "maximum", "maximum 10", "maximum 9"),
    ),
    "a minimum rises": (
        {"count": Annotated[int, Field(ge=2, le=10)]},
        ("$.count", "minimum", "minimum 1", "minimum 2"),
    ),
    "a maximum comes in where nullable": (
        {"reach": (Annotated[int, Field(le=99)] | None, None)},
        ("$.reach", "maximum", "maximum 100", "maximum 99"),
    ),
    "a minimum comes in": (
        {"reach": (Annotated[int, Field(ge=0, le=100)] | None, None)},
        ("$.reach", "minimum", "no minimum", "minimum 0"),
    ),
    "a bound becomes exclusive": (
        {"count": Annotated[int, Field(ge=1, lt=10)]},
        ("$.count", "exclusiveMaximum", "no exclusiveMaximum", "exclusiveMaximum 10"),
    ),
    "a text becomes shorter": (
        {"id": Annotated[str, Field(pattern="^[a-z]+$", max_length=9)]},
        ("$.id", "maxLength", "maxLength 10", "maxLength 9"),
    ),
    "a pattern changes": (
        {"id": Annotated[str, Field(pattern="^[a-y]+$", max_length=10)]},
        ("$.id", "pattern", "pattern ^[a-z]+$", "pattern ^[a-y]+$"),
    ),
    "a list becomes shorter": (
        {"words": (Annotated[tuple[str, ...], Field(max_length=4)], ())},
        ("$.words", "maxItems", "maxItems 5", "maxItems 4"),
    ),
    "what is in a list becomes narrower": (
        {"words": (Annotated[tuple[Annotated[str, Field(max_length=3)], ...], Field(max_length=5)], ())},
        ("$.words[*]", "maxLength", "no maxLength", "maxLength 3"),
    ),
    "what is in a mapping becomes narrower": (
        {"parts": (dict[str, Annotated[int, Field(ge=0)]], {})},
        ("$.parts.*", "minimum", "no minimum", "minimum 0"),
    ),
    "a mapping becomes a model": ({"parts": (Dial, {})}, ("$.parts", "shape", "a mapping", "fields with names")),
    "a word is removed": (
        {"colour": (planted.FewerColours, planted.FewerColours.red)},
        ("$.colour", "enum", '"green" allowed', '"green" not allowed'),
    ),
    "a literal is removed": (
        {"mark": (Literal["held"], "held")},
        ("$.mark", "enum", '"escalated" allowed', '"escalated" not allowed'),
    ),
    "any text becomes a list of words": (
        {"id": (Colour, Colour.red)},
        ("$.id", "enum", "any value", 'one of ["red", "green", "unknown"]'),
    ),
    "a list of words becomes a text with another pattern": (
        {"colour": (Annotated[str, Field(pattern="^re|^un")], "red")},
        ("$.colour", "enum", '"green" allowed', '"green" not allowed'),
    ),
    "a list of words becomes a short text": (
        {"colour": (Annotated[str, Field(max_length=5)], "red")},
        ("$.colour", "enum", '"unknown" allowed', '"unknown" not allowed'),
    ),
    "a list of words becomes a number": (
        {"mark": (Literal["held", 1], "held")},
        ("$.mark", "enum", '"escalated" allowed', '"escalated" not allowed'),
    ),
    "a field deep inside becomes narrower": (
        {"spot": (planted.NarrowSpot | None, None)},
        ("$.spot.x_m", "maximum", "maximum 100", "maximum 50"),
    ),
    "a default changes": ({"mark": (Literal["held", "escalated"], "escalated")}, (
        "$.mark", "default", 'default "held"', 'default "escalated"',
    )),
    "a default deep inside changes": (
        {"dial": (planted.TurnedDial, planted.TurnedDial())},
        ("$.dial.base", "default", "default 5", "default 6"),
    ),
    "a kind is removed": (
        {"moves": (tuple[Annotated[planted.Walk | planted.Swim, Field(discriminator="kind")], ...], ())},
        ("$.moves[*]<ride>", "kind", "a kind", "unknown kind"),
    ),
    "a kind becomes narrower": (
        {"moves": (tuple[Annotated[planted.Walk | planted.LongRide, Field(discriminator="kind")], ...], ())},
        ("$.moves[*]<ride>.metres", "minimum", "no minimum", "minimum 1000"),
    ),
    "kinds are told apart by another field": (
        {"moves": (tuple[Annotated[planted.TaggedWalk | planted.TaggedRide, Field(discriminator="fact")], ...], ())},
        ("$.moves[*]", "discriminator", "told apart by kind", "told apart by fact"),
    ),
    "an alternative is removed": (
        {"rule": Annotated[str, Field(pattern="^[a-z]+$")]},
        ("$.rule", "pattern", "pattern ^[0-9]+$", "pattern ^[a-z]+$"),
    ),
    "a keyword comes in that nobody taught the comparison": (
        {"count": Annotated[int, Field(ge=1, le=10, multiple_of=2)]},
        ("$.count", "multipleOf", "multipleOf absent", "multipleOf 2"),
    ),
}  # fmt: skip
OLD_READERS_BREAK: dict[str, tuple[Change, Found]] = {
    "a required field is removed": ({"id": GONE}, ("$.id", "required", "required", "absent")),
    "a required field may be left out": (
        {"count": (Annotated[int, Field(ge=1, le=10)], 1)},
        ("$.count", "required", "required", "optional"),
    ),
    "a maximum rises": (
        {"count": Annotated[int, Field(ge=1, le=11)]},
        ("$.count", "maximum", "maximum 10", "maximum 11"),
    ),
    "a maximum goes": (
        {"count": Annotated[int, Field(ge=1)]},
        ("$.count", "maximum", "maximum 10", "no maximum"),
    ),
    "null becomes allowed": (
        {"id": Annotated[str, Field(pattern="^[a-z]+$", max_length=10)] | None},
        ("$.id", "type", "string", "null"),
    ),
    "a literal is new": (
        {"mark": (Literal["held", "escalated", "lost"], "held")},
        ("$.mark", "enum", '"lost" not allowed', '"lost" allowed'),
    ),
    "a kind is new": (
        {"moves": (tuple[Annotated[planted.Walk | planted.Ride | planted.Swim, Field(discriminator="kind")], ...], ())},
        ("$.moves[*]<swim>", "kind", "unknown kind", "a kind"),
    ),
}
NOBODY_NOTICES: dict[str, Change] = {
    "nothing": {},
    "an optional field is new": {"new": (int | None, None)},
    "a word is new in an open list": {"colour": (planted.MoreColours, planted.MoreColours.red)},
    "a default gains a field": {"dial": (planted.WiderDial, planted.WiderDial())},
    "a description": {"count": Annotated[int, Field(ge=1, le=10, description="How many.")]},
}


def found(change: Change, flow: Flow) -> list[Found]:
    return [
        (finding.path, finding.rule, finding.was, finding.now)
        for finding in incompatibilities(document(flow), BEFORE, schema_with(**change))
    ]


@pytest.mark.parametrize("flow", Flow)
@pytest.mark.parametrize(("change", "expected"), OLD_RECORDS_BREAK.values(), ids=OLD_RECORDS_BREAK.keys())
def test_a_change_that_old_records_would_not_survive_is_found(change: Change, expected: Found, flow: Flow) -> None:
    assert expected in found(change, flow)


@pytest.mark.parametrize(("change", "expected"), OLD_RECORDS_BREAK.values(), ids=OLD_RECORDS_BREAK.keys())
def test_every_place_that_is_named_lies_in_what_was_changed(change: Change, expected: Found) -> None:
    (field,) = change

    assert {path.removeprefix("$.").split(".")[0].split("[")[0] for path, *_ in found(change, Flow.inwards)} == {field}


@pytest.mark.parametrize(("change", "expected"), OLD_READERS_BREAK.values(), ids=OLD_READERS_BREAK.keys())
def test_a_change_that_old_readers_would_not_survive_is_found_where_there_are_any(
    change: Change, expected: Found
) -> None:
    assert expected in found(change, Flow.outwards)
    assert expected not in found(change, Flow.inwards)


@pytest.mark.parametrize("flow", Flow)
@pytest.mark.parametrize("change", NOBODY_NOTICES.values(), ids=NOBODY_NOTICES.keys())
def test_a_change_that_everybody_survives_is_left_alone(change: Change, flow: Flow) -> None:
    assert found(change, flow) == []


def test_a_finding_says_where_what_it_was_what_it_is_and_what_to_do() -> None:
    (finding,) = incompatibilities(document(Flow.inwards), BEFORE, schema_with(count=Annotated[int, Field(ge=1, le=9)]))

    assert str(finding) == (
        "v1/story.json $.count: maximum: was maximum 10, is maximum 9; what was written before would be refused "
        "or read differently: keep it, or publish the change as v2 beside v1"
    )


def test_what_old_readers_would_stop_at_is_said_so() -> None:
    (finding,) = incompatibilities(
        document(Flow.outwards), BEFORE, schema_with(count=Annotated[int, Field(ge=1, le=11)])
    )

    assert finding.remedy.startswith("readers of before would stop at what is written now: keep it")


def test_a_model_that_holds_itself_is_compared_to_its_end() -> None:
    def tree(maximum: int) -> dict[str, Any]:
        node = {
            "type": "object",
            "properties": {
                "weight": {"type": "integer", "maximum": maximum},
                "below": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
            },
        }
        return {"$ref": "#/$defs/Tree", "$defs": {"Tree": node}}

    (finding,) = incompatibilities(document(Flow.inwards), tree(5), tree(4))

    assert finding.path == "$.weight"


def test_a_reference_out_of_the_document_is_refused() -> None:
    with pytest.raises(ValueError, match="complete in itself"):
        incompatibilities(document(Flow.inwards), {"$ref": "other.json"}, {})


def test_a_keyword_beside_alternatives_counts() -> None:
    alternatives = {"anyOf": [{"type": "string"}, {"type": "null"}]}

    (finding,) = incompatibilities(document(Flow.inwards), alternatives, {**alternatives, "maxLength": 3})

    assert (finding.rule, finding.now) == ("maxLength", "maxLength 3")


def test_a_reader_that_takes_anything_refuses_nothing() -> None:
    assert incompatibilities(document(Flow.inwards), BEFORE["properties"]["words"], {}) == ()


def test_kinds_that_an_old_reader_may_meet_are_no_finding() -> None:
    """Readers that fall back on a kind they do not know say so as lists of words do."""
    one = {"discriminator": {"propertyName": "kind", "mapping": {"a": "#/$defs/A"}}, "oneOf": [{"$ref": "#/$defs/A"}]}
    two = {
        "discriminator": {"propertyName": "kind", "mapping": {"a": "#/$defs/A", "b": "#/$defs/A"}},
        "oneOf": [{"$ref": "#/$defs/A"}],
    }
    defs = {"$defs": {"A": {"type": "object"}}, "x-reads-as": "unknown"}

    assert incompatibilities(document(Flow.outwards), one | defs, two | defs) == ()
    (gone,) = incompatibilities(document(Flow.inwards), two | defs, one | defs)
    assert (gone.path, gone.now) == ("$<b>", "unknown kind"), "what was recorded would be lost"


def test_a_topic_is_never_taken_away_and_keeps_its_partitions() -> None:
    def channel(partitions: int) -> dict[str, Any]:
        return {"bindings": {"kafka": {"partitions": partitions}}}

    before = {"channels": {"asks": channel(64), "offers": channel(64), "matches": channel(64)}}
    now = {"channels": {"asks": channel(32), "matches": channel(64), "new": channel(64)}}

    fewer, gone = topic_incompatibilities("asyncapi.json", before, now)

    assert (fewer.path, fewer.was, fewer.now) == ("$.channels.asks", "64 partitions", "32 partitions")
    assert (gone.path, gone.rule) == ("$.channels.offers", "removed")


def test_a_reader_that_forbids_other_fields_would_refuse_a_field_that_comes_later() -> None:
    closed = {"type": "object", "properties": {}, "additionalProperties": False}

    (finding,) = incompatibilities(document(Flow.inwards), {"type": "object", "properties": {}}, closed)

    assert (finding.rule, finding.was, finding.now) == ("additionalProperties", "other fields", "no other fields")


def test_a_keyword_that_nobody_taught_the_comparison_is_no_finding_while_it_stays() -> None:
    even = {"type": "integer", "multipleOf": 2}

    assert incompatibilities(document(Flow.outwards), even, even) == ()


def test_a_default_that_loses_an_entry_means_something_else() -> None:
    def mapping(**default: int) -> dict[str, Any]:
        parts = {"type": "object", "additionalProperties": {"type": "integer"}, "default": default}
        return {"type": "object", "properties": {"parts": parts}}

    (finding,) = incompatibilities(document(Flow.inwards), mapping(base=5), mapping())

    assert (finding.path, finding.rule, finding.was, finding.now) == (
        "$.parts", "default", 'default {"base": 5}', "default {}",
    )  # fmt: skip
    assert incompatibilities(document(Flow.inwards), mapping(base=5), mapping(base=5, more=1)) == ()
