"""The published schemas on disk: written by `publish`, held against today's models by `check`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.publishing.asyncapi import asyncapi
from schemas.publishing.compatibility import incompatibilities, topic_incompatibilities
from schemas.publishing.documents import DOCUMENTS, Document
from schemas.publishing.findings import Finding, IncompatibleError
from schemas.publishing.json_schema import json_schema
from schemas.publishing.samples import promised_findings, recorded_findings

CHECKOUT = Path(__file__).parents[2]
PUBLISHED = CHECKOUT / "schemas" / "published"
RECORDED = CHECKOUT / "tests" / "contract" / "recorded_events"
ASYNCAPI_FILE = "asyncapi.json"
PUBLISH_AGAIN = "run `commonweal schemas publish` and commit what it wrote"
KEEP_IT = "a published schema is never taken away: give it its line in DOCUMENTS back"
RECORD_IT = "run `python -m tests.contract.record_examples`, commit what it wrote, and never edit it again"


def publish(directory: Path = PUBLISHED) -> list[Path]:
    """Write what today's models publish.

    Returns:
        The files that are new or changed; the same models always write the same bytes.

    Raises:
        IncompatibleError: a file there already promises something that today's models break. Nothing is
            written. (A version that never left the checkout may be deleted and published anew.)
    """
    breaking = tuple(_incompatible(directory))
    if breaking:
        raise IncompatibleError(breaking)
    changed = []
    for file, text in generated().items():
        path = directory / file
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def check(directory: Path = PUBLISHED, recorded: Path = RECORDED) -> list[Finding]:
    """Everything wrong with the published schemas: drift, incompatible changes, records that no longer decode.

    Args:
        directory: the published schemas.
        recorded: recorded events, in a folder per version: `v1/ask.opened.json`, `v1/ask.opened~remote.json`.

    Raises:
        ModuleNotFoundError: `jsonschema` is not installed; it comes with the development dependencies.
    """
    found = [*_drift(directory), *_incompatible(directory), *_recorded(recorded)]
    for document in DOCUMENTS:
        if (directory / document.file).exists():
            found += promised_findings(document, _read(directory / document.file))
    return found


def generated() -> dict[str, str]:
    """File → text, as today's models publish it: sorted keys, two spaces, a newline at the end."""
    contents = {document.file: json_schema(document) for document in DOCUMENTS} | {ASYNCAPI_FILE: asyncapi()}
    return {
        file: json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False) + "\n"
        for file, content in sorted(contents.items())
    }


def _drift(directory: Path) -> Iterator[Finding]:
    for file, text in generated().items():
        path = directory / file
        if not path.exists():
            yield Finding(file, "$", "drift", "not published", "a published schema", PUBLISH_AGAIN)
        elif path.read_text(encoding="utf-8") != text:
            yield Finding(file, "$", "drift", "what the file says", "what the models say", PUBLISH_AGAIN)


def _incompatible(directory: Path) -> Iterator[Finding]:
    for document in DOCUMENTS:
        if (directory / document.file).exists():
            yield from incompatibilities(document, _read(directory / document.file), json_schema(document))
    if (directory / ASYNCAPI_FILE).exists():
        yield from topic_incompatibilities(ASYNCAPI_FILE, _read(directory / ASYNCAPI_FILE), asyncapi())
    known = {document.file for document in DOCUMENTS}
    for path in sorted(directory.glob("v*/*.json")):
        file = path.relative_to(directory).as_posix()
        if file not in known:
            yield Finding(file, "$", "removed", "a published schema", "absent", KEEP_IT)


def _recorded(directory: Path) -> Iterator[Finding]:
    unheard = {document.file: document for document in DOCUMENTS}
    for path in sorted(directory.glob("v*/*.json")):
        file = path.relative_to(directory).as_posix()
        document = _recorded_document(file)
        if document is None:
            yield Finding(file, "$", "recorded", "a published schema", "unknown to DOCUMENTS", KEEP_IT)
        else:
            unheard.pop(document.file, None)
            yield from recorded_findings(file, document, _read(path)["value"])
    for file in sorted(unheard):
        yield Finding(file, "$", "recorded", "wanted", "missing", RECORD_IT)


def _recorded_document(file: str) -> Document | None:
    """The document that a record is of; what follows a `~` only tells several records of one document apart."""
    stem = file.removesuffix(".json").partition("~")[0]
    return next((document for document in DOCUMENTS if document.file == f"{stem}.json"), None)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is no JSON ({error}); take it from the last commit") from error
