"""The description of the API in OpenAPI 3.1, made from the questions themselves."""

from typing import Any

from services.board.api.parameters import Parameter
from services.board.api.questions import QUESTIONS, Question

OPENAPI = "3.1.0"
API_VERSION = "1"
PROBLEMS = {"400": "The question cannot be answered as it was asked.", "503": "The board does not answer just now."}
REFS = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The whole description; the same for the same code."""
    schemas: dict[str, Any] = {"Problem": _problem_schema()}
    paths = {question.path: {"get": _operation(question, schemas)} for question in QUESTIONS}
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "Commonweal board",
            "version": API_VERSION,
            "description": (
                "What waits, what was decided, and why. Read-only. For coordinators and operators: members are opaque "
                "ids, and explanations name who was passed over. Lists come in pages: give `next` as `after`."
            ),
        },
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _operation(question: Question, schemas: dict[str, Any]) -> dict[str, Any]:
    problems = PROBLEMS | ({"404": "There is no such thing."} if question.may_miss else {})
    answers = {
        status: _answered(meaning, "application/problem+json", _ref("Problem")) for status, meaning in problems.items()
    }
    answer = _answered("The answer.", "application/json", _schema(question, schemas))
    return {
        "operationId": question.name,
        "summary": question.meaning,
        "parameters": [_parameter(question, each) for each in question.takes],
        "responses": {"200": answer, **answers},
    }


def _schema(question: Question, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer; models it refers to go to the components."""
    schema = question.model.json_schema(ref_template=REFS, mode="serialization")
    schemas |= schema.pop("$defs", {})
    if schema.get("type") == "array":
        return schema
    schemas[_component(schema["title"])] = schema
    return _ref(_component(schema["title"]))


def _component(title: str) -> str:
    return title.replace("[", "_").replace("]", "_")


def _ref(name: str) -> dict[str, str]:
    return {"$ref": REFS.format(model=name)}


def _answered(meaning: str, content_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": meaning, "content": {content_type: {"schema": schema}}}


def _parameter(question: Question, parameter: Parameter) -> dict[str, Any]:
    in_path = f"{{{parameter.name}}}" in question.path
    schema = dict(parameter.schema) | ({} if parameter.default is None else {"default": parameter.default})
    return {
        "name": parameter.name,
        "in": "path" if in_path else "query",
        "required": in_path or parameter.required,
        "description": parameter.meaning,
        "schema": schema,
    }


def _problem_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }
