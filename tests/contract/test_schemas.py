"""The published schemas, as committed: what the models say, what was recorded, what the topics' document promises."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from schemas.events import EVENT, AnyEvent
from schemas.publishing import check
from schemas.publishing.documents import EVENT_DOCUMENTS
from schemas.publishing.published_files import PUBLISHED, RECORDED
from schemas.topics import CHANGELOGS, TOPICS, Topic
from services.cli.schemas import app

ASYNCAPI: dict[str, Any] = json.loads((PUBLISHED / "asyncapi.json").read_text())
RECORDS: dict[str, dict[str, Any]] = {
    path.relative_to(RECORDED).as_posix(): json.loads(path.read_text()) for path in sorted(RECORDED.glob("v*/*.json"))
}
EVERY_RECORD = pytest.mark.parametrize("file", RECORDS)
TRAVELLING = [topic for topic in TOPICS.values() if topic not in CHANGELOGS]
EVERY_TOPIC = pytest.mark.parametrize("topic", TRAVELLING, ids=[topic.name for topic in TRAVELLING])

# The structure of an AsyncAPI 3.0 document, as far as ours uses it. The official schema was consulted, not copied.
REFERENCE = {"type": "object", "required": ["$ref"], "properties": {"$ref": {"type": "string"}}}
ASYNCAPI_STRUCTURE = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "id": {"type": "string", "pattern": "^urn:"},
        "info": {"type": "object", "required": ["title", "version"]},
        "channels": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["address", "messages", "bindings"],
                "properties": {"messages": {"type": "object", "additionalProperties": REFERENCE, "minProperties": 1}},
            },
        },
        "operations": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel", "messages"],
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "channel": REFERENCE,
                    "messages": {"type": "array", "items": REFERENCE, "minItems": 1},
                },
            },
        },
        "components": {
            "type": "object",
            "required": ["messages"],
            "properties": {
                "messages": {
                    "type": "object",
                    "propertyNames": {"pattern": r"^[\w.-]+$"},
                    "additionalProperties": {
                        "type": "object",
                        "required": ["name", "title", "summary", "contentType", "payload"],
                        "properties": {"payload": {"required": ["schemaFormat", "schema"]}},
                    },
                }
            },
        },
    },
}


def resolve(reference: str) -> Any:
    """What a reference of the topics' document points to: a place in it, or a published file beside it."""
    file, _, pointer = reference.partition("#")
    node = json.loads((PUBLISHED / file).read_text()) if file else ASYNCAPI
    for step in pointer.strip("/").split("/") if pointer else ():
        node = node[step]
    return node


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_published_schemas_are_what_the_models_say_and_everything_recorded_still_decodes() -> None:
    assert [str(found) for found in check()] == []


def test_the_topics_document_has_the_structure_of_asyncapi() -> None:
    assert [error.message for error in Draft202012Validator(ASYNCAPI_STRUCTURE).iter_errors(ASYNCAPI)] == []


def test_every_reference_of_the_topics_document_resolves() -> None:
    found = set(references(ASYNCAPI))

    assert len(found) > len(TOPICS)
    assert all(isinstance(resolve(reference), dict) for reference in found)


@EVERY_TOPIC
def test_every_topic_is_a_channel_with_its_settings(topic: Topic) -> None:
    kafka = ASYNCAPI["channels"][topic.name]["bindings"]["kafka"]

    assert ASYNCAPI["channels"][topic.name]["address"] == topic.name
    assert kafka["partitions"] == 64
    assert kafka["topicConfiguration"]["cleanup.policy"] == [topic.cleanup.value]
    assert kafka["topicConfiguration"]["retention.ms"] == (-1 if topic.retention_ms is None else topic.retention_ms)
    assert len(ASYNCAPI["channels"][topic.name]["messages"]) == len(topic.values)


@EVERY_TOPIC
def test_who_writes_sends_and_who_reads_receives(topic: Topic) -> None:
    channel = f"#/channels/{topic.name}"
    found = {
        (name.split(".")[0], operation["action"])
        for name, operation in ASYNCAPI["operations"].items()
        if operation["channel"]["$ref"] == channel
    }

    assert found == {(writer, "send") for writer in topic.writers} | {(reader, "receive") for reader in topic.readers}


def test_operations_speak_of_messages_of_their_own_channel() -> None:
    for operation in ASYNCAPI["operations"].values():
        channel = operation["channel"]["$ref"]
        assert {message["$ref"] for message in operation["messages"]} == {
            f"{channel}/messages/{name}" for name in resolve(channel)["messages"]
        }


@EVERY_TOPIC
def test_every_message_of_a_topic_was_recorded(topic: Topic) -> None:
    recorded = {Path(file).name.removesuffix(".json") for file, record in RECORDS.items() if "topic" in record}

    assert set(ASYNCAPI["channels"][topic.name]["messages"]) <= recorded


@EVERY_RECORD
def test_a_recorded_value_passes_the_published_schema(file: str) -> None:
    published = json.loads((PUBLISHED / f"{file.removesuffix('.json').partition('~')[0]}.json").read_text())

    assert [error.message for error in Draft202012Validator(published).iter_errors(RECORDS[file]["value"])] == []


@pytest.mark.parametrize("file", [file for file, record in RECORDS.items() if "topic" in record])
def test_a_recorded_record_passes_its_message(file: str) -> None:
    record = RECORDS[file]
    name = Path(file).name.removesuffix(".json").partition("~")[0]
    message = resolve(ASYNCAPI["channels"][record["topic"]]["messages"][name]["$ref"])

    Draft202012Validator(resolve(message["payload"]["schema"]["$ref"])).validate(record["value"])
    assert ("headers" in message) == ("headers" in record)
    if "headers" in message:
        Draft202012Validator(message["headers"]).validate(record["headers"])
    if record["key"] is not None:
        Draft202012Validator(message["bindings"]["kafka"]["key"]).validate(record["key"])
        assert record["key"] == record["value"][TOPICS[record["topic"]].key or ""]


@pytest.mark.parametrize("document", EVENT_DOCUMENTS, ids=lambda document: document.name)
def test_a_recorded_event_passes_the_front_door(document: Any) -> None:
    event: AnyEvent = EVENT.validate_json(json.dumps(RECORDS[document.file]["value"]), extra="forbid")

    assert type(event) is document.model


def test_the_command_checks_what_is_committed() -> None:
    result = CliRunner().invoke(app, ["check"])

    assert result.exit_code == 0, result.output
    assert "everything recorded still decodes" in result.output


def test_the_command_publishes_names_what_breaks_and_writes_nothing_then(tmp_path: Path) -> None:
    published = shutil.copytree(PUBLISHED, tmp_path / "published")
    (published / "v1" / "ask.held.json").unlink()

    result = CliRunner().invoke(app, ["publish", "--directory", str(published)])
    assert (result.exit_code, result.output) == (0, "wrote v1/ask.held.json\n1 files changed\n")
    assert CliRunner().invoke(app, ["publish", "--directory", str(published)]).output == "nothing changed\n"

    ask = published / "v1" / "ask.opened.json"
    ask.write_text(ask.read_text().replace('"maximum": 10000', '"maximum": 10001'))
    spoilt = ask.read_bytes()

    for command in ("publish", "check"):
        result = CliRunner().invoke(app, [command, "--directory", str(published)])
        assert result.exit_code == 1
        assert "v1/ask.opened.json $.quantity: maximum: was maximum 10001, is maximum 10000" in result.output
    assert ask.read_bytes() == spoilt


def test_the_command_says_where_the_check_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)  # as where only the runtime dependencies are installed

    result = CliRunner().invoke(app, ["check"])

    assert result.exit_code == 2
    assert "needs `jsonschema`, a development dependency: run it after `make setup`" in result.output
