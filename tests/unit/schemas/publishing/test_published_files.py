"""Publishing writes what the models say and never breaks a promise; checking finds what does not hold."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from schemas.model import Model
from schemas.publishing import Finding, IncompatibleError, check, publish
from schemas.publishing.documents import DOCUMENTS, Document, Flow
from schemas.publishing.published_files import generated
from schemas.publishing.samples import promised_findings, recorded_findings
from tests.contract.record_examples import record_missing, record_of

ASK = "v1/ask.opened.json"
BLOCK = "v1/decision.block.json"


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything published and recorded from today's models, once."""
    folder = tmp_path_factory.mktemp("fresh")
    publish(folder / "published")
    record_missing(folder / "recorded")
    return folder


@pytest.fixture
def folder(fresh: Path, tmp_path: Path) -> Path:
    """The same, to be spoilt."""
    return shutil.copytree(fresh, tmp_path / "copy")


def findings(folder: Path) -> list[Finding]:
    return check(folder / "published", folder / "recorded")


def edit(path: Path, *steps: str, to: Any) -> None:
    """Put a value into a JSON file; None takes away what is there."""
    content = node = json.loads(path.read_text())
    for step in steps[:-1]:
        node = node[step]
    if to is None:
        del node[steps[-1]]
    else:
        node[steps[-1]] = to
    path.write_text(json.dumps(content))


def test_what_was_just_published_and_recorded_is_in_order(folder: Path) -> None:
    assert findings(folder) == []


def test_publishing_again_changes_nothing(folder: Path) -> None:
    assert publish(folder / "published") == []


def test_the_same_models_write_the_same_bytes_that_end_in_a_newline_with_keys_sorted() -> None:
    files = generated()

    assert files == generated()
    for text in files.values():
        assert text.endswith("}\n")
        assert text == json.dumps(json.loads(text), sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def test_there_is_a_file_for_each_document_and_one_for_the_topics() -> None:
    assert generated().keys() == {document.file for document in DOCUMENTS} | {"asyncapi.json"}


def test_a_file_that_drifted_is_named_and_published_again(folder: Path) -> None:
    edit(folder / "published" / ASK, "title", to="AskShouted")

    (found,) = findings(folder)
    assert (found.file, found.rule) == (ASK, "drift")
    assert "commonweal schemas publish" in found.remedy

    assert publish(folder / "published") == [folder / "published" / ASK]
    assert findings(folder) == []


def test_a_file_that_is_missing_is_named_and_published(folder: Path) -> None:
    (folder / "published" / ASK).unlink()

    (found,) = findings(folder)
    assert (found.file, found.rule, found.was) == (ASK, "drift", "not published")

    publish(folder / "published")
    assert findings(folder) == []


# what was promised, then: file, path, rule
PROMISES: dict[str, tuple[str, tuple[str, ...], Any, tuple[str, str]]] = {
    "a field that is gone": (ASK, ("properties", "colour"), {"type": "string"}, ("$.colour", "removed")),
    "a higher maximum": (ASK, ("properties", "quantity", "maximum"), 99_999, ("$.quantity", "maximum")),
    "another pattern": (ASK, ("properties", "member", "pattern"), "^.*$", ("$.member", "pattern")),
    "another default": (ASK, ("properties", "unit", "default"), "hour", ("$.unit", "default")),
    "another word": (ASK, ("$defs", "Urgency", "enum"), ["low", "mild"], ("$.urgency", "enum")),
    "fewer required fields": (ASK, ("required",), ["type", "ask", "community"], ("$.member", "required")),
    "a lower maximum for old readers": (
        BLOCK,
        ("$defs", "AskListed", "properties", "community", "pattern"),
        "^[a-z]$",
        ("$.facts[*]<ask.listed>.community", "pattern"),
    ),
}


@pytest.mark.parametrize(("file", "steps", "value", "expected"), PROMISES.values(), ids=PROMISES.keys())
def test_a_broken_promise_is_found_and_not_published(
    folder: Path, file: str, steps: tuple[str, ...], value: Any, expected: tuple[str, str]
) -> None:
    published = folder / "published"
    edit(published / file, *steps, to=value)
    before = {path: path.read_bytes() for path in published.rglob("*.json")}

    assert expected in {(found.path, found.rule) for found in findings(folder) if found.file == file}
    with pytest.raises(IncompatibleError, match=r"publish the change as v2 beside v1"):
        publish(published)
    assert {path: path.read_bytes() for path in published.rglob("*.json")} == before


def test_a_published_schema_is_never_taken_away(folder: Path) -> None:
    shutil.copy(folder / "published" / ASK, folder / "published" / "v1" / "ask.whispered.json")

    (found,) = findings(folder)
    assert (found.file, found.rule) == ("v1/ask.whispered.json", "removed")
    with pytest.raises(IncompatibleError):
        publish(folder / "published")


def test_a_topic_is_never_taken_away(folder: Path) -> None:
    topics = folder / "published" / "asyncapi.json"
    edit(topics, "channels", "whispers", to={"bindings": {"kafka": {"partitions": 64}}})

    assert ("$.channels.whispers", "removed") in {(found.path, found.rule) for found in findings(folder)}


def test_a_file_that_is_no_json_is_named(folder: Path) -> None:
    (folder / "published" / ASK).write_text("{")

    with pytest.raises(ValueError, match=r"ask.opened.json is no JSON .* take it from the last commit"):
        findings(folder)


def test_a_document_without_a_recorded_event_is_named(folder: Path) -> None:
    (folder / "recorded" / ASK).unlink()

    (found,) = findings(folder)

    assert (found.file, found.rule, found.now) == (ASK, "recorded", "missing")


def test_a_recorded_event_of_a_schema_that_is_gone_is_named(folder: Path) -> None:
    shutil.copy(folder / "recorded" / ASK, folder / "recorded" / "v1" / "ask.whispered.json")

    (found,) = findings(folder)

    assert (found.file, found.now) == ("v1/ask.whispered.json", "unknown to DOCUMENTS")


# what an old event says that today's model would not take: steps into the record, value, path of the finding
OLD_EVENTS: dict[str, tuple[tuple[str, ...], Any, str]] = {
    "a field that was removed": (("value", "colour"), "green", "$.colour"),
    "a nested field that was removed": (("value", "place", "z_m"), 3, "$.place.z_m"),
    "a field that became required": (("value", "member"), None, "$.member"),
    "a number that became too large": (("value", "quantity"), 10_001, "$.quantity"),
    "a word that was removed": (("value", "urgency"), "mild", "$"),
}


@pytest.mark.parametrize(("steps", "value", "path"), OLD_EVENTS.values(), ids=OLD_EVENTS.keys())
def test_an_old_event_that_no_longer_decodes_is_found(
    folder: Path, steps: tuple[str, ...], value: Any, path: str
) -> None:
    shutil.copy(folder / "recorded" / ASK, folder / "recorded" / "v1" / "ask.opened~old.json")
    edit(folder / "recorded" / "v1" / "ask.opened~old.json", *steps, to=value)

    (found,) = findings(folder)

    assert (found.file, found.path, found.rule) == ("v1/ask.opened~old.json", path, "recorded")
    assert "stay readable for ever" in found.remedy


def test_a_finding_about_a_record_never_quotes_it() -> None:
    (document,) = [document for document in DOCUMENTS if document.name == "ask.opened"]
    value = {**record_of(document)["value"], "member": "Jo Example, Hill Street"}

    (found,) = recorded_findings(ASK, document, value)

    assert "Jo" not in str(found)


def test_todays_example_keeps_what_was_promised() -> None:
    (document,) = [document for document in DOCUMENTS if document.name == "ask.opened"]
    schema = json.loads(generated()[ASK])
    schema["properties"]["quantity"]["maximum"] = 1

    (found,) = promised_findings(document, schema)

    assert (found.path, found.rule, found.was) == ("$.quantity", "promised", "maximum 1")


def test_a_document_without_an_example_is_named() -> None:
    (found,) = promised_findings(Document("story", 1, Model, Flow.inwards), {})

    assert (found.rule, found.now) == ("example", "missing")


def test_a_record_that_is_there_is_never_written_again(folder: Path) -> None:
    record = folder / "recorded" / ASK
    edit(record, "value", "quantity", to=7)

    assert record_missing(folder / "recorded") == []
    assert json.loads(record.read_text())["value"]["quantity"] == 7
