"""A published schema says what the code says, and nothing else."""

from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator

from schemas.asks import AskOpened
from schemas.decisions import DecisionBlock
from schemas.journal import Block
from schemas.members import MemberJoined
from schemas.model import Model
from schemas.publishing.attribute_docs import attribute_docs, unwrapped
from schemas.publishing.documents import DOCUMENTS, EVENT_DOCUMENTS, Document, Flow, document_of
from schemas.publishing.json_schema import as_read, json_schema

EVERY_DOCUMENT = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.file)


class Story(Model):
    """A story that begins.

    And a paragraph that goes on
    for more than a line.
    """

    kind: Literal["story"] = "story"
    length: int = 1
    """How long
    it takes, in minutes."""
    title_of_it: str


class LongStory(Story):
    """A story that says it better."""

    title_of_it: str
    """What it is called."""


def nodes(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, dict):
        return [schema, *(node for value in schema.values() for node in nodes(value))]
    return [node for value in schema for node in nodes(value)] if isinstance(schema, list) else []


@EVERY_DOCUMENT
def test_every_document_is_a_valid_schema_with_a_name_and_a_meaning(document: Document) -> None:
    schema = json_schema(document)

    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:commonweal:schema:{document.name}:v{document.version}"
    assert schema["title"]
    assert schema["description"]


@EVERY_DOCUMENT
def test_every_document_is_complete_in_itself(document: Document) -> None:
    schema = json_schema(document)
    references = {node["$ref"] for node in nodes(schema) if isinstance(node.get("$ref"), str)}

    assert references <= {f"#/$defs/{name}" for name in schema.get("$defs", {})}


def test_names_versions_and_files_are_said_once() -> None:
    assert len({document.file for document in DOCUMENTS}) == len(DOCUMENTS)
    assert document_of(AskOpened).ce_type == "commonweal.ask.opened.v1"
    assert document_of(AskOpened).file == "v1/ask.opened.json"


def test_a_model_that_is_not_published_is_named() -> None:
    with pytest.raises(KeyError, match="Story is not published"):
        document_of(Story)


def test_decisions_and_states_flow_outwards_and_events_inwards() -> None:
    assert document_of(DecisionBlock).flow is Flow.outwards
    assert document_of(Block).flow is Flow.inwards
    assert {document.flow for document in EVENT_DOCUMENTS} == {Flow.inwards}


def test_docstrings_are_read_from_the_source_with_their_lines_joined() -> None:
    assert attribute_docs(Story) == {"length": "How long it takes, in minutes."}
    assert attribute_docs(LongStory) == {
        "length": "How long it takes, in minutes.",
        "title_of_it": "What it is called.",
    }
    assert unwrapped("One\n    line.\n\n    Another.\n    ") == "One line.\n\nAnother."


def test_a_schema_carries_docstrings_and_requires_its_tag() -> None:
    assert json_schema(Document("story", 1, Story, Flow.inwards)) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:commonweal:schema:story:v1",
        "title": "Story",
        "description": "A story that begins.\n\nAnd a paragraph that goes on for more than a line.",
        "type": "object",
        "properties": {
            "kind": {"const": "story", "type": "string"},
            "length": {"default": 1, "type": "integer", "description": "How long it takes, in minutes."},
            "title_of_it": {"type": "string"},
        },
        "required": ["kind", "title_of_it"],
    }


def test_an_event_may_not_say_unknown_and_a_decision_may() -> None:
    asked, decided = json_schema(document_of(AskOpened)), json_schema(document_of(DecisionBlock))

    assert asked["$defs"]["Urgency"]["enum"] == ["critical", "high", "normal", "low"]
    assert decided["$defs"]["Urgency"]["enum"] == ["critical", "high", "normal", "low", "unknown"]
    assert asked["$defs"]["Urgency"]["x-reads-as"] == "unknown"


def test_a_reader_takes_a_word_that_it_does_not_know_and_a_sender_may_not_say_it() -> None:
    schema = json_schema(document_of(MemberJoined))
    joined = {"type": "member.joined", "community": "riverside", "member": "m", "vetting": "blessed"}

    assert not Draft202012Validator(schema).is_valid(joined)
    assert Draft202012Validator(as_read(schema)).is_valid(joined)
    assert not Draft202012Validator(as_read(schema)).is_valid(joined | {"vetting": 3})
