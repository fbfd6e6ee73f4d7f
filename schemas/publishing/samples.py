"""Real records against schemas: what was recorded decodes today, and what is said today was promised yesterday."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from schemas.decided_examples import VALUES
from schemas.examples import EXAMPLES
from schemas.model import Model
from schemas.publishing.documents import Document
from schemas.publishing.findings import Finding
from schemas.publishing.json_schema import as_read

TOLD_MAX = 5
KEEP_READING = "recorded events stay readable for ever: keep the model reading it, and say the change as a new version"


def example_of(document: Document) -> Model | None:
    """Today's example of a document."""
    return next((example for example in (*EXAMPLES, *VALUES) if type(example) is document.model), None)


def recorded_findings(file: str, document: Document, value: object) -> list[Finding]:
    """What today's model does not take of a recorded value, at the front door's strictness.

    It must take every field, and hold every word as it was said: one that is read as `unknown` is lost.
    """
    try:
        decoded = document.model.model_validate_json(json.dumps(value), extra="forbid")
    except ValidationError as error:
        return [
            Finding(file, _path(found["loc"]), "recorded", "accepted", found["msg"], KEEP_READING)
            for found in error.errors(include_input=False, include_url=False)[:TOLD_MAX]
        ]
    if not _keeps(decoded.model_dump(mode="json"), value):
        return [Finding(file, "$", "recorded", "read as it was said", "read as something else", KEEP_READING)]
    return []


def promised_findings(document: Document, published: dict[str, Any]) -> Iterator[Finding]:
    """Where today's example of a document does not pass the published schema as its readers apply it.

    Raises:
        ModuleNotFoundError: `jsonschema` is not installed; it comes with the development dependencies.
    """
    from jsonschema import Draft202012Validator

    example = example_of(document)
    if example is None:
        yield Finding(document.file, "$", "example", "wanted", "missing", "add one to schemas/examples.py or beside it")
        return
    validator = Draft202012Validator(as_read(published))
    value = json.loads(example.model_dump_json())
    for error in list(validator.iter_errors(value))[:TOLD_MAX]:
        remedy = "readers who check by the published schema refuse it: keep what was promised"
        keyword = f"{error.validator} {json.dumps(error.validator_value)[:80]}"
        yield Finding(document.file, error.json_path, "promised", keyword, "not kept by today's example", remedy)


def _keeps(read: Any, said: Any) -> bool:
    """Everything that was said was read; what came to be said later has its default."""
    if isinstance(said, dict) and isinstance(read, dict):
        return all(key in read and _keeps(read[key], value) for key, value in said.items())
    if isinstance(said, list) and isinstance(read, list):
        return len(said) == len(read) and all(map(_keeps, read, said))
    return bool(read == said)


def _path(steps: tuple[int | str, ...]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
