"""The AsyncAPI 3.0 document of all topics: what travels where, and which service sends and receives it.

Inbound topics, `matches` and `notifications` carry one CloudEvent per record in binary mode: attributes are
`ce_*` headers, the record's value is the data. Payloads refer to the published JSON Schemas beside it.
"""

from typing import Any, get_args

from schemas.events import EVENT_VERSION
from schemas.model import Model
from schemas.publishing.documents import Document, document_of
from schemas.publishing.json_schema import json_schema
from schemas.topics import TOPICS, Party, Service, Topic

ASYNCAPI_VERSION = "3.0.0"
JSON_SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
KAFKA_BINDING_VERSION = "0.5.0"
CONTENT_TYPE = "application/json"
FOREVER_MS = -1  # how Kafka writes it


def asyncapi() -> dict[str, Any]:
    """The document, made from `TOPICS` and the published documents; what a service keeps for itself is left out."""
    topics = [topic for topic in TOPICS.values() if topic.values]
    documents = sorted({document_of(model) for topic in topics for model in topic.values}, key=_name)
    of_events = {model for topic in topics if topic.cloud_events for model in topic.values}
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "id": "urn:commonweal:topics",
        "info": {
            "title": "Commonweal topics",
            "version": f"{EVENT_VERSION}.0.0",
            "description": "What travels between Commonweal's services and to partners. No personal details, ever.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {
            f"{party}.{action}.{topic.name}": _operation(topic, party, action)
            for topic in topics
            for action, parties in (("send", topic.writers), ("receive", topic.readers))
            for party in parties
        },
        "components": {
            "messages": {each.name: _message(each, is_cloud_event=each.model in of_events) for each in documents}
        },
    }


def _name(document: Document) -> str:
    return document.name


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "summary": topic.purpose,
        "description": (
            f"Data class: {topic.data_class.value}. Key: {topic.key or 'none'}. Stamped: {topic.stamp.value}. "
            "The partition is computed from the community and sent explicitly."
        ),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _messages(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup.value],
                    "retention.ms": FOREVER_MS if topic.retention_ms is None else topic.retention_ms,
                    "message.timestamp.type": topic.stamp.value,
                    "max.message.bytes": topic.message_bytes_max,
                },
                "bindingVersion": KAFKA_BINDING_VERSION,
            }
        },
        "x-data-class": topic.data_class.value,
        "x-key": topic.key,
    }


def _operation(topic: Topic, party: Party, action: str) -> dict[str, Any]:
    kind = "service" if party in get_args(Service) else "outside"
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "tags": [{"name": party}, {"name": kind}],
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in _messages(topic)],
    }


def _messages(topic: Topic) -> list[str]:
    return [document_of(model).name for model in topic.values]


def _message(document: Document, *, is_cloud_event: bool) -> dict[str, Any]:
    schema = json_schema(document)
    message: dict[str, Any] = {
        "name": document.ce_type,
        "title": schema["title"],
        "summary": schema["description"].partition("\n")[0],
        "contentType": CONTENT_TYPE,
        "payload": {"schemaFormat": JSON_SCHEMA_FORMAT, "schema": {"$ref": document.file}},
    }
    if is_cloud_event:
        message["headers"] = _cloud_event_headers(document)
    key = _key_schema(document.model, schema)
    if key is not None:
        message["bindings"] = {"kafka": {"key": key, "bindingVersion": KAFKA_BINDING_VERSION}}
    return message


def _cloud_event_headers(document: Document) -> dict[str, Any]:
    """CloudEvents 1.0, Kafka protocol binding, binary content mode."""
    text = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "required": ["ce_id", "ce_source", "ce_specversion", "ce_type", "content-type"],
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": {**text, "description": "The sender's id of the event; with `ce_source` it names it for good."},
            "ce_source": {**text, "description": "Who sent it; authenticated, and checked against this."},
            "ce_type": {"const": document.ce_type},
            "ce_time": {**text, "format": "date-time", "description": "When it was said; the log's stamp counts."},
            "content-type": {"const": CONTENT_TYPE},
        },
    }


def _key_schema(model: type[Model], schema: dict[str, Any]) -> dict[str, Any] | None:
    keys = {topic.key for topic in TOPICS.values() if model in topic.values}
    assert len(keys) == 1, f"{model.__name__} travels on topics that disagree on its key"
    key = keys.pop()
    return None if key is None else {k: v for k, v in schema["properties"][key].items() if k != "description"}
